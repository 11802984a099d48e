//! What the renderers see of an answer: columns, and cells row by row.

use gristmill::response::{Answer, Cell, FieldKind};

/// A table of cells that borrow from an answer.
#[derive(Debug)]
pub(crate) struct Sheet<'a> {
    columns: Vec<Column<'a>>,
    cells: Vec<Cell<'a>>,
}

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column<'a> {
    pub(crate) name: &'a str,
    pub(crate) role: Role,
}

/// What a column is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The start of the row's bucket.
    Time,
    /// A value that the rows are grouped by.
    Group,
    /// A figure.
    Metric,
}

impl<'a> Sheet<'a> {
    /// The columns and rows of an answer.
    pub(crate) fn of(answer: &'a Answer) -> Self {
        let columns = answer.fields().iter().enumerate().map(|(at, field)| {
            let role = match field.kind {
                FieldKind::Dimension if at == 0 => Role::Time,
                FieldKind::Dimension => Role::Group,
                FieldKind::Metric => Role::Metric,
            };
            Column { name: &field.name, role }
        });
        let mut sheet = Self::new(columns.collect());
        answer.rows().for_each(|row| sheet.push(row.cells()));
        sheet
    }

    /// A sheet without rows.
    pub(crate) fn new(columns: Vec<Column<'a>>) -> Self {
        Self { columns, cells: Vec::new() }
    }

    /// Adds a row; cells beyond the columns are dropped and missing ones are null, so that rows stay rows.
    pub(crate) fn push(&mut self, row: impl IntoIterator<Item = Cell<'a>>) {
        let end = self.cells.len() + self.columns.len();
        self.cells.extend(row.into_iter().take(self.columns.len()));
        self.cells.resize(end, Cell::Null);
    }

    pub(crate) fn columns(&self) -> &[Column<'a>] {
        &self.columns
    }

    pub(crate) fn rows(&self) -> impl ExactSizeIterator<Item = &[Cell<'a>]> + Clone {
        self.cells.chunks_exact(self.columns.len().max(1))
    }

    /// The positions of the columns of that role.
    pub(crate) fn positions(&self, role: Role) -> impl Iterator<Item = usize> {
        self.columns.iter().enumerate().filter(move |(_, column)| column.role == role).map(|(at, _)| at)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use gristmill::Timestamp;
    use gristmill::timestamp::{IsoText, parse_offset};

    /// A sheet with a timestamp, the groups and the metrics named.
    pub(crate) fn sheet<'a>(groups: &[&'a str], metrics: &[&'a str], rows: Vec<Vec<Cell<'a>>>) -> Sheet<'a> {
        let mut columns = vec![Column { name: "timestamp", role: Role::Time }];
        columns.extend(groups.iter().map(|name| Column { name, role: Role::Group }));
        columns.extend(metrics.iter().map(|name| Column { name, role: Role::Metric }));
        let mut sheet = Sheet::new(columns);
        rows.into_iter().for_each(|row| sheet.push(row));
        sheet
    }

    /// A bucket's start, from its label.
    pub(crate) fn instant(label: &str) -> Cell<'static> {
        let offset = parse_offset(&label[23..]).unwrap();
        Cell::Timestamp(IsoText::new(Timestamp::parse_iso(label).unwrap().millis(), offset))
    }

    #[test]
    fn rows_keep_their_width() {
        let start = instant("2019-01-07T00:00:00.000Z");
        let sheet = sheet(
            &[],
            &["count"],
            vec![vec![start.clone()], vec![Cell::Null, Cell::Integer(1), Cell::Integer(2)]],
        );
        let rows: Vec<_> = sheet.rows().collect();
        assert_eq!(rows, [[start, Cell::Null], [Cell::Null, Cell::Integer(1)]]);
    }
}
