//! Answers over a handful of events: order, ties, limits, empty buckets, and the bytes of their forms.

mod csv;
#[cfg(feature = "arrow")]
mod record_batch;
mod rows;

use super::{Answer, Explanation};
use crate::exec::{Budget, Cancel, ExecError, ExecOptions, execute, explain};
use crate::request::{Fetch, FetchContext};
use gristmill_storage::Timestamp;
use gristmill_storage::event::Event;
use gristmill_storage::schema::Dimension;
use gristmill_storage::segment::{Segment, SegmentBuilder};
use std::sync::Arc;
use std::time::Duration;

/// One event of each label, a second apart, in two segments; `None` is null.
fn segments(events: &[(Option<&str>, Option<f64>)]) -> Vec<Arc<Segment>> {
    let mut builders = [SegmentBuilder::new(), SegmentBuilder::new()];
    for (at, (label, value)) in (0_u32..).zip(events) {
        let mut event = Event::new(Timestamp(i64::from(at) * 1000), "org", "vendor");
        event.set(Dimension::Dim1, *label);
        event.value = *value;
        builders[at as usize % 2].push(&event.as_row()).unwrap();
    }
    let used = builders.into_iter().take(events.len());
    used.map(|builder| Arc::new(builder.build().unwrap())).collect()
}

