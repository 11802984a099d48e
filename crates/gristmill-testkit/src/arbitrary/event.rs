//! Random events.

use super::{ORGANIZATIONS, VENDORS, instant};
use gristmill::Timestamp;
use gristmill::event::{Event, Source};
use gristmill::schema::Dimension;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// Texts that filters and orders find hard to tell apart.
const TEXTS: [&str; 28] = [
    "",
    "a",
    "A",
    "aa",
    "ab",
    "b",
    "a b",
    "a\nb",
    "a%b",
    "a_b",
    "0",
    "1",
    "01",
    "2",
    "10",
    "-5",
    "1.5",
    "1e1",
    "NaN",
    "file2",
    "file12",
    "FILE2",
    "trusted",
    "null",
    "\u{e9}",
    "\u{c9}",
    "\u{ffee}",
    "\u{1f600}",
];

/// Numbers that sums and orders find hard.
const NUMBERS: [f64; 18] = [
    0.0, -0.0, 1.0, -1.0, 0.1, 0.2, 0.3, -0.1, 1.5, 10.0, 1e16, -1e16, 1e300, -1e300, 1.7e308, -1.7e308,
    5e-324, -1e-310,
];

const VERSIONS: [i64; 7] = [1, 2, 10, 0, -1, i64::MAX, i64::MIN];

/// The dimensions that random events fill; others stay null.
pub(super) const FILLED: [Dimension; 6] = [
    Dimension::Category,
    Dimension::Label,
    Dimension::Dim1,
    Dimension::Dim2,
    Dimension::GeoCountry,
    Dimension::VisitorId,
];

/// Up to 60 events in any order.
pub fn events() -> impl Strategy<Value = Vec<Event>> {
    vec(event(), 0..60)
}

fn event() -> impl Strategy<Value = Event> {
    let identity =
        (prop_oneof![6 => Just(ORGANIZATIONS[0]), 1 => select(&ORGANIZATIONS[..])], select(&VENDORS[..]));
    let texts = vec(optional_text(), FILLED.len());
    let properties = prop_oneof![1 => Just(Vec::new()), 2 => vec(text(), 0..4)];
    let value = option::weighted(0.8, number());
    (instant(), identity, select(&VERSIONS[..]), any::<bool>(), value, texts, properties).prop_map(
        |(timestamp, (organization, vendor), version, trusted, value, texts, properties)| {
            let mut event = Event::new(Timestamp(timestamp), organization, vendor);
            event.event_version = version;
            event.source = if trusted { Source::Trusted } else { Source::Untrusted };
            event.value = value;
            for (dimension, text) in FILLED.into_iter().zip(&texts) {
                event.set(dimension, *text);
            }
            event.set_properties(properties);
            event
        },
    )
}

/// A text that events are likely to have.
pub fn text() -> impl Strategy<Value = &'static str> {
    prop_oneof![3 => select(&TEXTS[..8]), 2 => select(&TEXTS[..])]
}

/// A text or null.
pub fn optional_text() -> impl Strategy<Value = Option<&'static str>> {
    option::weighted(0.8, text())
}

/// A finite number.
pub fn number() -> impl Strategy<Value = f64> {
    let any_finite = any::<f64>().prop_map(|number| if number.is_finite() { number } else { 1.0 });
    prop_oneof![6 => select(&NUMBERS[..]), 3 => (-50_i32..50).prop_map(|tenths| f64::from(tenths) / 10.0), 1 => any_finite]
}

/// An event version.
pub(super) fn version() -> impl Strategy<Value = i64> {
    select(&VERSIONS[..])
}
