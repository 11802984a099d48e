//! The laws that hold for every store and every fetch, over random ones.
//!
//! `PROPTEST_CASES` sets how many of each are tried.

#![expect(clippy::expect_used, reason = "a test ends where something is not as it must be")]

use gristmill::event::Event;
use gristmill::exec::{Budget, GroupStrategy, Instructions, RowStrategy, Tuning};
use gristmill::request::{
    Aggregation, EmptyBuckets, Fetch, FetchBuilder, FetchContext, Filter, Having, Interval, Metric, OrderBy,
};
use gristmill::schema::{Dimension, Kind};
use gristmill::time::Granularity;
use gristmill::{Options, Timestamp};
use gristmill_testkit::arbitrary;
use gristmill_testkit::oracle;
use gristmill_testkit::runner::Layout;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// As many cases as `PROPTEST_CASES` says, or else so many.
fn config(cases: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(cases), failure_persistence: None, ..ProptestConfig::default() }
}

fn store(layout: Layout, threads: usize, events: &[Event]) -> gristmill::Store {
    layout.store(&Options::new().threads(threads), events).expect("a store of these events")
}

fn answer(store: &gristmill::Store, fetch: &Fetch) -> String {
    store.fetch(fetch).expect("an answer").to_json()
}

/// A fetch that counts the events of each bucket and group, all of them.
fn counting(fetch: &Fetch) -> Fetch {
    Fetch {
        metrics: vec![Metric::new("count", Aggregation::Count)],
        having: Having::True,
        order_by: Vec::<OrderBy>::new(),
        limit_per_bucket: None,
        offset: 0,
        limit: None,
        empty_buckets: EmptyBuckets::Skip,
        ..fetch.clone()
    }
}

/// The counts of all rows of a counting fetch together.
fn total(store: &gristmill::Store, fetch: &Fetch) -> u64 {
    let answer: serde_json::Value = serde_json::from_str(&answer(store, &counting(fetch))).expect("JSON");
    let rows = answer["data"].as_array().expect("rows");
    rows.iter().map(|row| row.as_array().and_then(|cells| cells.last()?.as_u64()).expect("a count")).sum()
}

fn not(filter: &Filter) -> Filter {
    Filter::Not(Box::new(filter.clone()))
}

fn layout() -> impl Strategy<Value = Layout> {
    select(&Layout::ALL[..])
}

proptest! {
    #![proptest_config(config(400))]

    // 10,000 pairs of a store and a fetch; `PROPTEST_CASES=40000` makes a million.
    #[test]
    fn the_engine_answers_as_the_oracle(
        events in arbitrary::events(), fetches in vec(arbitrary::fetch(), 25), layout in layout(), threads in 1..=2_usize,
    ) {
        let store = store(layout, threads, &events);
        for fetch in fetches {
            let expected = oracle::fetch(&events, &fetch).to_json();
            prop_assert_eq!(answer(&store, &fetch), expected, "{:?}", fetch);
        }
    }
}

/// Many events near each of a few, with values that are counts for one vendor, prices for another and quarters for a third.
fn crowd(events: &[Event], step: i64) -> Vec<Event> {
    let near = |event: &Event, at: i64| {
        let mut event = event.clone();
        let instant = Timestamp::from_millis(event.timestamp.millis() + at * step);
        event.timestamp = instant.unwrap_or(Timestamp::MAX);
        event.value = event.value.map(|value| {
            let number = f64::from(u16::try_from(value.to_bits() % 5000).unwrap_or_default() + 99);
            match event.text(Dimension::Vendor).map_or(0, str::len) % 3 {
                0 => number - 1000.0,
                1 => number / 100.0,
                _ => number / 4.0,
            }
        });
        event
    };
    events.iter().take(8).flat_map(|event| (0..120).map(move |at| near(event, at))).collect()
}

proptest! {
    #![proptest_config(config(40))]

    #[test]
    fn a_crowd_of_events_is_added_up_as_by_the_oracle(
        events in arbitrary::events(),
        step in select(vec![1, 30_000, 450_000, 3_600_000]),
        fetch in arbitrary::fetch(),
        layout in layout(),
        tuning in tuning(),
    ) {
        let events = crowd(&events, step);
        // Pieces of a few rows, each with a place for every key, would take more memory than there is.
        let tuning = Tuning { task_rows: None, ..tuning };
        let expected = oracle::fetch(&events, &fetch).to_json();
        let store = layout.store(&Options::new().threads(2).tuning(tuning), &events).expect("a store of these events");
        prop_assert_eq!(answer(&store, &fetch), expected);
    }
}

