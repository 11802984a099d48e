//! Every way the engine can take gives the same bytes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use gristmill_query::exec::{Budget, ExecError, ExecOptions, GroupStrategy, RowStrategy, Tuning, execute};
use gristmill_query::request::{Fetch, FetchContext};
use gristmill_storage::Timestamp;
use gristmill_storage::event::{Event, Source};
use gristmill_storage::schema::Dimension;
use gristmill_storage::segment::{Segment, SegmentBuilder};
use std::sync::Arc;

const HOUR: i64 = 3_600_000;

fn event(at: u32) -> Event {
    let one_of = |values: &[&'static str]| values[at as usize % values.len()];
    let organization = if at.is_multiple_of(5) { "other" } else { "org" };
    let mut event = Event::new(Timestamp(i64::from(at) * HOUR / 4), organization, one_of(&["a", "b"]));
    event.value = (!at.is_multiple_of(7)).then_some(f64::from(at) / 10.0);
    event.event_version = i64::from(at % 3);
    event.source = if at.is_multiple_of(4) { Source::Untrusted } else { Source::Trusted };
    event.set(Dimension::Category, Some(one_of(&["click", "view", ""])));
    let visitor = format!("visitor-{}", at % 97);
    event.set(Dimension::VisitorId, (!at.is_multiple_of(11)).then_some(visitor.as_str()));
    event.set_properties(["red", "green", "blue"].into_iter().take(at as usize % 4));
    event
}

/// The same events in `pieces` segments.
fn segments(events: u32, pieces: u32) -> Vec<Arc<Segment>> {
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

fn options(rows: RowStrategy, groups: GroupStrategy, task_rows: Option<u32>) -> ExecOptions {
    let tuning = Tuning { rows, groups, task_rows, ..Tuning::default() };
    ExecOptions { tuning, ..ExecOptions::default() }
}

fn pool() -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap()
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
    let pool = pool();
    for body in bodies {
        let fetch = fetch(body);
        let expected =
            execute(&fetch, &segments(2000, 1), &ExecOptions::default(), &pool, None).unwrap().to_json();
        assert!(expected.contains(r#"["1970-01-"#), "{expected}");
        for rows in [RowStrategy::Auto, RowStrategy::Scan, RowStrategy::Postings] {
            for groups in GroupStrategy::ALL {
                for (pieces, task_rows) in [(1, None), (1, Some(37)), (3, Some(1000)), (17, Some(1))] {
                    let options = options(rows, groups, task_rows);
                    let answer =
                        execute(&fetch, &segments(2000, pieces), &options, &pool, None).unwrap().to_json();
                    assert_eq!(answer, expected, "{body} with {options:?} over {pieces} segments");
                }
            }
        }
    }
}

#[test]
fn too_many_groups_are_refused() {
    let options =
        ExecOptions { budget: Budget { groups: 96, ..Budget::default() }, ..ExecOptions::default() };
    let error = execute(&fetch(r#""group_by":["visitor_id"]"#), &segments(2000, 2), &options, &pool(), None)
        .unwrap_err();
    assert!(matches!(error, ExecError::TooManyGroups { limit: 96, .. }), "{error}");
}
