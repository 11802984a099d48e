use super::*;
use crate::event::{Event, EventProblem, EventReader, JsonProblem, ReadError, Source};
use crate::schema::{Column, Dimension, Kind};
use proptest::prelude::*;
use std::io::Write;

const ARRIVAL: Timestamp = Timestamp(1_700_000_000_123);

/// An event with every required field, and these members before them.
fn with(members: &str) -> String {
    format!(
        r#"{{{members}"vendor":"v","category":"c","label":"l","action":"","organization_id":"o","event_version":1}}"#
    )
}

fn without(required: &str) -> String {
    let mut event: serde_json::Value = serde_json::from_str(&with("")).unwrap();
    event.as_object_mut().unwrap().remove(required).unwrap();
    event.to_string()
}

fn from_json(text: impl AsRef<[u8]>) -> Result<Parsed, BatchError> {
    Batch::from_json(text.as_ref(), SourceRule::FromEvent, ARRIVAL)
}

fn events(text: impl AsRef<[u8]>) -> Vec<Event> {
    from_json(text).unwrap().batch.rows().map(|row| row.to_event()).collect()
}

fn event(text: impl AsRef<[u8]>) -> Event {
    let [event] = <[Event; 1]>::try_from(events(text)).unwrap();
    event
}

/// What is said of the refused events of a text.
fn refusals(text: impl AsRef<[u8]>) -> Vec<String> {
    match from_json(text) {
        Err(BatchError::Invalid { errors, .. }) => errors.iter().map(ToString::to_string).collect(),
        other => panic!("expected refused events, got {other:?}"),
    }
}

fn refusal(text: impl AsRef<[u8]>) -> String {
    let [said] = <[String; 1]>::try_from(refusals(text)).unwrap();
    said.strip_prefix("event 0 (line 1): ").unwrap().to_owned()
}

fn json_error(text: impl AsRef<[u8]>) -> (u64, u64, JsonProblem) {
    match from_json(text) {
        Err(BatchError::Json(error)) => (error.offset, error.line, error.problem),
        other => panic!("expected an error of the text, got {other:?}"),
    }
}

#[test]
fn a_full_event_has_all_its_fields() {
    let text = with(concat!(
        r#""timestamp":"2021-11-26T02:00:00.1239+02:00","value":1.5,"source":"trusted","properties":["b","a","b",""],"#,
        r#""dim1":"1","dim2":"2","dim3":"3","dim4":"4","dim5":"5","visitor_id":"vi","session_id":"si","user_id":"ui","#,
        r#""browser_name":"bn","browser_version":"bv","device_screen_height":"dh","device_screen_width":"dw","#,
        r#""device_type":"dt","geo_city":"gc","geo_country":"FI","ip_organization":"io","os_name":"on","os_version":"ov","#,
    ));
    let event = event(text);
    assert_eq!(event.timestamp, Timestamp(1_637_884_800_123));
    assert_eq!((event.value, event.event_version, event.source), (Some(1.5), 1, Source::Trusted));
    assert!(event.properties().eq(["b", "a", ""]));
    let texts: Vec<&str> = Dimension::ALL.into_iter().filter_map(|dimension| event.text(dimension)).collect();
    assert_eq!(
        texts.join(" "),
        "o v c l  1 2 3 4 5 vi si ui bn bv dh dw dt gc FI io on ov",
        "organization_id, vendor, category, label and the empty action come first"
    );
}

