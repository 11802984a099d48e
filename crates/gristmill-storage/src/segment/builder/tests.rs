use crate::event::{Event, EventRow};
use crate::schema::{Dimension, Kind};
use crate::segment::samples::{any_event, events, in_order, numbered, segment};
use crate::segment::{Dictionary, DimensionCodes, Run, Segment, SegmentBuilder, SegmentError, Timestamps};
use crate::timestamp::Timestamp;
use proptest::prelude::*;

fn texts(segment: &Segment, dimension: Dimension) -> Vec<Option<String>> {
    match &*segment.dictionary(dimension).unwrap() {
        Dictionary::Text(texts) => {
            (0..texts.len()).map(|code| texts.get(u32::try_from(code).unwrap()).map(str::to_owned)).collect()
        }
        Dictionary::Integer(_) => panic!("{dimension} is no text"),
    }
}

fn width(segment: &Segment, dimension: Dimension) -> usize {
    match &*segment.codes(dimension).unwrap() {
        DimensionCodes::Single(codes) => codes.width(),
        DimensionCodes::Multi(lists) => lists.codes.width(),
    }
}

/// What every segment promises beside its rows.
fn check_invariants(segment: &Segment, pushed: &[Event]) {
    for dimension in Dimension::ALL {
        let dictionary = segment.dictionary(dimension).unwrap();
        let rising = match &*dictionary {
            Dictionary::Text(texts) => {
                let entries: Vec<&[u8]> =
                    (1..texts.len()).map(|code| texts.bytes(u32::try_from(code).unwrap())).collect();
                entries.windows(2).all(|pair| pair[0] < pair[1])
            }
            Dictionary::Integer(integers) => integers.values[1..].windows(2).all(|pair| pair[0] < pair[1]),
        };
        assert!(rising, "{dimension}");
        let stats = segment.meta().dimension(dimension);
        assert_eq!(stats.distinct as usize, dictionary.len() - 1, "{dimension}");
        let nulls = match dimension.kind() {
            Kind::Text => pushed.iter().filter(|event| event.text(dimension).is_none()).count(),
            Kind::MultiText => pushed.iter().filter(|event| event.properties().len() == 0).count(),
            Kind::Integer | Kind::Source => 0,
        };
        assert_eq!(stats.nulls as usize, nulls, "{dimension}");
    }
    let times = || pushed.iter().map(|event| event.timestamp.millis());
    assert_eq!(segment.meta().min_time, times().min().unwrap());
    assert_eq!(segment.meta().max_time, times().max().unwrap());
    assert_eq!(segment.meta().rows as usize, pushed.len());
    assert_eq!(
        segment.meta().values.count as usize,
        pushed.iter().filter(|event| event.value.is_some()).count()
    );
    check_runs(segment);
}

fn check_runs(segment: &Segment) {
    let runs = segment.runs().unwrap();
    let rows = events(segment);
    let mut next = 0;
    for run in runs.all() {
        assert_eq!(run.rows.start, next);
        assert!(run.rows.end > run.rows.start);
        next = run.rows.end;
        let rows = &rows[run.rows.start as usize..run.rows.end as usize];
        let first = &rows[0];
        for dimension in [Dimension::OrganizationId, Dimension::Vendor] {
            assert!(rows.iter().all(|row| row.text(dimension) == first.text(dimension)));
        }
        assert_eq!(run.min_time, first.timestamp.millis());
        assert_eq!(run.max_time, rows[rows.len() - 1].timestamp.millis());
        let values: Vec<f64> = rows.iter().filter_map(|row| row.value).collect();
        assert_eq!(run.values.count as usize, values.len());
        if !values.is_empty() {
            assert!(values.iter().all(|&value| run.values.min <= value && value <= run.values.max));
            assert!(values.contains(&run.values.min) && values.contains(&run.values.max));
        }
    }
    assert_eq!(next, segment.meta().rows);
    let tenants: Vec<(u32, u32)> = runs.all().iter().map(|run| (run.organization, run.vendor)).collect();
    assert!(tenants.is_sorted_by(|a, b| a < b));
    for organization in tenants.iter().map(|tenant| tenant.0) {
        let own: Vec<&Run> = runs.all().iter().filter(|run| run.organization == organization).collect();
        assert_eq!(runs.of_organization(organization).iter().collect::<Vec<_>>(), own);
    }
    assert!(runs.of_organization(u32::MAX).is_empty());
}

