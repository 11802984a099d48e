//! One event, typed and checked.

use crate::event::Source;
use crate::event::distinct::keep_first;
use crate::schema::{Dimension, Kind};
use crate::timestamp::Timestamp;

/// One checked event that borrows its strings.
///
/// This is what the buffer and the segment builder take in; [`Event`] is the form that owns its strings.
#[derive(Clone, Debug, PartialEq)]
pub struct EventRow<'a> {
    /// The instant of the event.
    pub timestamp: Timestamp,
    /// The metric: a finite number, or null.
    pub value: Option<f64>,
    /// Version of the event's meaning.
    pub event_version: i64,
    /// How far the sender is trusted.
    pub source: Source,
    /// The string columns, indexed by `Dimension as usize`; entries of other kinds stay `None`.
    pub texts: [Option<&'a str>; Dimension::COUNT],
    /// The values of `properties`, each text once, in the order they were sent; empty is null.
    pub properties: Vec<&'a str>,
}

impl<'a> EventRow<'a> {
    /// The value of a [`Kind::Text`] dimension; `None` for null and for dimensions of other kinds.
    pub fn text(&self, dimension: Dimension) -> Option<&'a str> {
        self.texts[dimension as usize]
    }

    /// A copy that owns its strings.
    pub fn to_event(&self) -> Event {
        Event {
            timestamp: self.timestamp,
            value: self.value,
            event_version: self.event_version,
            source: self.source,
            texts: self.texts.map(|text| text.map(Box::from)),
            properties: self.properties.iter().map(|&text| Box::from(text)).collect(),
        }
    }
}

/// One checked event that owns its strings; see [`EventRow`] for the fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The instant of the event.
    pub timestamp: Timestamp,
    /// The metric: a finite number, or null.
    pub value: Option<f64>,
    /// Version of the event's meaning.
    pub event_version: i64,
    /// How far the sender is trusted.
    pub source: Source,
    texts: [Option<Box<str>>; Dimension::COUNT],
    properties: Vec<Box<str>>,
}

impl Event {
    /// An event with its required fields; category, label and action start as `""`.
    pub fn new(timestamp: Timestamp, organization_id: &str, vendor: &str) -> Self {
        let mut event = Self {
            timestamp,
            value: None,
            event_version: 1,
            source: Source::Untrusted,
            texts: [const { None }; Dimension::COUNT],
            properties: Vec::new(),
        };
        for dimension in Dimension::ALL {
            if dimension.required() && dimension.kind() == Kind::Text {
                event.texts[dimension as usize] = Some(Box::from(""));
            }
        }
        event.set(Dimension::OrganizationId, Some(organization_id)).set(Dimension::Vendor, Some(vendor));
        event
    }

    /// Sets a [`Kind::Text`] dimension. `None` is null; a required dimension cannot be null and then becomes `""`.
    /// Dimensions of other kinds have fields and [`Event::set_properties`] of their own: naming one here does nothing.
    pub fn set(&mut self, dimension: Dimension, text: Option<&str>) -> &mut Self {
        if dimension.kind() == Kind::Text {
            let text = if dimension.required() { Some(text.unwrap_or_default()) } else { text };
            self.texts[dimension as usize] = text.map(Box::from);
        }
        self
    }

    /// Sets `properties`; a text that comes again is dropped.
    pub fn set_properties<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) -> &mut Self {
        let mut texts: Vec<&str> = texts.into_iter().collect();
        keep_first(&mut texts);
        self.properties = texts.into_iter().map(Box::from).collect();
        self
    }

    /// The value of a [`Kind::Text`] dimension; `None` for null and for dimensions of other kinds.
    pub fn text(&self, dimension: Dimension) -> Option<&str> {
        self.texts[dimension as usize].as_deref()
    }

    /// The values of `properties`; empty is null.
    pub fn properties(&self) -> impl ExactSizeIterator<Item = &str> {
        self.properties.iter().map(|text| &**text)
    }

    /// The same event, borrowing its strings.
    pub fn as_row(&self) -> EventRow<'_> {
        EventRow {
            timestamp: self.timestamp,
            value: self.value,
            event_version: self.event_version,
            source: self.source,
            texts: std::array::from_fn(|at| self.texts[at].as_deref()),
            properties: self.properties().collect(),
        }
    }
}