fn answer(
    segments: &[Arc<Segment>],
    end: i64,
    body: &str,
    options: &ExecOptions,
) -> Result<Answer, ExecError> {
    let text = format!(r#"{{"organization_id":"org","interval":{{"start":0,"end":{end}}},{body}}}"#);
    let fetch = Fetch::from_json(text.as_bytes(), &FetchContext::default()).unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    execute(&fetch, segments, options, &pool, None)
}

fn run(
    segments: &[Arc<Segment>],
    end: i64,
    body: &str,
    options: &ExecOptions,
) -> Result<serde_json::Value, ExecError> {
    let answer = answer(segments, end, body, options)?.to_json();
    Ok(serde_json::from_str::<serde_json::Value>(&answer).unwrap()["data"].take())
}

/// The answer about such events of one minute.
fn answer_of(events: &[(Option<&str>, Option<f64>)], body: &str) -> Answer {
    answer(&segments(events), 60_000, body, &ExecOptions::default()).unwrap()
}

fn rows(events: &[(Option<&str>, Option<f64>)], end: i64, body: &str) -> serde_json::Value {
    run(&segments(events), end, body, &ExecOptions::default()).unwrap()
}

/// The first group of each row.
fn groups(order: &str) -> Vec<Option<String>> {
    let events = [
        (Some("b"), Some(1.0)),
        (Some("B"), None),
        (None, Some(1.0)),
        (Some(""), Some(-3.0)),
        (Some("\u{e9}"), Some(1.0)),
    ];
    let body = format!(r#""granularity":"all","group_by":["dim1"],"aggregations":["min"],{order}"#);
    let rows = rows(&events, 60_000, &body);
    rows.as_array().unwrap().iter().map(|row| row[1].as_str().map(str::to_owned)).collect()
}

fn texts(texts: &[Option<&str>]) -> Vec<Option<String>> {
    texts.iter().map(|text| text.map(str::to_owned)).collect()
}

#[test]
fn null_comes_first_and_ties_keep_the_default_order() {
    let default = [None, Some(""), Some("B"), Some("b"), Some("\u{e9}")];
    assert_eq!(groups(r#""order_by":[]"#), texts(&default));
    let by_min = [Some("B"), Some(""), None, Some("b"), Some("\u{e9}")];
    assert_eq!(groups(r#""order_by":["min"]"#), texts(&by_min));
    // What ties stands in the default order in a descending one too, and null comes last.
    let falling = [None, Some("b"), Some("\u{e9}"), Some(""), Some("B")];
    assert_eq!(groups(r#""order_by":[{"field":"min","direction":"desc"}]"#), texts(&falling));
    let reversed = [Some("\u{e9}"), Some("b"), Some("B"), Some(""), None];
    assert_eq!(groups(r#""order_by":[{"field":"dim1","direction":"desc"}]"#), texts(&reversed));
}

#[test]
fn a_limit_takes_the_first_rows_of_the_whole_order() {
    let order = r#""order_by":[{"field":"min","direction":"desc"}]"#;
    let all = groups(order);
    for limit in [1, 2, 4, 5, 6, i64::MAX] {
        let kept = usize::try_from(limit).unwrap().min(all.len());
        assert_eq!(groups(&format!(r#"{order},"limit":{limit}"#)), all[..kept], "{limit}");
    }
    assert_eq!(groups(r#""limit":2"#), texts(&[None, Some("")]));
}

#[test]
fn every_bucket_is_there_unless_it_is_grouped_or_skipped() {
    let events = [(None, Some(1.0)), (None, None)];
    let body = |more: &str| {
        format!(r#""granularity":"second","aggregations":["count","sum","min","dim1_uniq"],{more}"#)
    };
    let filled = rows(&events, 3000, &body(r#""group_by":[]"#));
    let expected = serde_json::json!([
        ["1970-01-01T00:00:00.000Z", 1, 1.0, 1.0, 0],
        ["1970-01-01T00:00:01.000Z", 1, 0.0, null, 0],
        ["1970-01-01T00:00:02.000Z", 0, 0.0, null, 0]
    ]);
    assert_eq!(filled, expected);
    assert_eq!(rows(&events, 3000, &body(r#""empty_buckets":"skip""#)).as_array().unwrap().len(), 2);
    assert_eq!(rows(&events, 3000, &body(r#""group_by":["dim1"]"#)).as_array().unwrap().len(), 2);
    // No segment at all, and no instant.
    assert_eq!(rows(&[], 3000, &body(r#""group_by":[]"#)).as_array().unwrap().len(), 3);
    let nothing = rows(&events, 0, r#""granularity":"all","aggregations":["count"]"#);
    assert_eq!(nothing, serde_json::json!([["1970-01-01T00:00:00.000Z", 0]]));
}

#[test]
fn empty_buckets_count_against_the_budget() {
    let options =
        ExecOptions { budget: Budget { groups: 59, ..Budget::default() }, ..ExecOptions::default() };
    let fetch = |end| run(&segments(&[(None, None)]), end, r#""granularity":"second""#, &options);
    assert!(fetch(10_000).is_ok());
    assert!(matches!(fetch(60_000), Err(ExecError::TooManyGroups { limit: 59, found }) if found >= 60));
    // Three hundred years are not counted one second after the other.
    assert!(matches!(fetch(9_466_848_000_000), Err(ExecError::TooManyGroups { .. })));
}

#[test]
fn extreme_values_are_summed_exactly_or_not_at_all() {
    let sums = |values: &[f64]| {
        let events: Vec<_> = values.iter().map(|value| (None, Some(*value))).collect();
        rows(&events, 60_000, r#""granularity":"all","aggregations":["sum","avg","min","max"]"#)[0].take()
    };
    let row = sums(&[f64::MAX, 1.0, -f64::MAX]);
    assert_eq!((row[1].as_f64(), row[3].as_f64()), (Some(1.0), Some(-f64::MAX)));
    let row = sums(&[f64::MAX, f64::MAX]);
    assert_eq!((row[1].as_f64(), row[2].as_f64(), row[4].as_f64()), (None, None, Some(f64::MAX)));
    let row = sums(&[0.0, -0.0]);
    assert!(row[1].as_f64().unwrap().is_sign_positive() && row[3].as_f64().unwrap().is_sign_negative());
}

#[test]
fn texts_are_escaped_and_come_back_as_they_were() {
    let label = "a\"b\\c\n\t\u{0}\u{1f}\u{7f}</\u{2028}\u{1f33e}";
    let rows = rows(&[(Some(label), None)], 60_000, r#""granularity":"all","group_by":["dim1"]"#);
    assert_eq!(rows[0][1].as_str(), Some(label));
}

#[test]
fn a_fetch_stops_when_it_is_told_to_or_its_time_is_over() {
    let segments = segments(&[(Some("a"), None), (Some("b"), None)]);
    let text = r#"{"organization_id":"org","granularity":"all","interval":{"start":0,"end":3000},"group_by":["dim1"]}"#;
    let fetch = Fetch::from_json(text, &FetchContext::new()).unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let cancel = Cancel::new();
    let run = |options: &ExecOptions| execute(&fetch, &segments, options, &pool, Some(&cancel));
    let hour = Budget { time: Some(Duration::from_hours(1)), ..Budget::default() };
    assert_eq!(run(&ExecOptions { budget: hour, ..ExecOptions::default() }).unwrap().len(), 2);
    let nothing = Budget { time: Some(Duration::ZERO), ..Budget::default() };
    let late = run(&ExecOptions { budget: nothing, ..ExecOptions::default() });
    assert!(matches!(late, Err(ExecError::TimedOut { limit: Duration::ZERO })), "{late:?}");
    cancel.cancel();
    assert!(matches!(run(&ExecOptions::default()), Err(ExecError::Canceled)));
}

#[test]
fn an_explanation_tells_what_was_done_with_each_segment() {
    // The first segment has both of "a", the second one "b".
    let segments = segments(&[(Some("a"), Some(1.0)), (Some("b"), Some(2.0)), (Some("a"), Some(3.0))]);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let explained = |organization: &str, start: i64, rest: &str| {
        let text = format!(
            r#"{{"organization_id":"{organization}","interval":{{"start":{start},"end":9000}},"granularity":"all",{rest}}}"#
        );
        let fetch = Fetch::from_json(text, &FetchContext::new()).unwrap();
        let (answer, explanation) = explain(&fetch, &segments, &ExecOptions::default(), &pool).unwrap();
        assert_eq!(explanation.rows, answer.len() as u64);
        explanation
    };
    let pruned = |explanation: &Explanation| -> Vec<_> {
        explanation.passes[0].segments.iter().map(|segment| segment.pruned).collect()
    };
    let all = explained("org", 0, r#""group_by":["dim1"],"aggregations":["sum"]"#);
    let pass = &all.passes[0];
    assert_eq!(
        (pruned(&all), pass.groups, &pass.metrics[..]),
        (vec![None, None], 2, &["sum".to_owned()][..])
    );
    let first = &pass.segments[0];
    assert_eq!((first.rows, first.rows_in_range, first.rows_matched, first.form), (2, 2, 2, "memory"));
    assert_eq!((first.first, first.last, first.grouping), (Some(0), Some(2000), Some("all buckets at once")));
    let own = all.without_others();
    let first = &own.passes[0].segments[0];
    assert_eq!((first.rows, first.first, first.last, first.rows_matched), (2, None, None, 2));

    let filters = r#""filters":{"type":"selector","dimension":"dim1","value":"a"}"#;
    let filtered = explained("org", 0, filters);
    assert_eq!(pruned(&filtered), [None, Some("filter")]);
    assert_eq!(filtered.passes[0].segments[0].filter.as_deref(), Some("every row"));
    let not = r#""filters":{"type":"not","field":{"type":"columnComparison","dimensions":["dim1","label"]}}"#;
    let not = explained("org", 0, not);
    assert_eq!(not.passes[0].segments[0].filter.as_deref(), Some("not(comparison of columns)"));

    assert_eq!(pruned(&explained("org", 1500, filters)), [None, Some("interval")]);
    let other = explained("other", 0, filters);
    assert_eq!(pruned(&other), [Some("organization"); 2]);
    assert_eq!(pruned(&other.without_others()), []);
    let vendor = format!(r#""vendor":"none",{filters}"#);
    assert_eq!(pruned(&explained("org", 0, &vendor)), [Some("rows"); 2]);

    let figure = r#"{"type":"filtered","name":"n","filter":{"type":"false"},"aggregator":"count"}"#;
    let two = explained("org", 0, &format!(r#""aggregations":["count",{figure}]"#));
    assert_eq!((two.passes.len(), two.passes[1].metrics[0].as_str()), (2, "n"));
    let json: serde_json::Value = serde_json::from_str(&two.to_json()).unwrap();
    assert_eq!(json["passes"][0]["segments"][1]["rows_matched"], 1);
    let tree = filtered.to_string();
    assert!(tree.contains("1 segments left out: filter") && tree.contains("filter: every row"), "{tree}");
}
