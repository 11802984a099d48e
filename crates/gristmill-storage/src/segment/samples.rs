//! Events for the tests of this module.

use super::{Segment, SegmentBuilder, SegmentError};
use crate::event::{Event, Source};
use crate::schema::{Dimension, Kind};
use crate::timestamp::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;

/// Texts that are easily mistaken for one another.
const WORDS: [&str; 8] = ["", "a", "a\0", "aa", "b", "\u{e9}", "prefix-prefix-1", "prefix-prefix-10"];

/// Any event of a small world: few values, so that they repeat and tie.
pub(super) fn any_event() -> impl Strategy<Value = Event> {
    let word = || proptest::sample::select(&WORDS[..]);
    (
        (0_i64..40, prop_oneof![4 => Just(1_i64), 1 => Just(1 << 31)]),
        (word(), word()),
        proptest::option::of(-3_i32..4),
        (-2_i64..3, any::<bool>()),
        vec(proptest::option::of(word()), Dimension::COUNT),
        vec(word(), 0..4),
    )
        .prop_map(
            |((time, scale), (organization, vendor), value, (version, trusted), texts, properties)| {
                let mut event = Event::new(Timestamp((time - 20) * scale), organization, vendor);
                event.value = value.map(f64::from);
                event.event_version = version;
                event.source = if trusted { Source::Trusted } else { Source::Untrusted };
                let tenant = [Dimension::OrganizationId, Dimension::Vendor];
                for (dimension, text) in Dimension::ALL.into_iter().zip(texts) {
                    if dimension.kind() == Kind::Text && !tenant.contains(&dimension) {
                        event.set(dimension, text);
                    }
                }
                event.set_properties(properties);
                event
            },
        )
}

/// A segment of some events.
pub(super) fn segment(events: &[Event]) -> Result<Segment, SegmentError> {
    let mut builder = SegmentBuilder::new();
    for event in events {
        builder.push(&event.as_row())?;
    }
    builder.build()
}

/// The events of a segment, in row order.
pub(super) fn events(segment: &Segment) -> Vec<Event> {
    let mut events = Vec::new();
    segment.for_each_row(|row| events.push(row.to_event())).unwrap();
    events
}

/// The order that a segment promises.
pub(super) fn in_order(mut events: Vec<Event>) -> Vec<Event> {
    let text = |event: &Event, dimension| event.text(dimension).map(str::to_owned);
    events.sort_by_key(|event| {
        (text(event, Dimension::OrganizationId), text(event, Dimension::Vendor), event.timestamp)
    });
    events
}

/// Events a minute apart, each with its own `session_id` and every third with a null `value`.
pub(super) fn numbered(count: u32) -> Vec<Event> {
    (0..count)
        .map(|at| {
            let mut event =
                Event::new(Timestamp(i64::from(at) * 60_000), if at % 2 == 0 { "o1" } else { "o2" }, "v");
            event.value = (at % 3 != 0).then(|| f64::from(at));
            event
                .set(Dimension::SessionId, Some(&format!("session-{at:06}")))
                .set(Dimension::Category, Some(["click", "view"][at as usize % 2]))
                .set_properties(["all", ["red", "green", "blue"][at as usize % 3]]);
            event
        })
        .collect()
}