proptest! {
    #[test]
    fn rows_come_back_in_order(pushed in prop::collection::vec(any_event(), 1..60)) {
        let segment = segment(&pushed).unwrap();
        check_invariants(&segment, &pushed);
        prop_assert_eq!(events(&segment), in_order(pushed));
    }

    #[test]
    fn merging_is_pushing(parts in prop::collection::vec(prop::collection::vec(any_event(), 1..20), 1..5)) {
        let mut builder = SegmentBuilder::new();
        for part in &parts {
            builder.push_segment(&segment(part).unwrap()).unwrap();
        }
        let pushed = parts.concat();
        prop_assert_eq!(builder.len(), pushed.len());
        let merged = builder.build().unwrap();
        check_invariants(&merged, &pushed);
        prop_assert_eq!(events(&merged), in_order(pushed));
    }

    #[test]
    fn appending_a_builder_is_pushing(parts in prop::collection::vec(prop::collection::vec(any_event(), 0..20), 1..5)) {
        let mut builder = SegmentBuilder::new();
        for part in &parts {
            let mut other = SegmentBuilder::new();
            part.iter().for_each(|event| other.push(&event.as_row()).unwrap());
            builder.append(&other).unwrap();
        }
        let pushed = parts.concat();
        prop_assert_eq!(builder.len(), pushed.len());
        prop_assume!(!pushed.is_empty());
        let merged = builder.build().unwrap();
        check_invariants(&merged, &pushed);
        prop_assert_eq!(events(&merged), in_order(pushed));
    }

    #[test]
    fn parts_are_segments_of_their_own(pushed in prop::collection::vec(any_event(), 1..60), most in 1_u32..20) {
        let mut builder = SegmentBuilder::new();
        pushed.iter().for_each(|event| builder.push(&event.as_row()).unwrap());
        let part = |timestamp: i64| u32::try_from(timestamp.rem_euclid(3)).unwrap();
        let sorted = builder.sort(2, 4, part);
        let parts: Vec<_> = sorted.parts().collect();
        prop_assert_eq!(parts.len(), 4);
        prop_assert!(parts[3].is_empty());
        for (rows, number) in parts.into_iter().zip(0..) {
            let own: Vec<Event> =
                pushed.iter().filter(|event| part(event.timestamp.millis()) == number).cloned().collect();
            let own = in_order(own);
            let mut found = Vec::new();
            for start in rows.clone().step_by(most as usize) {
                let piece = sorted.segment(&(start..rows.end.min(start + most)));
                let expected = &own[found.len()..found.len() + piece.meta().rows as usize];
                check_invariants(&piece, expected);
                found.extend(events(&piece));
            }
            prop_assert_eq!(found, own);
        }
    }

    #[test]
    fn taking_rows_is_pushing_them(
        parts in prop::collection::vec((prop::collection::vec(any_event(), 1..20), any::<[bool; 20]>()), 1..5),
    ) {
        let (mut builder, mut pushed) = (SegmentBuilder::new(), Vec::new());
        for (part, chosen) in &parts {
            let part = segment(part).unwrap();
            let rows: Vec<u32> = (0..part.meta().rows).filter(|&row| chosen[row as usize]).collect();
            let ranges: Vec<_> = rows
                .chunk_by(|row, next| row + 1 == *next)
                .map(|rows| rows[0]..rows[rows.len() - 1] + 1)
                .collect();
            builder.push_rows(&part, &ranges).unwrap();
            pushed.extend(rows.iter().map(|&row| events(&part)[row as usize].clone()));
        }
        prop_assert_eq!(builder.len(), pushed.len());
        if !pushed.is_empty() {
            let taken = builder.build().unwrap();
            check_invariants(&taken, &pushed);
            prop_assert_eq!(events(&taken), in_order(pushed));
        }
    }
}

#[test]
fn codes_are_as_narrow_as_their_dictionary() {
    // Null is an entry too, so 255 sessions still fit a byte.
    for (sessions, expected) in [(255, 1), (256, 2), (65_535, 2), (65_536, 4)] {
        let pushed = numbered(sessions);
        let segment = segment(&pushed).unwrap();
        assert_eq!(width(&segment, Dimension::SessionId), expected, "{sessions} sessions");
        assert_eq!(width(&segment, Dimension::Category), 1);
        assert_eq!(events(&segment), in_order(pushed), "{sessions} sessions");
    }
}

#[test]
fn properties_are_as_narrow_as_their_dictionary() {
    for (distinct, expected) in [(255, 1), (256, 2), (65_535, 2), (65_536, 4)] {
        let pushed: Vec<Event> = (0..distinct)
            .map(|at| {
                let mut event = Event::new(Timestamp(-at), "o", "v");
                event.set_properties([format!("{at}").as_str(), "0"]);
                event
            })
            .collect();
        let segment = segment(&pushed).unwrap();
        assert_eq!(width(&segment, Dimension::Properties), expected, "{distinct} properties");
        assert_eq!(events(&segment), in_order(pushed), "{distinct} properties");
    }
}