/// Every way that the engine can be made to go.
fn tuning() -> impl Strategy<Value = Tuning> {
    let rows = select(vec![RowStrategy::Auto, RowStrategy::Scan, RowStrategy::Postings]);
    let groups = select(GroupStrategy::ALL.to_vec());
    let instructions = select(vec![Instructions::Widest, Instructions::Avx2, Instructions::Portable]);
    let task_rows = select(vec![Some(1), Some(7), None]);
    (rows, instructions, groups, task_rows).prop_map(|(rows, instructions, groups, task_rows)| Tuning {
        rows,
        instructions,
        groups,
        task_rows,
    })
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn whichever_way_the_engine_is_made_to_go(
        events in arbitrary::events(), fetch in arbitrary::fetch(), layout in layout(), tuning in tuning(),
    ) {
        let expected = oracle::fetch(&events, &fetch).to_json();
        // Some ways take far more memory than the one that would be chosen.
        let budget = Budget { bytes: u64::MAX, ..Budget::default() };
        let options = Options::new().threads(2).budget(budget).tuning(tuning);
        let store = layout.store(&options, &events).expect("a store of these events");
        prop_assert_eq!(answer(&store, &fetch), expected);
    }
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn the_json_of_a_fetch_is_checked_to_that_fetch(fetch in arbitrary::fetch()) {
        let text = arbitrary::fetch_json(&fetch);
        let checked = Fetch::from_json(&text, &FetchContext::new());
        prop_assert_eq!(checked.map_err(|error| error.to_string()), Ok(fetch), "{}", text);
    }
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn layout_threads_and_order_of_arrival_do_not_show(
        (events, shuffled) in arbitrary::events().prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle())),
        fetch in arbitrary::fetch(),
    ) {
        let expected = answer(&store(Layout::Heap, 1, &events), &fetch);
        for layout in Layout::ALL {
            for threads in [1, 2] {
                prop_assert_eq!(&answer(&store(layout, threads, &shuffled), &fetch), &expected, "{:?}", layout);
            }
        }
    }

    #[test]
    fn a_filter_and_its_complement_are_everything(
        events in arbitrary::events(), fetch in arbitrary::fetch(), layout in layout(),
    ) {
        let store = store(layout, 1, &events);
        let with = |filter: Filter| arbitrary::with_filter(&fetch, filter);
        let filter = &fetch.filter;
        prop_assert_eq!(answer(&store, &with(not(&not(filter)))), answer(&store, &fetch));
        let parts = total(&store, &fetch) + total(&store, &with(not(filter)));
        prop_assert_eq!(parts, total(&store, &with(Filter::True)));
        prop_assert_eq!(total(&store, &with(Filter::And(vec![filter.clone(), not(filter)]))), 0);
    }

    #[test]
    fn any_of_two_filters_and_both_are_the_two_together(
        events in arbitrary::events(), fetch in arbitrary::fetch(), other in arbitrary::filter(), layout in layout(),
    ) {
        let store = store(layout, 1, &events);
        let total = |filter: Filter| total(&store, &arbitrary::with_filter(&fetch, filter));
        let filter = &fetch.filter;
        let both = || vec![filter.clone(), other.clone()];
        prop_assert_eq!(
            total(Filter::And(both())) + total(Filter::Or(both())),
            total(filter.clone()) + total(other.clone())
        );
    }

    #[test]
    fn the_parts_of_an_interval_add_up(
        events in arbitrary::events(), fetch in arbitrary::fetch(), at in any::<Index>(), layout in layout(),
    ) {
        let store = store(layout, 1, &events);
        let Interval { start, end } = fetch.interval;
        // At an event that is in question, which must then be in one of the parts and not in both.
        let asked: Vec<i64> = events
            .iter()
            .filter(|event| oracle::matches(&fetch.filter, event))
            .map(|event| event.timestamp.millis())
            .filter(|instant| (start..end).contains(instant))
            .collect();
        let cut = if asked.is_empty() { start } else { *at.get(&asked) };
        let within = |start, end| total(&store, &Fetch { interval: Interval { start, end }, ..fetch.clone() });
        prop_assert_eq!(within(start, cut) + within(cut, end), within(start, end));
    }

    #[test]
    fn buckets_and_groups_add_up(
        events in arbitrary::events(), fetch in arbitrary::fetch(), layout in layout(),
    ) {
        let single = |dimension: &Dimension| dimension.kind() != Kind::MultiText;
        let fetch = Fetch { group_by: fetch.group_by.iter().copied().filter(single).collect(), ..fetch };
        let whole = Fetch { granularity: Granularity::All, group_by: Vec::new(), ..fetch.clone() };
        let store = store(layout, 1, &events);
        prop_assert_eq!(total(&store, &fetch), total(&store, &whole));
    }

    #[test]
    fn a_fetch_may_be_built_again(fetch in arbitrary::fetch()) {
        prop_assert_eq!(FetchBuilder::from(fetch.clone()).build().expect("a checked fetch"), fetch);
    }

    #[test]
    fn a_limit_gives_the_first_rows(
        events in arbitrary::events(), fetch in arbitrary::fetch(), limit in any::<Index>(), layout in layout(),
    ) {
        let store = store(layout, 1, &events);
        let rows = |fetch: &Fetch| -> Vec<serde_json::Value> {
            let answer: serde_json::Value = serde_json::from_str(&answer(&store, fetch)).expect("JSON");
            answer["data"].as_array().expect("rows").clone()
        };
        let all = rows(&Fetch { limit: None, ..fetch.clone() });
        let limit = 1 + limit.index(all.len() + 1);
        let first = rows(&Fetch { limit: Some(limit as u64), ..fetch });
        prop_assert_eq!(&first[..], &all[..limit.min(all.len())]);
    }
}
