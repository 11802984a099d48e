//! A body of events.

use gristmill::Timestamp;
use gristmill::event::{Batch, SourceRule};

use crate::Kept;
use crate::planted::event;

/// Reads events. What is accepted has one encoding, which gives the same events back.
pub fn run(data: &[u8]) {
    let Ok(parsed) = Batch::from_json(data, SourceRule::FromEvent, Timestamp(0)) else { return };
    let payload = parsed.batch.payload().to_vec();
    let decoded = Batch::decode(payload.clone()).unwrap();
    let events: Vec<_> = decoded.rows().map(|row| row.to_event()).collect();
    assert_eq!(events.len(), parsed.batch.len());
    assert_eq!(Batch::from_events(&events).unwrap().payload(), payload);
}

/// Bodies of each accepted shape, and texts that are hard to read right.
pub fn corpus() -> Vec<Kept> {
    let whole = |number| {
        let event = event(number);
        let texts: Vec<String> = gristmill::schema::Dimension::ALL
            .into_iter()
            .filter_map(|dimension| Some(format!(r#""{}":"{}""#, dimension.name(), event.text(dimension)?)))
            .collect();
        let properties: Vec<String> = event.properties().map(|text| format!("{text:?}")).collect();
        format!(
            r#"{{{},"event_version":{},"properties":[{}],"value":{},"timestamp":{}}}"#,
            texts.join(","),
            event.event_version,
            properties.join(","),
            event.value.map_or("null".to_owned(), |value| value.to_string()),
            event.timestamp.millis(),
        )
    };
    let small = |more: &str| {
        format!(
            r#"{{"organization_id":"a","vendor":"b","event_version":1,"category":"","label":"","action":""{more}}}"#
        )
    };
    [
        ("bare", whole(0)),
        ("array", format!("[{},{}]", whole(1), whole(2))),
        ("object", format!(r#"{{"events":[{}]}}"#, whole(3))),
        ("lines", format!("{}\n{}\n\n{}", whole(4), small(""), whole(5))),
        ("escapes", small(r#","dim1":"\u00e9\ud83d\ude00\n\"\\\/","unknown":{"a":[1,{"b":null}]}"#)),
        ("numbers", small(r#","value":-1.5e-300,"timestamp":"2024-02-29T23:59:59.9999+02:00""#)),
        ("early", small(r#","value":1E308,"timestamp":"0001-01-01""#)),
        ("source", small(r#","source":"trusted","properties":["","x","x"],"dim5":null"#)),
        ("broken", small(r#","value":NaN,"dim1":5"#)),
    ]
    .map(|(name, text)| (name.to_owned(), text.into_bytes()))
    .into()
}
