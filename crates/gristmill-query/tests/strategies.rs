//! Every way the engine can take gives the same bytes.

use gristmill_query::exec::{Budget, ExecError, ExecOptions, GroupStrategy, RowStrategy, Tuning, execute};
use gristmill_query::request::{Fetch, FetchContext};
use gristmill_storage::Timestamp;
use gristmill_storage::event::{Event, Source};
use gristmill_storage::schema::Dimension;
use gristmill_storage::segment::{Segment, SegmentBuilder};
use std::sync::Arc;

const HOUR: i64 = 3_600_000;

fn event(at: i64) -> Event {
    let mut event = Event::new(
        Timestamp(at * HOUR / 4),
        if at % 5 == 0 { "other" } else { "org" },
        ["a", "b"][at as usize % 2],
    );
    event.value = (at % 7 != 0).then_some(at as f64 / 10.0);
    event.event_version = at % 3;
    event.source = Source::ALL[(at % 4 == 0) as usize];
    event.set(Dimension::Category, Some(["click", "view", ""][at as usize % 3]));
    event.set(Dimension::VisitorId, (at % 11 != 0).then(|| format!("visitor-{}", at % 97)).as_deref());
    event.set_properties(["red", "green", "blue"].into_iter().take(at as usize % 4));
    event
}

/// The same events in `pieces` segments.
fn segments(events: i64, pieces: i64) -> Vec<Arc<Segment>> {
    (0..pieces)
        .map(|piece| {
            let mut builder = SegmentBuilder::new();
            for at in (0..events).filter(|at| at % pieces == piece) {
                builder.push(&event(at).as_row()).unwrap();
            }
            Arc::new(builder.build().unwrap())
        })
        .collect()
}

fn fetch(body: &str) -> Fetch {
    let text = format!(
        r#"{{"organization_id":"org","interval":{{"start":0,"end":{}}},"granularity":"day",{body}}}"#,
        400 * HOUR
    );
    Fetch::from_json(text.as_bytes(), &FetchContext::default()).unwrap()
}

fn options(rows: RowStrategy, groups: GroupStrategy, task_rows: u32) -> ExecOptions {
    ExecOptions { tuning: Tuning { rows, groups, task_rows }, ..ExecOptions::default() }
}

#[test]
fn strategies_segments_and_tasks_do_not_show() {
    let bodies = [
        r#""group_by":[]"#,
        r#""group_by":["category","vendor"]"#,
        r#""group_by":["properties","event_version"],"aggregations":["count","sum","visitor_id_uniq"]"#,
        r#""group_by":["visitor_id"],"order_by":[{"field":"sum","direction":"desc"}],"limit":7"#,
        r#""aggregations":["visitor_id_uniq","properties_uniq","min","avg"],"vendor":"a""#,
        r#""filters":{"type":"or","fields":[{"type":"selector","dimension":"category","value":"view"},
            {"type":"not","field":{"type":"regex","dimension":"visitor_id","pattern":"[0-5]$"}}]}"#,
        r#""sources":["trusted"],"filters":{"type":"bound","dimension":"value","lower":3,"upper":70}"#,
    ];
    for body in bodies {
        let fetch = fetch(body);
        let expected = execute(&fetch, &segments(2000, 1), &ExecOptions::default()).unwrap().to_json();
        assert!(expected.contains(r#"["1970-01-"#), "{expected}");
        for rows in [RowStrategy::Auto, RowStrategy::Scan, RowStrategy::Postings] {
            for groups in [GroupStrategy::Auto, GroupStrategy::Dense, GroupStrategy::Hash] {
                for (pieces, task_rows) in [(1, u32::MAX), (1, 37), (3, 1000), (17, 1)] {
                    let options = options(rows, groups, task_rows);
                    let answer = execute(&fetch, &segments(2000, pieces), &options).unwrap().to_json();
                    assert_eq!(answer, expected, "{body} with {options:?} over {pieces} segments");
                }
            }
        }
    }
}

#[test]
fn too_many_groups_are_refused() {
    let options = ExecOptions { budget: Budget { groups: 96 }, ..ExecOptions::default() };
    let error = execute(&fetch(r#""group_by":["visitor_id"]"#), &segments(2000, 2), &options).unwrap_err();
    assert!(matches!(error, ExecError::TooManyGroups { limit: 96, .. }), "{error}");
}
