//! Druid's public sample of 1,209 rows: what is asked of the store against sums worked out from the lines of the file.
//!
//! The file is `druid-sample.tsv` in the folder `GRISTMILL_SAMPLE_DIR`, or in `shared/data` beside the repository.

#![expect(clippy::expect_used, reason = "a test ends where something is not as it must be")]

use gristmill::event::{Batch, Event};
use gristmill::request::{Fetch, FetchContext};
use gristmill::schema::Dimension;
use gristmill::{Options, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// One line of the file, as text.
struct Line {
    timestamp: String,
    market: String,
    quality: String,
    quality_number: String,
    placement: String,
    placements: Vec<String>,
    /// The metric, which has six decimals, in millionths.
    index: i64,
}

impl Line {
    /// The calendar day in UTC. Most lines are of midnight, and some of one o'clock.
    fn day(&self) -> &str {
        &self.timestamp[..10]
    }

    /// The start of that day, as an answer labels it.
    fn midnight(&self) -> String {
        format!("{}T00:00:00.000Z", self.day())
    }
}

/// How many lines, and the sum of their metric in millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Total {
    count: i64,
    index: i64,
}

fn sample() -> Option<Vec<Line>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("GRISTMILL_SAMPLE_DIR").map_or(beside, PathBuf::from);
    let path = folder.join("druid-sample.tsv");
    let Ok(text) = std::fs::read_to_string(&path) else {
        // Straight to the stream: what is printed in a test that passes is never seen, and a skip must be.
        let _ = writeln!(std::io::stderr(), "skipped: there is no {}", path.display());
        return None;
    };
    Some(text.lines().map(read_line).collect())
}

fn read_line(line: &str) -> Line {
    let columns: Vec<&str> = line.split('\t').collect();
    Line {
        timestamp: columns[0].to_owned(),
        market: columns[1].to_owned(),
        quality: columns[2].to_owned(),
        quality_number: columns[3].to_owned(),
        placement: columns[7].to_owned(),
        placements: columns[8].split('\u{1}').map(str::to_owned).collect(),
        index: columns[9].replace('.', "").parse().expect("a number of six decimals"),
    }
}

fn event(line: &Line) -> Event {
    let timestamp = Timestamp::parse_iso(&line.timestamp).expect("a timestamp");
    let mut event = Event::new(timestamp, "druid", "sample");
    event.event_version = line.quality_number.parse().expect("an integer");
    event.value = Some(line.index as f64 / 1e6);
    event
        .set(Dimension::Dim1, Some(&line.market))
        .set(Dimension::Dim2, Some(&line.quality))
        .set(Dimension::Dim3, Some(&line.placement))
        .set_properties(line.placements.iter().map(String::as_str));
    event
}

fn store(lines: &[Line]) -> gristmill::Store {
    let store = Options::new().open_in_memory().expect("a store");
    let (sealed, buffered) = lines.split_at(1_000);
    for lines in [sealed, buffered] {
        store.append(Batch::from_events(lines.iter().map(event)).expect("a batch")).expect("room");
        if lines.len() == 1_000 {
            store.seal().expect("room");
        }
    }
    store
}

/// What a fetch answers: the cells before `count` and `sum`, and these two.
fn ask(store: &gristmill::Store, fetch: &Value) -> BTreeMap<Vec<String>, Total> {
    let mut request = json!({
        "organization_id": "druid",
        "interval": {"start": "2011-01-01", "end": "2012-01-01"},
        "granularity": "all",
        "aggregations": ["count", "sum"],
        "empty_buckets": "skip",
    });
    for (key, value) in fetch.as_object().expect("an object") {
        request[key] = value.clone();
    }
    let fetch = Fetch::from_json(request.to_string(), &FetchContext::new()).expect("a fetch");
    let answer: Value =
        serde_json::from_str(&store.fetch(&fetch).expect("an answer").to_json()).expect("JSON");
    answer["data"].as_array().expect("rows").iter().map(row).collect()
}

fn row(row: &Value) -> (Vec<String>, Total) {
    let (key, metrics) =
        row.as_array().and_then(|cells| cells.split_at_checked(cells.len() - 2)).expect("cells");
    let key = key.iter().map(|cell| cell.as_str().map_or_else(|| cell.to_string(), str::to_owned)).collect();
    let sum = metrics[1].as_f64().expect("a sum");
    // Each of at most 1,209 values is at most half a unit in the last place off; a millionth is far above that.
    assert!((sum * 1e6 - (sum * 1e6).round()).abs() < 1e-2, "{sum} has no more than six decimals");
    #[expect(clippy::cast_possible_truncation, reason = "the sum of all lines is below 2^40 millionths")]
    let index = (sum * 1e6).round() as i64;
    (key, Total { count: metrics[0].as_i64().expect("a count"), index })
}

