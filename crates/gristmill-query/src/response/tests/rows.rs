//! Answers row by row.

use super::answer_of;
use crate::response::Cell;
use gristmill_storage::Timestamp;

const BODY: &str =
    r#""granularity":"second","group_by":["dim1","event_version"],"aggregations":["count","avg"]"#;
const EVENTS: [(Option<&str>, Option<f64>); 3] =
    [(Some("a"), Some(0.5)), (None, None), (Some(""), Some(2.0))];

#[test]
fn a_row_has_the_cells_of_the_answer() {
    let answer = answer_of(&EVENTS, BODY);
    assert_eq!((answer.rows().len(), answer.fields().len()), (3, 5));
    for (at, row) in answer.rows().enumerate() {
        let cells: Vec<Cell<'_>> = (0..5).map(|column| answer.cell(at, column)).collect();
        assert_eq!((row.cells().len(), row.cells().collect::<Vec<_>>()), (5, cells.clone()));
        assert_eq!(row.start(), Timestamp(answer.starts()[at]));
        assert_eq!(Cell::Timestamp(row.label()), cells[0]);
        assert_eq!((row.cell(3), row.cell(5)), (cells[3].clone(), Cell::Null));
        assert_eq!((row.get("avg"), row.get("sum")), (Some(cells[4].clone()), None));
        for (column, field) in answer.fields().iter().enumerate() {
            assert_eq!(answer.position(&field.name), Some(column));
        }
    }
    let backwards: Vec<i64> = answer.rows().rev().map(|row| row.start().millis()).collect();
    assert_eq!(backwards, [2000, 1000, 0]);
}

#[test]
fn a_cell_is_of_one_type() {
    let answer = answer_of(&EVENTS, BODY);
    let typed: Vec<_> = answer
        .rows()
        .nth(1)
        .unwrap()
        .cells()
        .map(|cell| (cell.is_null(), cell.as_str(), cell.as_i64(), cell.as_f64()))
        .collect();
    let nothing = (true, None, None, None);
    let count = (false, None, Some(1), Some(1.0));
    assert_eq!(
        (typed[0], typed[1], typed[3], typed[4]),
        ((false, None, None, None), nothing, count, nothing)
    );
    let texts: Vec<_> = answer.rows().map(|row| row.cell(1).as_str()).collect();
    assert_eq!(texts, [Some("a"), None, Some("")]);
    let averages: Vec<_> = answer.rows().map(|row| (row.cell(4).as_i64(), row.cell(4).as_f64())).collect();
    assert_eq!(averages, [(None, Some(0.5)), (None, None), (None, Some(2.0))]);
}

#[test]
fn an_empty_answer_has_no_rows() {
    assert_eq!(answer_of(&[], BODY).rows().len(), 0);
}
