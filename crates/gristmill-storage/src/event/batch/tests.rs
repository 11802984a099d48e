use super::rows::{HAS_VALUE, LONG_LENGTH};
use super::*;
use crate::event::{EventProblem, Source};
use crate::schema::{Dimension, Kind};
use crate::timestamp::Timestamp;
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-c]{1,3}",
        "\\PC{0,20}",
        // Around the longest length that fits a byte.
        (250_usize..260).prop_map(|length| "x".repeat(length)),
    ]
}

prop_compose! {
    fn event()(
        timestamp in Timestamp::MIN.0..=Timestamp::MAX.0,
        value in proptest::option::of(proptest::num::f64::NORMAL | proptest::num::f64::ZERO | proptest::num::f64::SUBNORMAL),
        event_version in any::<i64>(),
        trusted in any::<bool>(),
        texts in proptest::collection::vec(proptest::option::of(text()), Dimension::COUNT),
        properties in proptest::collection::vec(text(), 0..20),
    ) -> Event {
        let mut event = Event::new(Timestamp(timestamp), "", "");
        event.value = value;
        event.event_version = event_version;
        event.source = if trusted { Source::Trusted } else { Source::Untrusted };
        for (dimension, text) in Dimension::ALL.into_iter().zip(&texts) {
            event.set(dimension, text.as_deref());
        }
        event.set_properties(properties.iter().map(String::as_str));
        event
    }
}

fn sample() -> Batch {
    let mut first = Event::new(Timestamp(-1), "org", "vendor");
    first.value = Some(-0.5);
    first.set(Dimension::Category, Some("\u{e4}\u{1f33e}")).set_properties(["", "b"]);
    let mut second = Event::new(Timestamp::MAX, "", "");
    second.source = Source::Trusted;
    second.set(Dimension::Dim5, Some(&"long".repeat(100)));
    Batch::from_events([first, second]).unwrap().with_token("token \u{e4}").unwrap()
}

proptest! {
    #[test]
    fn what_is_encoded_decodes_to_the_same(events in proptest::collection::vec(event(), 0..8)) {
        let batch = Batch::from_events(&events).unwrap();
        prop_assert_eq!(batch.len(), events.len());
        let decoded = Batch::decode(batch.payload().to_vec()).unwrap();
        let rows: Vec<Event> = decoded.rows().map(|row| row.to_event()).collect();
        prop_assert_eq!(rows, events);
        prop_assert_eq!(decoded, batch);
    }

    #[test]
    fn random_bytes_never_panic(mut payload in proptest::collection::vec(any::<u8>(), 0..200), row_count in 0_u64..4) {
        let _ = Batch::decode(payload.clone());
        // With a header that fits, the rows themselves are read.
        if payload.len() >= Header::LEN {
            let numbers = (payload.len() - Header::LEN) as u64;
            Header { rows: row_count, numbers, text: 0, token: 0 }.write(&mut payload);
            let _ = Batch::decode(payload);
        }
    }
}

#[test]
fn a_flipped_bit_is_refused_or_decodes_to_what_it_says() {
    let payload = sample().payload;
    for at in 0..payload.len() * 8 {
        let mut damaged = payload.clone();
        damaged[at / 8] ^= 1 << (at % 8);
        if let Ok(batch) = Batch::decode(damaged.clone()) {
            let events: Vec<Event> = batch.rows().map(|row| row.to_event()).collect();
            let mut again = Batch::from_events(&events).unwrap();
            if let Some(token) = batch.token() {
                again = again.with_token(token).unwrap();
            }
            assert_eq!(again.payload, damaged, "bit {at}");
        }
    }
}

#[test]
fn a_payload_cut_anywhere_is_refused() {
    let payload = sample().payload;
    for length in 0..payload.len() {
        assert!(Batch::decode(payload[..length].to_vec()).is_err(), "{length} bytes");
    }
}

/// One row as it lies in the numbers part: every required text is there and empty, but for what `change` does.
fn crafted(change: impl Fn(&mut Vec<u8>)) -> Result<Batch, BatchDecodeError> {
    let event = Event::new(Timestamp(0), "", "");
    let mut payload = Batch::from_events([event]).unwrap().payload;
    assert_eq!(payload.len(), Header::LEN + 26);
    change(&mut payload);
    let numbers = (payload.len() - Header::LEN) as u64;
    Header { rows: 1, numbers, text: 0, token: 0 }.write(&mut payload);
    Batch::decode(payload)
}

type Change = fn(&mut Vec<u8>);

#[test]
fn every_rule_of_a_row_is_checked() {
    const FLAGS: usize = Header::LEN + 20;
    assert!(crafted(|_| ()).is_ok());
    let refusals: [(Change, &str); 8] = [
        (|payload| payload[Header::LEN + 7] = 0x7F, "a timestamp from 0001-01-01 to 9999-12-30"),
        // The bit of `vendor` goes, and its length with it.
        (
            |payload| {
                payload[Header::LEN + 16] &= !2;
                payload.pop();
            },
            "known columns, the required ones among them",
        ),
        (|payload| payload[Header::LEN + 16] |= 4, "known columns, the required ones among them"),
        (|payload| payload[FLAGS] |= 4, "known flags"),
        (
            |payload| {
                payload[FLAGS] |= HAS_VALUE;
                let value = FLAGS + 1;
                payload.splice(value..value, f64::INFINITY.to_le_bytes());
            },
            "a finite value",
        ),
        (
            |payload| {
                payload.pop();
                payload.push(LONG_LENGTH);
                payload.extend_from_slice(&0_u64.to_le_bytes());
            },
            "a long length of 255 or more that fits the memory",
        ),
        (|payload| payload.push(0), "the end of the numbers"),
        (
            |payload| {
                payload[Header::LEN + 16] |= 0x80;
                payload.extend_from_slice(&[2, 0, 0]);
            },
            "properties that stand once",
        ),
    ];
    for (change, expected) in refusals {
        assert_eq!(crafted(change).unwrap_err().expected, expected);
    }
}

