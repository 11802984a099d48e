//! What one fetch may cost: whatever is asked, there is an answer or an error that says what to do.

#![expect(clippy::expect_used, reason = "a test ends where something is not as it must be")]
#![expect(clippy::panic, reason = "and tells what it found instead")]

use gristmill::event::{Batch, Event};
use gristmill::exec::{Budget, Cancel, ExecError};
use gristmill::request::{Fetch, FetchContext, FetchError, FetchErrorKind};
use gristmill::schema::Dimension;
use gristmill::{Error, Options, Store, Timestamp};
use std::time::Duration;

/// Dimensions that may be all different.
const TEN: [Dimension; 10] = [
    Dimension::VisitorId,
    Dimension::SessionId,
    Dimension::UserId,
    Dimension::Label,
    Dimension::Action,
    Dimension::Dim1,
    Dimension::Dim2,
    Dimension::Dim3,
    Dimension::Dim4,
    Dimension::Dim5,
];

fn checked(rest: &str) -> Result<Fetch, FetchError> {
    let text = format!(r#"{{"organization_id":"org",{rest}}}"#);
    Fetch::from_json(text.as_bytes(), &FetchContext::new())
}

fn fetch(rest: &str) -> Fetch {
    checked(rest).expect("a fetch")
}

/// A store of these events, each in a segment of its own.
fn store(budget: Budget, segments: &[Vec<Event>]) -> Store {
    let store = Options::new().threads(2).budget(budget).open_in_memory().expect("a store in memory");
    for events in segments {
        store.append(Batch::from_events(events).expect("a batch")).expect("appended");
        store.seal().expect("sealed");
    }
    store
}

fn over_budget(store: &Store, fetch: &Fetch) -> ExecError {
    match store.fetch(fetch) {
        Err(Error::Exec(error)) => error,
        other => panic!("expected an error of the execution, found {other:?}"),
    }
}

/// Events of which no two have a value in common in any of ten dimensions.
fn all_different(events: i64) -> Vec<Event> {
    let event = |at: i64| {
        let mut event = Event::new(Timestamp(at), "org", "vendor");
        for dimension in TEN {
            // The numbers are spread, so that codes do not rise with time.
            event.set(dimension, Some(&format!("{}-{:05}", dimension.name(), at * 7919 % 100_003)));
        }
        event
    };
    (0..events).map(event).collect()
}

#[test]
fn a_million_empty_buckets_are_answered_or_refused() {
    let million =
        r#""interval":{"start":0,"end":1000000000},"granularity":"second","aggregations":["count"]"#;
    let events = vec![vec![Event::new(Timestamp(5_000), "org", "vendor")]];
    let answer = store(Budget::default(), &events).fetch(&fetch(million)).expect("an answer");
    assert_eq!(answer.len(), 1_000_000);

    let groups = store(Budget { groups: 999_999, ..Budget::default() }, &events);
    let error = over_budget(&groups, &fetch(million));
    assert!(matches!(error, ExecError::TooManyGroups { found: 1_000_000, limit: 999_999 }), "{error}");
    let bytes = store(Budget { bytes: 10 << 20, ..Budget::default() }, &events);
    let error = over_budget(&bytes, &fetch(million));
    assert!(matches!(error, ExecError::TooMuchMemory { exact_distinct: false, .. }), "{error}");

    let all_time = r#""interval":{"start":"0000-01-01","end":"9999-12-31"},"granularity":"second""#;
    let error = over_budget(&groups, &fetch(all_time));
    assert!(matches!(error, ExecError::TooManyGroups { .. }), "{error}");
    let skipped = fetch(&format!(r#"{all_time},"empty_buckets":"skip""#));
    assert_eq!(groups.fetch(&skipped).expect("an answer").len(), 1);
}

#[test]
fn rows_count_after_the_limit() {
    let store = store(Budget { rows: 10, ..Budget::default() }, &[all_different(100)]);
    let rows = r#""interval":{"start":0,"end":100},"granularity":"none""#;
    let error = over_budget(&store, &fetch(rows));
    assert!(matches!(error, ExecError::TooManyRows { found: 100, limit: 10 }), "{error}");
    assert!(error.to_string().contains("set `limit`"), "{error}");
    let limited = fetch(&format!(r#"{rows},"limit":10"#));
    assert_eq!(store.fetch(&limited).expect("an answer").len(), 10);
}

#[test]
fn ten_thousand_filters_side_by_side_are_answered() {
    let store = store(Budget::default(), &[all_different(3_000)]);
    let count = |filters: usize| {
        let leaf = |at: usize| {
            format!(r#"{{"type":"selector","dimension":"dim1","value":"dim1-{:05}"}}"#, at * 7919 % 100_003)
        };
        let leaves: Vec<String> = (0..filters).map(leaf).collect();
        checked(&format!(
            r#""interval":{{"start":0,"end":100000}},"granularity":"all","aggregations":["count"],
               "filters":{{"type":"or","fields":[{}]}}"#,
            leaves.join(",")
        ))
    };
    let answer = store.fetch(&count(9_999).expect("as many as there may be")).expect("an answer");
    assert_eq!(answer.cell(0, 1), gristmill::response::Cell::Integer(3_000));
    let error = count(10_000).expect_err("one more, with that of `or`");
    assert_eq!(error.kind(), FetchErrorKind::TooLarge, "{error}");
}

#[test]
fn ten_thousand_filters_in_each_other_are_refused() {
    for levels in [101, 10_000, 1_000_000] {
        let nested = format!(
            r#"{}{{"type":"true"}}{}"#,
            r#"{"type":"not","field":"#.repeat(levels),
            "}".repeat(levels)
        );
        let error =
            checked(&format!(r#""interval":{{"start":0,"end":1}},"granularity":"all","filters":{nested}"#))
                .expect_err("too deep");
        assert_eq!(error.kind(), FetchErrorKind::TooLarge, "{levels}: {error}");
    }
}

#[test]
fn a_regular_expression_of_a_megabyte_is_refused() {
    let matching = |pattern: &str| {
        checked(&format!(
            r#""interval":{{"start":0,"end":1}},"granularity":"all",
               "filters":{{"type":"regex","dimension":"label","pattern":"{pattern}"}}"#
        ))
    };
    // The second is short, and would take gigabytes when compiled.
    for pattern in ["a|".repeat(1 << 19), "(((a{100}){100}){100}){100}".to_owned()] {
        let error = matching(&pattern).expect_err("too large");
        assert_eq!(error.kind(), FetchErrorKind::TooLarge, "{error}");
        assert!(error.to_string().len() < 1000, "{error}");
        assert!(error.to_string().contains("filters.pattern"), "{error}");
    }
    assert!(matching("(a|b)*c").is_ok());
}

#[test]
fn groups_of_ten_columns_of_different_values_are_answered_or_refused() {
    let dimensions: Vec<String> = TEN.iter().map(|dimension| format!("\"{}\"", dimension.name())).collect();
    let fetch = fetch(&format!(
        r#""interval":{{"start":0,"end":100000}},"granularity":"all","aggregations":["count","sum","session_id_uniq"],
           "group_by":[{}]"#,
        dimensions.join(",")
    ));
    let events = all_different(20_000);
    let segments: Vec<Vec<Event>> = events.chunks(10_000).map(<[Event]>::to_vec).collect();
    assert_eq!(store(Budget::default(), &segments).fetch(&fetch).expect("an answer").len(), 20_000);
    let groups = store(Budget { groups: 19_999, ..Budget::default() }, &segments);
    let error = over_budget(&groups, &fetch);
    assert!(matches!(error, ExecError::TooManyGroups { limit: 19_999, .. }), "{error}");
    let bytes = store(Budget { bytes: 1 << 20, ..Budget::default() }, &segments);
    let error = over_budget(&bytes, &fetch);
    assert!(matches!(error, ExecError::TooMuchMemory { limit: 0x10_0000, .. }), "{error}");
}

#[test]
fn distinct_values_over_the_memory_are_refused_and_estimated_within_it() {
    const VALUES: usize = 250;
    // Half a million values in two segments, which have to be told apart across both.
    let event = |at: usize| {
        let mut event = Event::new(Timestamp(5), "org", "vendor");
        let values: Vec<String> = (0..VALUES).map(|value| (at * VALUES + value).to_string()).collect();
        event.set_properties(values.iter().map(String::as_str));
        event
    };
    let segments: Vec<Vec<Event>> =
        [0..1000, 1000..2000].into_iter().map(|events| events.map(event).collect()).collect();
    let asking = |aggregation: &str| {
        fetch(&format!(
            r#""interval":{{"start":0,"end":10}},"granularity":"all","aggregations":[{aggregation}]"#
        ))
    };
    let (exact, estimate) = ("\"properties_uniq\"", r#"{"type":"approx_uniq","fields":["properties"]}"#);
    let distinct = 2000 * i64::try_from(VALUES).expect("a small number");
    let answer = store(Budget::default(), &segments).fetch(&asking(exact)).expect("an answer");
    assert_eq!(answer.cell(0, 1), gristmill::response::Cell::Integer(distinct));

    let little = store(Budget { bytes: 1 << 20, ..Budget::default() }, &segments);
    let error = over_budget(&little, &asking(exact));
    assert!(matches!(error, ExecError::TooMuchMemory { exact_distinct: true, .. }), "{error}");
    assert!(error.to_string().contains("`approx_uniq`"), "{error}");
    let answer = little.fetch(&asking(estimate)).expect("an estimate");
    let gristmill::response::Cell::Integer(found) = answer.cell(0, 1) else { panic!("{answer:?}") };
    assert!((found - distinct).abs() < distinct / 20, "{found}");
}

#[test]
fn a_fetch_is_canceled_from_another_thread() {
    let store = store(Budget::default(), &[all_different(5_000)]);
    let fetch =
        fetch(r#""interval":{"start":0,"end":100000},"granularity":"none","group_by":["label","dim1"]"#);
    let cancel = Cancel::new();
    let other = cancel.clone();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            std::thread::sleep(Duration::from_millis(20));
            other.cancel();
        });
        let error = loop {
            match store.fetch_or_cancel(&fetch, &cancel) {
                Ok(answer) => assert_eq!(answer.len(), 5_000),
                Err(error) => break error,
            }
        };
        assert!(matches!(error, Error::Exec(ExecError::Canceled)), "{error}");
    });
    // Others go on.
    assert_eq!(store.fetch(&fetch).expect("an answer").len(), 5_000);
}