#[test]
fn a_property_that_comes_again_is_dropped() {
    let event = Event::new(Timestamp(0), "o", "v");
    let mut builder = SegmentBuilder::new();
    for properties in [vec!["b", "a", "b", "b", "a"], vec!["b"]] {
        builder.push(&EventRow { properties, ..event.as_row() }).unwrap();
    }
    let rows = events(&builder.build().unwrap());
    let found: Vec<Vec<&str>> = rows.iter().map(|row| row.properties().collect()).collect();
    assert_eq!(found, [vec!["b", "a"], vec!["b"]]);
}

#[test]
fn null_and_the_empty_text_are_two_values() {
    let mut empty = Event::new(Timestamp(0), "o", "v");
    empty.set(Dimension::Dim1, Some("")).set_properties([""]);
    let segment = segment(&[Event::new(Timestamp(0), "o", "v"), empty]).unwrap();
    for dimension in [Dimension::Dim1, Dimension::Properties] {
        assert_eq!(texts(&segment, dimension), [None, Some(String::new())]);
        assert_eq!(segment.meta().dimension(dimension).nulls, 1);
    }
}

#[test]
fn texts_sort_by_their_bytes_beyond_the_sort_key() {
    let mut pushed = Vec::new();
    let mut words =
        vec!["shared-12345678z", "shared-", "shared-12345678", "shared-12345678a", "shared-1234\0"];
    for word in &words {
        let mut event = Event::new(Timestamp(0), "o", "v");
        event.set(Dimension::Label, Some(word));
        pushed.push(event);
    }
    words.sort_unstable();
    let segment = segment(&pushed).unwrap();
    let expected: Vec<Option<String>> = words.iter().map(|&word| Some(word.to_owned())).collect();
    assert_eq!(texts(&segment, Dimension::Label)[1..], expected);
}

#[test]
fn timestamps_are_narrow_up_to_2_pow_32_milliseconds() {
    let at = |time| Event::new(Timestamp(time), "o", "v");
    let span = i64::from(u32::MAX);
    let narrow = segment(&[at(-5), at(span - 5)]).unwrap();
    assert!(matches!(&*narrow.timestamps().unwrap(), Timestamps::Narrow { base: -5, .. }));
    let wide = segment(&[at(-5), at(span - 4)]).unwrap();
    assert!(matches!(&*wide.timestamps().unwrap(), Timestamps::Wide(_)));
    let ends = [at(Timestamp::MIN.millis()), at(Timestamp::MAX.millis())];
    assert_eq!(events(&segment(&ends).unwrap()), ends);
}

#[test]
fn keys_too_long_for_64_bits_sort_the_same() {
    // 17 bits each of tenant and row, and 49 or 40 of time, which leave no room for the tenant.
    for ends in [[Timestamp::MIN, Timestamp::MAX], [Timestamp(0), Timestamp((1 << 40) - 1)]] {
        let pushed: Vec<Event> = (0..70_000_i64)
            .map(|at| {
                let time = ends[usize::from(at % 3 == 0)];
                let mut event = Event::new(time, &format!("{}", at * 7_919 % 70_000), "v");
                event.event_version = at;
                event
            })
            .collect();
        assert_eq!(events(&segment(&pushed).unwrap()), in_order(pushed));
    }
}

#[test]
fn nothing_builds_nothing() {
    assert!(SegmentBuilder::new().is_empty());
    assert!(matches!(SegmentBuilder::new().build(), Err(SegmentError::Empty)));
}

#[test]
fn a_segment_knows_its_first_and_last_organization() {
    let events = ["b", "", "\u{e9}"].map(|organization| Event::new(Timestamp(0), organization, "a"));
    let segment = segment(&events).unwrap();
    let bounds = &segment.meta().organizations;
    assert_eq!((&*bounds.first, &*bounds.last), ("", "\u{e9}"));
    for (organization, may_hold) in [("", true), ("a", true), ("\u{e9}", true), ("\u{e9}a", false)] {
        assert_eq!(bounds.may_hold(organization), may_hold, "{organization:?}");
    }
}

#[test]
fn no_two_segments_have_the_same_id() {
    let events = numbered(1);
    let ids = [(); 3].map(|()| segment(&events).unwrap().id());
    assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
}