#[test]
fn another_version_is_named() {
    let mut payload = sample().payload;
    payload[0] = 2;
    let error = Batch::decode(payload).unwrap_err();
    assert_eq!((error.offset, error.expected, error.found.as_str()), (0, "version 1", "2"));
}

#[test]
fn tokens_travel_with_the_batch() {
    let batch = sample();
    assert_eq!(batch.token(), Some("token \u{e4}"));
    let decoded = Batch::decode(batch.payload().to_vec()).unwrap();
    assert_eq!(decoded.token(), Some("token \u{e4}"));

    let replaced = batch.clone().with_token("t").unwrap();
    assert_eq!(replaced.token(), Some("t"));
    assert!(replaced.rows().eq(batch.rows()));
    assert_eq!(Batch::from_events::<Event>([]).unwrap().token(), None);

    assert!(batch.clone().with_token(&"x".repeat(256)).is_ok());
    for token in [String::new(), "x".repeat(257)] {
        let refused = batch.clone().with_token(&token);
        assert!(matches!(refused, Err(BatchError::Token { length }) if length == token.len()));
    }
}

#[test]
fn events_that_break_a_rule_are_all_named() {
    let good = Event::new(Timestamp(0), "o", "v");
    let mut late = good.clone();
    late.timestamp = Timestamp(Timestamp::MAX.0 + 1);
    let mut infinite = good.clone();
    infinite.value = Some(f64::NEG_INFINITY);
    let mut long = good.clone();
    long.set_properties(["", &"x".repeat((1 << 20) + 1)]);
    let Err(BatchError::Invalid { errors, total }) = Batch::from_events([&late, &good, &infinite, &long])
    else {
        panic!("the batch was taken");
    };
    assert_eq!(total, 3);
    let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert!(said[0].starts_with("event 0: `timestamp` is refused: "), "{}", said[0]);
    assert_eq!(
        said[1],
        "event 2: `value` must be a finite number within the range of a 64-bit float, found -inf"
    );
    assert_eq!(said[2], "event 3: `properties[1]` has 1048577 bytes, more than the limit of 1048576");

    let Err(BatchError::Invalid { errors, total }) = Batch::from_events(vec![infinite; 300]) else {
        panic!("the batch was taken");
    };
    assert_eq!((errors.len(), total), (BatchError::MAX_LISTED, 300));
}

#[test]
fn rows_that_break_a_rule_leave_the_builder_as_it_was() {
    let event = Event::new(Timestamp(0), "o", "v");
    let mut builder = BatchBuilder::new();
    builder.push(&event.as_row()).unwrap();
    let before = builder.bytes();

    let mut row = event.as_row();
    row.texts[Dimension::Label as usize] = None;
    let refused = builder.push(&row).unwrap_err();
    assert_eq!((refused.index, refused.field.as_deref()), (1, Some("label")));
    assert_eq!(refused.problem, EventProblem::Missing);

    let mut row = event.as_row();
    row.properties = vec!["a", "b", "a"];
    let refused = builder.push(&row).unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("properties[2]"));
    assert_eq!((builder.len(), builder.bytes()), (1, before));
}

/// Stored bits are positions in the table of columns: whoever changes the table must raise the version.
#[test]
fn the_columns_of_version_1_have_their_places() {
    let texts: Vec<&str> = Dimension::ALL
        .into_iter()
        .map(|dimension| if dimension.kind() == Kind::Text { dimension.name() } else { "-" })
        .collect();
    assert_eq!(
        texts.join(" "),
        "organization_id vendor - - category label action - dim1 dim2 dim3 dim4 dim5 visitor_id session_id \
         user_id browser_name browser_version device_screen_height device_screen_width device_type geo_city \
         geo_country ip_organization os_name os_version"
    );
    assert_eq!(Dimension::Properties as u32, 7);
}

#[test]
fn the_bytes_of_version_1_stay() {
    let mut event = Event::new(Timestamp(1), "o", "v");
    event.value = Some(2.0);
    event.set(Dimension::Dim1, Some("d")).set_properties(["p", ""]);
    let batch = Batch::from_events([event]).unwrap().with_token("t").unwrap();
    #[rustfmt::skip]
    let expected = [
        1, 0,  1, 0,  0, 0, 0, 0,
        1, 0, 0, 0, 0, 0, 0, 0,  38, 0, 0, 0, 0, 0, 0, 0,  4, 0, 0, 0, 0, 0, 0, 0,
        1, 0, 0, 0, 0, 0, 0, 0,  1, 0, 0, 0, 0, 0, 0, 0,  0b1111_0011, 1, 0, 0,  3,
        0, 0, 0, 0, 0, 0, 0, 0x40,
        1, 1, 0, 0, 0, 1,  2, 1, 0,
        b'o', b'v', b'd', b'p',
        b't',
    ];
    assert_eq!(batch.payload(), expected);
}