/// The totals of the lines by their keys, of which a line may have several.
fn totals(lines: &[Line], keys: impl Fn(&Line) -> Vec<Vec<String>>) -> BTreeMap<Vec<String>, Total> {
    let mut totals: BTreeMap<Vec<String>, Total> = BTreeMap::new();
    for line in lines {
        for key in keys(line) {
            let total = totals.entry(key).or_default();
            total.count += 1;
            total.index += line.index;
        }
    }
    totals
}

const START: &str = "2011-01-01T00:00:00.000Z";

fn key<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

#[test]
fn totals_are_those_of_the_file() {
    let Some(lines) = sample() else { return };
    let store = store(&lines);
    let whole = ask(&store, &json!({}));
    assert_eq!(whole, totals(&lines, |_| vec![key([START])]));
    assert_eq!(whole[&key([START])].count, 1_209);

    let by_day = ask(&store, &json!({"granularity": "day"}));
    assert_eq!(by_day, totals(&lines, |line| vec![key([&line.midnight()])]));
    assert_eq!(by_day.len(), 93);

    let by_instant = ask(&store, &json!({"granularity": "none"}));
    assert_eq!(by_instant, totals(&lines, |line| vec![key([&line.timestamp])]));

    let by_market = ask(&store, &json!({"group_by": ["dim1"]}));
    assert_eq!(by_market, totals(&lines, |line| vec![key([START, &line.market])]));
    assert_eq!(by_market.len(), 3);

    let by_quality = ask(&store, &json!({"group_by": ["dim2"]}));
    assert_eq!(by_quality, totals(&lines, |line| vec![key([START, &line.quality])]));
    assert_eq!(by_quality.len(), 9);

    let by_all_three = ask(&store, &json!({"granularity": "day", "group_by": ["dim1", "dim2"]}));
    assert_eq!(
        by_all_three,
        totals(&lines, |line| vec![key([&line.midnight(), &line.market, &line.quality])])
    );
}

#[test]
fn a_line_counts_in_the_group_of_each_of_its_placements() {
    let Some(lines) = sample() else { return };
    let store = store(&lines);
    let by_placement = ask(&store, &json!({"group_by": ["properties"]}));
    let keys = |line: &Line| line.placements.iter().map(|placement| key([START, placement])).collect();
    assert_eq!(by_placement, totals(&lines, keys));
    assert_eq!(by_placement[&key([START, "preferred"])].count, 1_209);
}

#[test]
fn filters_pick_the_lines_they_describe() {
    let Some(lines) = sample() else { return };
    let store = store(&lines);
    let expect = |filter: Value, wanted: &dyn Fn(&Line) -> bool| {
        let expected = totals(&lines, |line| if wanted(line) { vec![key([START])] } else { Vec::new() });
        assert!(!expected.is_empty(), "{filter} picks some lines");
        assert_eq!(ask(&store, &json!({"filters": filter})), expected, "{filter}");
    };
    expect(json!({"type": "selector", "dimension": "dim1", "value": "spot"}), &|line| line.market == "spot");
    expect(
        json!({"type": "not", "field": {"type": "in", "dimension": "dim2", "values": ["premium", "mezzanine"]}}),
        &|line| line.quality != "premium" && line.quality != "mezzanine",
    );
    expect(json!({"type": "selector", "dimension": "properties", "value": "t"}), &|line| {
        line.placements.iter().any(|placement| placement == "t")
    });
    expect(
        json!({"type": "bound", "dimension": "value", "lower": 100, "upper": 1000, "upperStrict": true}),
        &|line| (100_000_000..1_000_000_000).contains(&line.index),
    );
    expect(json!({"type": "bound", "dimension": "event_version", "lower": 1500}), &|line| {
        line.quality_number.parse::<i64>().is_ok_and(|number| number >= 1500)
    });
    expect(json!({"type": "regex", "dimension": "dim2", "pattern": "^(a|t)"}), &|line| {
        line.quality.starts_with(['a', 't'])
    });
}

#[test]
fn days_are_those_of_the_zone() {
    let Some(lines) = sample() else { return };
    let store = store(&lines);
    // The first hours of a day in UTC are in the same day in Helsinki.
    let interval = json!({"start": "2011-01-01", "end": "2012-01-01", "time_zone": "Europe/Helsinki"});
    let by_day = ask(&store, &json!({"granularity": "day", "interval": interval}));
    let label = |line: &Line| {
        let day = line.day();
        format!("{day}T00:00:00.000{}", if day <= "2011-03-27" { "+02:00" } else { "+03:00" })
    };
    assert_eq!(by_day, totals(&lines, |line| vec![vec![label(line)]]));
}
