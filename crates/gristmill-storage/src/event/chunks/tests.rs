use super::*;
use crate::event::{Event, EventReader, Source};
use proptest::prelude::*;

/// What came of a text: events, refused ones, ignored keys, and the error that ended it.
type Came = (Vec<Event>, Vec<RefusedEvent>, Ignored, Option<String>);

fn rules() -> Rules {
    Rules { source: SourceRule::FromEvent, arrival: Timestamp(5), limits: EventLimits::default() }
}

/// One source that ends, or breaks.
fn source(text: &[u8], breaks: bool) -> Box<dyn Read + Send> {
    struct Breaking;
    impl Read for Breaking {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let text = io::Cursor::new(text.to_vec());
    if breaks { Box::new(text.chain(Breaking)) } else { Box::new(text) }
}

fn sequentially(text: &[u8], breaks: bool) -> Came {
    let mut reader = EventReader::new(source(text, breaks), SourceRule::FromEvent, Timestamp(5));
    let (mut taken, mut refused, mut error) = (Vec::new(), Vec::new(), None);
    while let Some(row) = reader.next_row() {
        match row {
            Ok(row) => taken.push(row.to_event()),
            Err(ReadError::Refused { error, raw }) => refused.push(RefusedEvent { error: *error, raw }),
            Err(other) => error = Some(other.to_string()),
        }
    }
    (taken, refused, reader.ignored().clone(), error)
}

/// The events as they come out of segments that keep their order: all have the same tenant and instant.
fn in_chunks(text: &[u8], breaks: bool, threads: usize, block_bytes: usize) -> Came {
    let mut chunks = EventChunks::with_blocks(source(text, breaks), rules(), threads, block_bytes).unwrap();
    let (mut taken, mut refused, mut error) = (Vec::new(), Vec::new(), None);
    while let Some(chunk) = chunks.next_chunk() {
        match chunk {
            Ok(chunk) => {
                refused.extend(chunk.refused);
                if !chunk.rows.is_empty() {
                    let segment = chunk.rows.build().unwrap();
                    segment.for_each_row(|row| taken.push(row.to_event())).unwrap();
                }
            }
            Err(other) => error = Some(other.to_string()),
        }
    }
    (taken, refused, chunks.ignored().clone(), error)
}

fn event(label: u32) -> String {
    format!(
        r#"{{"vendor":"v","category":"c","label":"{label}","action":"","organization_id":"o","event_version":1,"colour":3}}"#
    )
}

/// Lines and pieces of lines: events on one line, on several, in arrays, broken, and what surrounds them.
fn pieces() -> impl Strategy<Value = Vec<String>> {
    let line = (0_u32..100).prop_map(|label| event(label) + "\n");
    let other = prop_oneof![
        (0_u32..100).prop_map(|label| event(label).replacen(',', ",\n", 2) + "\n"),
        (0_u32..100).prop_map(|label| format!("[{},\n{}]\n", event(label), event(label))),
        (0_u32..100).prop_map(|label| format!("{{\"events\":[\n{}\n]}}\r\n", event(label))),
        (0_u32..100).prop_map(|label| event(label)[..20].to_owned() + "\n"),
        (0_u32..100).prop_map(|label| event(label).replace("\"v\"", "7") + "\n"),
        prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            "\n",
            " ",
            "nonsense\n",
            "\"",
            "\u{feff}",
            "{\"a"
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(prop_oneof![6 => line, 1 => other], 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn chunks_are_what_one_event_after_the_other_is(
        pieces in pieces(),
        breaks in any::<bool>(),
        cut in any::<prop::sample::Index>(),
        threads in 1_usize..4,
        block_bytes in prop_oneof![1_usize..40, 100_usize..2000],
    ) {
        let text = pieces.concat();
        let text = if breaks { &text.as_bytes()[..cut.index(text.len() + 1)] } else { text.as_bytes() };
        prop_assert_eq!(in_chunks(text, breaks, threads, block_bytes), sequentially(text, breaks));
    }
}

#[test]
fn an_event_a_line_is_never_parsed_as_one() {
    let text: String = (0..1000).map(|label| event(label) + "\n").collect();
    let mut chunks = EventChunks::with_blocks(io::Cursor::new(text), rules(), 2, 1000).unwrap();
    let mut rows = 0;
    while let Some(chunk) = chunks.next_chunk() {
        rows += chunk.unwrap().rows.len();
        assert!(!matches!(chunks.text, Text::One { .. }));
    }
    assert_eq!(rows, 1000);
}

#[test]
fn damage_of_compressed_text_comes_after_the_events_before_it() {
    let text: String = (0..50_000).map(|label| event(label) + "\n").collect();
    let mut packed = zstd::encode_all(text.as_bytes(), 1).unwrap();
    packed.truncate(packed.len() / 2);
    let came = in_chunks(&packed, false, 2, 10_000);
    assert!(came.0.len() > 1000 && came.3.is_some());
    assert_eq!(came, sequentially(&packed, false));
}

#[test]
fn sources_are_fixed_by_the_receiver() {
    let text = event(1).replace("\"colour\":3", "\"source\":\"trusted\"");
    let mut chunks = EventChunks::start(io::Cursor::new(text), Source::Untrusted, Timestamp(0), 1).unwrap();
    assert_eq!(chunks.next_chunk().unwrap().unwrap().refused.len(), 1);
    assert!(chunks.next_chunk().is_none());
}
