//! Rows into the bytes of a batch.

use super::header::Header;
use super::rows::{HAS_VALUE, LONG_LENGTH, PROPERTIES, UNTRUSTED};
use crate::event::check;
use crate::event::distinct::first_repeated;
use crate::event::{Batch, EventError, EventLimits, EventProblem, EventRow, Source};
use crate::schema::{Column, Dimension, Kind};
use crate::timestamp::Timestamp;

/// Collects checked rows into a [`Batch`].
#[derive(Clone, Debug)]
pub struct BatchBuilder {
    limits: EventLimits,
    rows: u64,
    /// The payload so far: room for the header, then the numbers part.
    payload: Vec<u8>,
    text: String,
}

impl Default for BatchBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl BatchBuilder {
    /// An empty batch under the default limits.
    pub fn new() -> Self {
        Self::with_limits(EventLimits::default())
    }

    /// An empty batch under these limits.
    pub fn with_limits(limits: EventLimits) -> Self {
        Self { limits, rows: 0, payload: vec![0; Header::LEN], text: String::new() }
    }

    /// Adds an event. One that breaks a rule is refused, and the batch is as it was before; the error's index is the
    /// number of events before it.
    pub fn push(&mut self, row: &EventRow<'_>) -> Result<(), EventError> {
        self.check(row).map_err(|(field, problem)| EventError {
            index: self.rows,
            line: None,
            field,
            problem,
        })?;
        self.push_checked(row);
        Ok(())
    }

    /// Adds an event that is known to break no rule.
    pub(in crate::event) fn push_checked(&mut self, row: &EventRow<'_>) {
        self.write(row);
        self.rows += 1;
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        usize::try_from(self.rows).unwrap_or(usize::MAX)
    }

    /// Whether there is no event.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Bytes of the batch as it is now.
    pub fn bytes(&self) -> usize {
        self.payload.len() + self.text.len()
    }

    /// The batch.
    pub fn finish(mut self) -> Batch {
        let header = Header {
            rows: self.rows,
            numbers: length(self.payload.len() - Header::LEN),
            text: length(self.text.len()),
            token: 0,
        };
        header.write(&mut self.payload);
        self.payload.extend_from_slice(self.text.as_bytes());
        Batch { payload: self.payload, header }
    }

    fn check(&self, row: &EventRow<'_>) -> Result<(), (Option<Box<str>>, EventProblem)> {
        let at = |name: &str, problem| Err((Some(Box::from(name)), problem));
        if let Err(error) = Timestamp::from_millis(row.timestamp.millis()) {
            return at(Column::TIMESTAMP, EventProblem::Timestamp(error));
        }
        if let Some(value) = row.value
            && let Err(problem) = check::value(Some(value), || value.to_string())
        {
            return at(Column::VALUE, problem);
        }
        for dimension in Dimension::ALL {
            let checked = match row.texts[dimension as usize] {
                Some(text) => check::text_bytes(&self.limits, text.len()),
                None => check::null_text(dimension),
            };
            if let Err(problem) = checked {
                return at(dimension.name(), problem);
            }
        }
        self.check_properties(&row.properties).or_else(|(element, problem)| {
            let name = Dimension::Properties.name();
            match element {
                Some(element) => at(&format!("{name}[{element}]"), problem),
                None => at(name, problem),
            }
        })
    }

    fn check_properties(&self, texts: &[&str]) -> Result<(), (Option<usize>, EventProblem)> {
        check::properties(&self.limits, texts.len()).map_err(|problem| (None, problem))?;
        for (element, text) in texts.iter().enumerate() {
            check::text_bytes(&self.limits, text.len()).map_err(|problem| (Some(element), problem))?;
        }
        match first_repeated(texts) {
            None => Ok(()),
            Some(repeated) => Err((texts.iter().rposition(|text| *text == repeated), EventProblem::Repeated)),
        }
    }

    fn write(&mut self, row: &EventRow<'_>) {
        let texts = Dimension::ALL
            .into_iter()
            .filter(|dimension| dimension.kind() == Kind::Text)
            .filter_map(|dimension| Some((dimension, row.texts[dimension as usize]?)));

        let mut present = 0_u32;
        for (dimension, _) in texts.clone() {
            present |= 1 << dimension as u32;
        }
        if !row.properties.is_empty() {
            present |= PROPERTIES;
        }
        let mut flags = 0;
        if row.source == Source::Untrusted {
            flags |= UNTRUSTED;
        }
        if row.value.is_some() {
            flags |= HAS_VALUE;
        }

        self.payload.extend_from_slice(&row.timestamp.millis().to_le_bytes());
        self.payload.extend_from_slice(&row.event_version.to_le_bytes());
        self.payload.extend_from_slice(&present.to_le_bytes());
        self.payload.push(flags);
        if let Some(value) = row.value {
            self.payload.extend_from_slice(&value.to_le_bytes());
        }
        for (_, text) in texts {
            self.write_text(text);
        }
        if !row.properties.is_empty() {
            self.write_length(row.properties.len());
            for text in &row.properties {
                self.write_text(text);
            }
        }
    }

    fn write_text(&mut self, text: &str) {
        self.write_length(text.len());
        self.text.push_str(text);
    }

    fn write_length(&mut self, length: usize) {
        match u8::try_from(length) {
            Ok(short) if short < LONG_LENGTH => self.payload.push(short),
            _ => {
                self.payload.push(LONG_LENGTH);
                self.payload.extend_from_slice(&self::length(length).to_le_bytes());
            }
        }
    }
}

/// A length as it is stored. No length in memory exceeds 64 bits.
fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