#[test]
fn absent_and_null_are_the_same_where_nothing_is_required() {
    let absent = event(with(""));
    assert_eq!((absent.timestamp, absent.value, absent.source), (ARRIVAL, None, Source::Untrusted));
    for column in Column::all().filter(|&column| match column {
        Column::Dimension(dimension) => !dimension.required() || dimension.kind() == Kind::Source,
        _ => true,
    }) {
        assert_eq!(event(with(&format!("\"{}\":null,", column.name()))), absent, "{}", column.name());
    }
    assert_eq!(event(with(r#""properties":[],"#)), absent);

    let empty = event(with(r#""properties":[""],"dim1":"","#));
    assert!(empty.properties().eq([""]));
    assert_eq!(empty.text(Dimension::Dim1), Some(""));
}

#[test]
fn required_fields_are_neither_absent_nor_null() {
    for dimension in Dimension::ALL.into_iter().filter(|dimension| dimension.required()) {
        if dimension.kind() == Kind::Source {
            continue;
        }
        let name = dimension.name();
        let said = format!("`{name}` is required and is absent or null");
        assert_eq!(refusal(without(name)), said);
        let null = without(name).replacen('{', &format!("{{\"{name}\":null,"), 1);
        assert_eq!(refusal(null), said);
        if dimension.kind() == Kind::Text {
            let empty = without(name).replacen('{', &format!("{{\"{name}\":\"\","), 1);
            assert_eq!(event(empty).text(dimension), Some(""));
        }
    }
}

#[test]
fn values_that_are_taken() {
    for (written, taken) in [
        ("0", 0.0),
        ("-0", -0.0),
        ("1e2", 100.0),
        ("-1.5E-3", -0.0015),
        ("123456789012345678901234567890", 1.234_567_890_123_456_8e29),
        ("1.7976931348623157e308", f64::MAX),
        ("5e-324", 5e-324),
        ("1e-400", 0.0),
        ("0.1000000000000000055511151231257827", 0.1),
        ("9007199254740993", 9_007_199_254_740_992.0),
    ] {
        let value = event(with(&format!("\"value\":{written},"))).value.unwrap();
        assert_eq!(value.to_bits(), f64::to_bits(taken), "{written}");
    }
    for (written, taken) in
        [("0", 0), ("-0", 0), ("-9223372036854775808", i64::MIN), ("9223372036854775807", i64::MAX)]
    {
        let text = without("event_version").replacen('{', &format!("{{\"event_version\":{written},"), 1);
        assert_eq!(event(text).event_version, taken);
    }
    for (written, taken) in [
        ("0", 0),
        ("-62135596800000", Timestamp::MIN.0),
        ("253402214399999", Timestamp::MAX.0),
        ("\"1970-01-01\"", 0),
        ("\"1969-12-31T23:59:59.9999\"", -1),
        ("\"1970-01-01T02:00:00+02:00\"", 0),
        ("\"1970\\u002d01-01T00:00:01Z\"", 1_000),
    ] {
        assert_eq!(
            event(with(&format!("\"timestamp\":{written},"))).timestamp,
            Timestamp(taken),
            "{written}"
        );
    }
}

#[test]
fn fields_that_are_refused() {
    for (member, said) in [
        (r#""dim1":1"#, "`dim1` must be a text, found a number"),
        (r#""dim1":true"#, "`dim1` must be a text, found a boolean"),
        (r#""dim1":["a"]"#, "`dim1` must be a text, found an array"),
        (r#""geo_city":{"a":1}"#, "`geo_city` must be a text, found an object"),
        (r#""dim1":"\ud83c""#, "`dim1` has a `\\u` escape that is only one half of a surrogate pair"),
        (r#""dim1":"\udf3e\ud83c""#, "`dim1` has a `\\u` escape that is only one half of a surrogate pair"),
        (r#""properties":"a""#, "`properties` must be an array of texts, found a text"),
        (r#""properties":{}"#, "`properties` must be an array of texts, found an object"),
        (r#""properties":["a",1]"#, "`properties[1]` must be a text, found a number"),
        (r#""properties":[null]"#, "`properties[0]` must be a text, found null"),
        (r#""properties":["a",["b"]]"#, "`properties[1]` must be a text, found an array"),
        (r#""value":"1""#, "`value` must be a number, found a text"),
        (r#""value":false"#, "`value` must be a number, found a boolean"),
        (
            r#""value":1e309"#,
            "`value` must be a finite number within the range of a 64-bit float, found 1e309",
        ),
        (r#""value":NaN"#, "`value` is not valid JSON at byte 9: expected a JSON value"),
        (r#""value":-Infinity"#, "`value` is not valid JSON at byte 10: expected a digit"),
        (r#""event_version":"1""#, "`event_version` must be an integer, found a text"),
        (r#""source":"Trusted""#, "`source` must be \"trusted\" or \"untrusted\", found \"Trusted\""),
        (r#""source":1"#, "`source` must be a text, found a number"),
        (r#""timestamp":[]"#, "`timestamp` must be an ISO-8601 text or integer milliseconds, found an array"),
        (r#""timestamp":1.5"#, "`timestamp` must be written as an integer from -2^63 to 2^63-1, found 1.5"),
        (r#""vendor":"w""#, "`vendor` stands twice in the same object"),
        (r#""dim1":"a","dim1":"a""#, "`dim1` stands twice in the same object"),
        (r#""dim1":null,"d\u0069m1":"a""#, "`dim1` stands twice in the same object"),
        (r#""x":1,"y":2,"\u0078":3"#, "`x` stands twice in the same object"),
    ] {
        let text = if member.starts_with("\"event_version\"") {
            without("event_version").replacen('{', &format!("{{{member},"), 1)
        } else {
            with(&format!("{member},"))
        };
        assert_eq!(refusal(text), said, "{member}");
    }
    for written in ["1.0", "1e3", "9223372036854775808", "-9223372036854775809", "1E400"] {
        let text = without("event_version").replacen('{', &format!("{{\"event_version\":{written},"), 1);
        assert_eq!(
            refusal(text),
            format!("`event_version` must be written as an integer from -2^63 to 2^63-1, found {written}")
        );
    }
    for written in
        ["\"soon\"", "\"\"", "-62135596800001", "253402214400000", "\"9999-12-31\"", "\"2021-02-30\""]
    {
        let said = refusal(with(&format!("\"timestamp\":{written},")));
        assert!(said.starts_with("`timestamp` is refused: "), "{said}");
    }
}

#[test]
fn an_arrival_that_no_event_can_have_is_refused() {
    let text = with("");
    let Err(BatchError::Invalid { errors, .. }) =
        Batch::from_json(text.as_bytes(), Source::Trusted, Timestamp(i64::MAX))
    else {
        panic!("it was taken");
    };
    assert_eq!(errors[0].field.as_deref(), Some("timestamp"));
}

#[test]
fn texts_are_stored_exactly() {
    let event = event(with(
        r#""dim1":"a\u0000\"\\\/\b\f\n\r\t\ud83c\udf3e\u00e4","dim2":" ","properties":["\u0061","a"],"#,
    ));
    assert_eq!(event.text(Dimension::Dim1), Some("a\0\"\\/\u{8}\u{c}\n\r\t\u{1f33e}\u{e4}"));
    assert_eq!(event.text(Dimension::Dim2), Some(" "));
    assert!(event.properties().eq(["a"]), "the same text once, however it is written");
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let text = with(r#""dim1":"?","#);
    let at = text.find('?').unwrap();
    for (byte, said) in [
        (0xFF, format!("is not valid UTF-8 at byte {at}")),
        (
            0x00,
            format!(
                "`dim1` is not valid JSON at byte {at}: expected no control character in a text: escape it"
            ),
        ),
    ] {
        let mut bytes = text.clone().into_bytes();
        bytes[at] = byte;
        assert_eq!(refusal(&bytes), said);
    }
    let mut key = text.into_bytes();
    key[2] = 0xFF;
    assert_eq!(refusal(&key), "is not valid UTF-8 at byte 2");
}

#[test]
fn the_receiver_decides_the_source() {
    let taken = |rule: SourceRule, members: &str| {
        let parsed = Batch::from_json(with(members).as_bytes(), rule, ARRIVAL);
        parsed.map(|parsed| parsed.batch.rows().next().unwrap().source)
    };
    let (trusted, untrusted) = (SourceRule::from(Source::Trusted), SourceRule::from(Source::Untrusted));
    for members in ["", "\"source\":null,"] {
        assert_eq!(taken(trusted, members).unwrap(), Source::Trusted);
        assert_eq!(taken(untrusted, members).unwrap(), Source::Untrusted);
        assert_eq!(taken(SourceRule::FromEvent, members).unwrap(), Source::Untrusted);
    }
    assert_eq!(taken(trusted, "\"source\":\"trusted\",").unwrap(), Source::Trusted);
    assert_eq!(taken(SourceRule::FromEvent, "\"source\":\"trusted\",").unwrap(), Source::Trusted);
    let Err(BatchError::Invalid { errors, .. }) = taken(untrusted, "\"source\":\"trusted\",") else {
        panic!("the event was taken");
    };
    assert_eq!(
        errors[0].to_string(),
        "event 0 (line 1): `source` says trusted, but the receiver takes these events as untrusted: leave it out"
    );
}

#[test]
fn every_shape_gives_the_same_events() {
    let (a, b) = (with(r#""dim1":"a","#), with(r#""dim1":"b","#));
    let expected = events(format!("{a}\n{b}"));
    assert_eq!(expected.len(), 2);
    for text in [
        format!("{{\"events\":[{a},{b}]}}"),
        format!(" {{ \"events\" : [ {a} , {b} ] }} "),
        format!("[{a},{b}]"),
        format!("\r\n\n{a}\r\n\n\n{b}\r\n"),
        format!("{a}{b}"),
        format!("\u{feff}{a} {b}"),
        format!("[{a}][{b}][]"),
        format!("{{\"events\":[{a}]}}\n{{\"events\":[{b}]}}"),
        format!("{{\"meta\":{{\"events\":1}},\"ev\\u0065nts\":[{a},{b}],\"more\":[]}}"),
        a.replace(',', ",\n ") + &b,
    ] {
        assert_eq!(events(&text), expected, "{text}");
    }
    for text in ["", " \n", "[]", "{\"events\":[]}", "\u{feff}"] {
        assert_eq!(events(text), [], "{text}");
    }
}

#[test]
fn unknown_keys_are_counted() {
    let text = [with(r#""catgory":1,"d\u0069m6":{"a":[1]},"#), with(r#""catgory":null,"#)].join("\n");
    let ignored = from_json(text).unwrap().ignored;
    assert_eq!(ignored.iter().collect::<Vec<_>>(), [("catgory", 2), ("dim6", 1)]);

    let ignored = from_json(format!("{{\"sent\":1,\"events\":[{}]}}", with("\"x\":1,"))).unwrap().ignored;
    assert_eq!(ignored.iter().collect::<Vec<_>>(), [("sent", 1), ("x", 1)]);
}

#[test]
fn ignored_values_may_be_as_deep_as_they_like() {
    let deep = format!("{}{}", "[".repeat(500_000), "]".repeat(500_000));
    assert_eq!(events(with(&format!("\"x\":{deep},\"y\":{{\"z\":{deep}}},"))).len(), 1);
    assert_eq!(events(format!("{{\"x\":{deep},\"events\":[]}}")), []);
}

#[test]
fn all_refused_events_are_listed_with_index_and_line() {
    let good = with("");
    let text = format!(
        "{good}\n\n{}\nnot json\n{good}\n{{\"a\":1\n{good}{}",
        with("\"dim1\":1,"),
        with("\"value\":true,")
    );
    assert_eq!(
        refusals(text),
        [
            "event 1 (line 3): `dim1` must be a text, found a number",
            "event 2 (line 4): is not a JSON object: an event is an object like {\"vendor\": ...}",
            "event 4 (line 6): is not valid JSON at byte 7: expected a comma or the closing brace of the event",
            "event 6 (line 7): `value` must be a number, found a boolean",
        ]
    );
    let text = format!("[{good},\n{{\"a\":nope}},\n7,[{good}],{{\"events\":[]}},{good}]");
    assert_eq!(
        refusals(text),
        [
            "event 1 (line 2): `a` is not valid JSON at byte 6: expected a JSON value",
            "event 2 (line 3): is not a JSON object: an event is an object like {\"vendor\": ...}",
            "event 3 (line 3): is not a JSON object: an event is an object like {\"vendor\": ...}",
            "event 4 (line 3): is a list of events within an event: `events` belongs to the outermost object, without \
             event fields",
        ]
    );

    let Err(BatchError::Invalid { errors, total }) = from_json("{}\n".repeat(250)) else {
        panic!("it was taken")
    };
    assert_eq!((errors.len(), total), (100, 250));
    let said = BatchError::Invalid { errors, total }.to_string();
    assert!(
        said.starts_with("250 of the events are refused, so none is taken; event 0 (line 1): "),
        "{said}"
    );
    assert!(said.ends_with("; and 150 more"), "{said}");
}

#[test]
fn a_text_that_ends_too_early_is_refused() {
    let good = with("");
    let cut = &good[..good.len() - 2];
    let said =
        format!("`event_version` is not valid JSON at byte {}: expected more: the text ends here", cut.len());
    assert_eq!(refusal(cut), said);
    assert_eq!(json_error("["), (1, 1, JsonProblem::Expected("more: the text ends here")));
    assert_eq!(json_error(format!("[{good},")).0, good.len() as u64 + 2);
    assert_eq!(json_error(format!("[\n{good},\n{{")).1, 3);
    assert_eq!(json_error(format!("{{\"events\":[{good}]")).0, good.len() as u64 + 12);
    assert_eq!(json_error("{\"events\":[],\"a\"").0, 16);
}

#[test]
fn the_text_around_events_is_json_too() {
    let good = with("");
    for (text, offset, problem) in [
        ("[,]".to_owned(), 1, JsonProblem::Expected("an event")),
        (format!("[{good},]"), good.len() as u64 + 2, JsonProblem::Expected("an event")),
        (
            format!("[{good} {good}]"),
            good.len() as u64 + 2,
            JsonProblem::Expected("a comma or the closing bracket of the array of events"),
        ),
        ("{\"events\":null}".to_owned(), 1, JsonProblem::EventsNotAnArray),
        (format!("{{\"events\":{good}}}"), 1, JsonProblem::EventsNotAnArray),
        ("{\"events\":[],\"events\":[]}".to_owned(), 13, JsonProblem::Repeated("events".into())),
        ("{\"a\":1,\"a\":2,\"events\":[]}".to_owned(), 7, JsonProblem::Repeated("a".into())),
        ("{\"events\":[],\"vendor\":\"v\"}".to_owned(), 13, JsonProblem::FieldBesideEvents("vendor")),
        ("{\"vendor\":\"v\",\"events\":[]}".to_owned(), 1, JsonProblem::FieldBesideEvents("vendor")),
        (
            "{\"events\":[] 1}".to_owned(),
            13,
            JsonProblem::Expected("a comma or the closing brace of the object with `events`"),
        ),
        ("{\"events\":[],1}".to_owned(), 13, JsonProblem::Expected("a text in double quotes")),
        ("{\"events\":[],}".to_owned(), 13, JsonProblem::Expected("a text in double quotes")),
    ] {
        assert_eq!(json_error(&text), (offset, 1, problem), "{text}");
    }
}

#[test]
fn limits_refuse_and_never_cut() {
    let limits = EventLimits { string_bytes: 3, properties: 2, event_bytes: 200, ..EventLimits::default() };
    let within = |text: &str| Batch::from_json_within(&limits, text.as_bytes(), Source::Trusted, ARRIVAL);
    assert!(within(&with(r#""dim1":"\u00e4a","properties":["a","b"],"#)).is_ok());
    for (member, said) in [
        (r#""dim1":"abcd","#, "`dim1` has 4 bytes, more than the limit of 3"),
        (r#""dim1":"\u00e4\u00e4","#, "`dim1` has 4 bytes, more than the limit of 3"),
        (r#""properties":["a","abcd"],"#, "`properties[1]` has 4 bytes, more than the limit of 3"),
        (r#""properties":["a","a","a"],"#, "`properties` has 3 elements, more than the limit of 2"),
    ] {
        let Err(BatchError::Invalid { errors, .. }) = within(&with(member)) else {
            panic!("{member} was taken")
        };
        assert_eq!(errors[0].to_string(), format!("event 0 (line 1): {said}"));
    }
    let Err(BatchError::Json(error)) = within(&with(&format!("\"x\":\"{}\",", "x".repeat(200)))) else {
        panic!("it was taken");
    };
    assert_eq!((error.offset, error.problem), (0, JsonProblem::TooLarge { limit: 200 }));
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn compressed_texts_are_taken_up_to_the_limit() {
    let text = [with(""), with("")].join("\n");
    let zstd = zstd::encode_all(text.as_bytes(), 1).unwrap();
    assert_eq!(events(gzip(text.as_bytes())), events(&text));
    assert_eq!(events(&zstd), events(&text));

    let whole = gzip(text.as_bytes());
    let Err(BatchError::Compressed { format, offset, .. }) = from_json(&whole[..whole.len() - 1]) else {
        panic!("a cut text was taken");
    };
    assert_eq!((format, offset), ("gzip", whole.len() as u64 - 1));

    let mut limits = EventLimits { decompressed_bytes: text.len() as u64, ..EventLimits::default() };
    assert!(Batch::from_json_within(&limits, &whole, Source::Trusted, ARRIVAL).is_ok());
    limits.decompressed_bytes -= 1;
    let refused = Batch::from_json_within(&limits, &whole, Source::Trusted, ARRIVAL);
    assert!(matches!(refused, Err(BatchError::TooLarge { limit }) if limit == text.len() as u64 - 1));
}

/// A reader that gives a few bytes at a time.
struct Trickle<'a> {
    bytes: &'a [u8],
    step: usize,
}

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let step = self.step.min(buffer.len());
        self.bytes.read(&mut buffer[..step])
    }
}

/// What a stream of these bytes gives: events, refusals with their bytes, and the error that ends it.
fn streamed(source: impl Read) -> Vec<Result<Event, String>> {
    let mut outcomes = Vec::new();
    for read in EventReader::new(source, SourceRule::FromEvent, ARRIVAL) {
        outcomes.push(read.map_err(|error| match error {
            ReadError::Refused { error, raw } => format!("{error}: {}", String::from_utf8_lossy(&raw)),
            fatal => fatal.to_string(),
        }));
    }
    outcomes
}

#[test]
fn a_stream_is_the_same_wherever_it_is_cut() {
    let (good, bad) = (with(r#""dim1":"\u00e4 \"{[","x":[{}],"#), with("\"dim1\":1,"));
    for text in [
        format!("\u{feff}{good}\n\nnot json\n{bad}\n{{\"a\":\n{good}\n{good}"),
        format!(
            "{{\"meta\":[1,2],\"events\":[{good}, {bad},{{\"a\":nope,\"b\":\"]}}\"}},\n{good}],\"z\":null}}\n{good}"
        ),
        format!("[{good},{good}"),
        format!("[{good},{good},{{\"a\""),
        format!("[{good}}}"),
    ] {
        let whole = streamed(text.as_bytes());
        assert!(whole.len() > 1);
        for step in [1, 2, 3, 7, 64] {
            assert_eq!(
                streamed(Trickle { bytes: text.as_bytes(), step }),
                whole,
                "{step} bytes at a time: {text}"
            );
        }
        let compressed = gzip(text.as_bytes());
        assert_eq!(streamed(Trickle { bytes: &compressed, step: 5 }), whole);
    }
}

#[test]
fn a_stream_tells_what_it_refuses() {
    let (good, bad) = (with(""), with("\"dim1\":1,"));
    let outcomes = streamed(format!("{good}\n{bad}\noops, that\n{good}").as_bytes());
    assert!(outcomes[0].is_ok() && outcomes[3].is_ok());
    assert_eq!(
        outcomes[1].as_ref().unwrap_err(),
        &format!("event 1 (line 2): `dim1` must be a text, found a number: {bad}")
    );
    assert_eq!(
        outcomes[2].as_ref().unwrap_err(),
        "event 2 (line 3): is not a JSON object: an event is an object like {\"vendor\": ...}: oops, that"
    );
    assert_eq!(outcomes.len(), 4);
}

#[test]
fn a_stream_is_read_in_bounded_memory() {
    let good = with("\"x\":1,");
    let text = format!("{{\"events\":[{}]}}", vec![good; 5_000].join(","));
    let mut reader = EventReader::new(text.as_bytes(), Source::Trusted, ARRIVAL);
    let mut rows = 0;
    while let Some(row) = reader.next_row() {
        assert_eq!(row.unwrap().source, Source::Trusted);
        rows += 1;
    }
    assert_eq!((rows, reader.events(), reader.offset()), (5_000, 5_000, text.len() as u64));
    assert_eq!(reader.ignored().iter().collect::<Vec<_>>(), [("x", 5_000)]);
    assert!(reader.next_row().is_none());
    assert!(format!("{reader:?}").contains("EventReader"));

    let limits = EventLimits { event_bytes: 1_000_000, ..EventLimits::default() };
    let endless = Read::chain(&b"{\"a\":\""[..], std::io::repeat(b'x'));
    let mut reader = EventReader::with_limits(limits, endless, Source::Trusted, ARRIVAL);
    let error = reader.next_row().unwrap().unwrap_err();
    assert!(
        matches!(&error, ReadError::Json(error) if error.problem == JsonProblem::TooLarge { limit: 1_000_000 })
    );
    assert!(reader.next_row().is_none(), "nothing comes after an error that ends the text");
}

#[test]
fn a_stream_cut_short_gives_what_is_whole_and_then_an_error() {
    let text = vec![with(""); 100].join("\n");
    for whole in [gzip(text.as_bytes()), zstd::encode_all(text.as_bytes(), 1).unwrap()] {
        let cut = &whole[..whole.len() - 1];
        let outcomes: Vec<_> = EventReader::new(cut, SourceRule::FromEvent, ARRIVAL).collect();
        let Some(Err(ReadError::Compressed { offset, .. })) = outcomes.last() else {
            panic!("{:?}", outcomes.last());
        };
        assert_eq!(*offset, cut.len() as u64);
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-c]{1,3}", "\\PC{0,20}", "[\u{0}-\u{20}\"\\\\]{0,5}"]
}

prop_compose! {
    fn any_event()(
        timestamp in Timestamp::MIN.0..=Timestamp::MAX.0,
        value in proptest::option::of(proptest::num::f64::NORMAL | proptest::num::f64::ZERO | proptest::num::f64::SUBNORMAL),
        event_version in any::<i64>(),
        trusted in any::<bool>(),
        texts in proptest::collection::vec(proptest::option::of(any_text()), Dimension::COUNT),
        properties in proptest::collection::vec(any_text(), 0..4),
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

/// Pieces of event texts in any order.
fn event_like() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        proptest::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "\n",
            "\n{",
            "{\"events\":[",
            "\"events\"",
            "\"vendor\":\"v\"",
            "\"value\":1",
            "\"properties\":[\"a\",\"\"]",
            "\"timestamp\":0",
            "\"x\":[{}]",
            "null",
            "1",
            "\u{feff}",
            "\u{e4}",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
        Just(with("").into_bytes()),
        proptest::collection::vec(any::<u8>(), 1..3),
    ];
    proptest::collection::vec(piece, 0..15).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn events_survive_json(sent in proptest::collection::vec(any_event(), 0..4)) {
        let mut text = Vec::new();
        for event in &sent {
            event.write_json(&mut text);
            text.push(b'\n');
        }
        prop_assert_eq!(memchr::memchr_iter(b'\n', &text).count(), sent.len());
        prop_assert_eq!(events(&text), sent);
    }

    #[test]
    fn any_bytes_are_read_alike_in_one_piece_and_in_many(text in event_like(), step in 1_usize..9) {
        let whole = streamed(text.as_slice());
        prop_assert_eq!(&streamed(Trickle { bytes: &text, step }), &whole);
        match from_json(&text) {
            Ok(parsed) => {
                let events: Result<Vec<Event>, String> = whole.into_iter().collect();
                prop_assert_eq!(events, Ok(parsed.batch.rows().map(|row| row.to_event()).collect()));
            }
            Err(_) => prop_assert!(whole.iter().any(Result::is_err)),
        }
    }
}

#[test]
fn problems_can_be_told_apart() {
    let Err(BatchError::Invalid { errors, .. }) = from_json(with("\"dim1\":1,")) else {
        panic!("it was taken")
    };
    assert_eq!(errors[0].problem, EventProblem::WrongType { expected: "a text", found: "a number" });
    assert_eq!((errors[0].index, errors[0].line, errors[0].field.as_deref()), (0, Some(1), Some("dim1")));
}
