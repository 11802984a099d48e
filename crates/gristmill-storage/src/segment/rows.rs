//! A segment read row by row, as events.

use super::{Dictionary, DimensionCodes, Segment, SegmentError, Timestamps, Values};
use crate::event::{EventRow, Source};
use crate::schema::{Dimension, Kind};
use crate::timestamp::Timestamp;
use std::sync::Arc;

/// All columns of a segment, for reading rows as events.
#[derive(Clone, Debug)]
pub struct SegmentRows {
    timestamps: Arc<Timestamps>,
    values: Arc<Values>,
    columns: Vec<RowColumn>,
}

/// One dimension with what its codes stand for.
#[derive(Clone, Debug)]
struct RowColumn {
    dimension: Dimension,
    dictionary: Arc<Dictionary>,
    codes: Arc<DimensionCodes>,
}

impl SegmentRows {
    pub(super) fn of(segment: &Segment) -> Result<Self, SegmentError> {
        let column = |dimension| {
            Ok(RowColumn {
                dimension,
                dictionary: segment.dictionary(dimension)?,
                codes: segment.codes(dimension)?,
            })
        };
        Ok(Self {
            timestamps: segment.timestamps()?,
            values: segment.values()?,
            columns: Dimension::ALL.into_iter().map(column).collect::<Result<_, SegmentError>>()?,
        })
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.timestamps.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The event in a row below [`SegmentRows::len`].
    pub fn get(&self, row: usize) -> EventRow<'_> {
        let mut event = EventRow {
            timestamp: Timestamp(self.timestamps.get(row)),
            value: self.values.get(row),
            event_version: 0,
            source: Source::Untrusted,
            texts: [None; Dimension::COUNT],
            properties: Vec::new(),
        };
        for column in &self.columns {
            column.fill(row, &mut event);
        }
        event
    }

    /// Every event, in row order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = EventRow<'_>> {
        (0..self.len()).map(|row| self.get(row))
    }
}

impl RowColumn {
    fn fill<'a>(&'a self, row: usize, event: &mut EventRow<'a>) {
        match (&*self.dictionary, &*self.codes) {
            (Dictionary::Text(texts), DimensionCodes::Multi(lists)) => {
                event.properties = lists.range(row).filter_map(|at| texts.get(lists.codes.get(at))).collect();
            }
            (Dictionary::Text(texts), DimensionCodes::Single(codes)) => {
                let text = texts.get(codes.get(row));
                if self.dimension.kind() == Kind::Source {
                    event.source = text.and_then(Source::from_name).unwrap_or(Source::Untrusted);
                } else {
                    event.texts[self.dimension as usize] = text;
                }
            }
            (Dictionary::Integer(integers), DimensionCodes::Single(codes)) => {
                event.event_version = integers.get(codes.get(row)).unwrap_or_default();
            }
            // No dimension holds lists of integers.
            (Dictionary::Integer(_), DimensionCodes::Multi(_)) => {}
        }
    }
}
