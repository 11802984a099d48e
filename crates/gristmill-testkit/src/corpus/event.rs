//! The events of a topic, read without the reader under test.

use super::file::{merged, object};
use gristmill::Timestamp;
use gristmill::event::{Event, Source};
use gristmill::schema::{Dimension, Kind};
use serde_json::{Map, Value};

/// Events, and the lines they were read from.
#[derive(Clone, Debug, Default)]
pub struct EventSet {
    /// The events.
    pub events: Vec<Event>,
    /// The same events as JSON, one a line.
    pub lines: String,
}

impl EventSet {
    /// Reads one event a line; keys that a line lacks come from `shared`.
    ///
    /// # Errors
    /// A line that is no event, with what is wrong.
    pub fn parse(shared: &Map<String, Value>, lines: &str) -> Result<Self, String> {
        let mut set = Self::default();
        for line in lines.lines().filter(|line| !line.trim().is_empty()) {
            let event = merged(shared, object(line)?);
            set.events.push(read_event(&event).map_err(|mistake| format!("{mistake} in event {line}"))?);
            set.lines += &Value::Object(event).to_string();
            set.lines.push('\n');
        }
        Ok(set)
    }
}

fn read_event(keys: &Map<String, Value>) -> Result<Event, String> {
    let text = |key: &str| keys.get(key).and_then(Value::as_str);
    let required = |key: &str| text(key).ok_or_else(|| format!("no text for {key:?}"));
    let timestamp: jiff::Timestamp = required("timestamp")?.parse().map_err(|error| format!("{error}"))?;
    let mut event =
        Event::new(Timestamp(timestamp.as_millisecond()), required("organization_id")?, required("vendor")?);
    for (key, value) in keys {
        match key.as_str() {
            "timestamp" => {}
            "value" => event.value = value.as_f64(),
            key => {
                let dimension = Dimension::from_name(key).ok_or_else(|| format!("unknown key {key:?}"))?;
                set(&mut event, dimension, value).ok_or_else(|| format!("{key}: {value} does not fit"))?;
            }
        }
    }
    Ok(event)
}

/// Sets one dimension; `None` where the value is of the wrong kind.
fn set(event: &mut Event, dimension: Dimension, value: &Value) -> Option<()> {
    match (dimension.kind(), value) {
        (Kind::Text, Value::Null) if !dimension.required() => _ = event.set(dimension, None),
        (Kind::Text, value) => _ = event.set(dimension, Some(value.as_str()?)),
        (Kind::Integer, value) => event.event_version = value.as_i64()?,
        (Kind::Source, value) => event.source = Source::from_name(value.as_str()?)?,
        (Kind::MultiText, Value::Null) => {}
        (Kind::MultiText, value) => {
            let texts: Option<Vec<&str>> = value.as_array()?.iter().map(Value::as_str).collect();
            event.set_properties(texts?);
        }
    }
    Some(())
}
