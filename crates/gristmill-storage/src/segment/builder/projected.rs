//! Rows of one organization of which some columns were read.

use super::dimension::{DimensionBuilder, SortedDimension, Taken};
use super::metrics::ValueVec;
use super::tenants::{RowOrder, Tenants};
use crate::schema::Dimension;
use crate::segment::heap::HeapDimension;
use crate::segment::index::index;
use crate::segment::projected::ProjectedSegment;
use crate::segment::{
    Codes, Dictionary, DimensionCodes, NULL_CODE, Run, RunTable, Segment, SegmentError, TextDictionary,
    Timestamps, ValueStats, Values,
};
use arrow_buffer::Buffer;
use std::ops::Range;
use std::sync::Arc;

/// The code of the only value of a column.
const ONLY: u32 = NULL_CODE + 1;

/// Some columns of events of one organization, in any order; all have the same number of rows.
#[derive(Debug)]
pub(crate) struct ProjectedRows {
    pub(crate) organization: Arc<str>,
    /// The vendor of all of them, where one was asked for.
    pub(crate) vendor: Option<Arc<str>>,
    pub(crate) rows: usize,
    pub(crate) times: Times,
    pub(crate) values: Option<ValueVec>,
    /// Columns of other dimensions; of `vendor` where none was asked for.
    pub(crate) dimensions: Vec<DimensionBuilder>,
}

/// When the events were.
#[derive(Debug)]
pub(crate) enum Times {
    /// In milliseconds.
    Each(Vec<i64>),
    /// None is before the first or after the last; nobody asks for more.
    Within(i64, i64),
}

impl ProjectedRows {
    /// Sorts them into a segment; [`SegmentError::Empty`] without a row.
    pub(crate) fn build(self) -> Result<Segment, SegmentError> {
        if self.rows == 0 {
            return Err(SegmentError::Empty);
        }
        let Self { organization, vendor, rows, times, values, dimensions } = self;
        let mut sorted: Vec<(Dimension, SortedDimension)> =
            dimensions.into_iter().map(|column| (column.dimension(), column.sort())).collect();
        let vendors = sorted.iter().find(|(dimension, _)| *dimension == Dimension::Vendor);
        let order = order(rows, vendors.map(|(_, column)| column), &times);
        let mut parts: [Option<HeapDimension>; Dimension::COUNT] = std::array::from_fn(|_| None);
        let mut vendor_names = Vec::new();
        for (dimension, column) in sorted.drain(..) {
            let Taken { dimension: part, names } = column.take(&order.rows);
            if dimension == Dimension::Vendor {
                vendor_names = names;
            }
            parts[dimension as usize] = Some(part);
        }
        parts[Dimension::OrganizationId as usize] = Some(constant(&organization, rows));
        if let Some(vendor) = vendor {
            parts[Dimension::Vendor as usize] = Some(constant(&vendor, rows));
        }
        let timestamps = match &times {
            Times::Each(times) => Some(Timestamps::of(order.rows.iter().map(|&row| times[row as usize]))),
            Times::Within(..) => None,
        };
        let values = values.map(|values| values.take(&order.rows));
        let run = |((_, vendor), rows): ((u32, u32), Range<u32>)| {
            let vendor = vendor_names.get(vendor as usize).copied().unwrap_or(ONLY);
            run(vendor, rows, timestamps.as_ref(), &times, values.as_ref())
        };
        let runs = order.runs.into_iter().map(run).collect();
        Ok(Segment::projected(ProjectedSegment {
            organization,
            rows: index(rows),
            runs: Arc::new(RunTable { runs }),
            timestamps: timestamps.map(Arc::new),
            values: values.map(Arc::new),
            dimensions: parts,
        }))
    }
}

/// The order of rows by vendor, where vendors are told apart, and time.
fn order(rows: usize, vendors: Option<&SortedDimension>, times: &Times) -> RowOrder {
    let in_time = match times {
        Times::Each(times) => times.is_sorted(),
        Times::Within(..) => true,
    };
    match vendors {
        None if in_time => {
            let all = 0..index(rows);
            RowOrder {
                rows: all.clone().collect(),
                runs: vec![((ONLY, ONLY), all)],
                part_ends: vec![index(rows)],
            }
        }
        _ => {
            let mut tenants = Tenants::new();
            tenants.reserve(rows);
            for row in 0..rows {
                tenants.push(ONLY, vendors.map_or(ONLY, |vendors| vendors.code(row)));
            }
            let same = [NULL_CODE, ONLY];
            let times = match times {
                Times::Each(times) => times,
                Times::Within(..) => &vec![0; rows],
            };
            tenants.order(&same, vendors.map_or(&same, SortedDimension::ranks), times, 1, |_| 0)
        }
    }
}

fn run(
    vendor: u32,
    rows: Range<u32>,
    timestamps: Option<&Timestamps>,
    times: &Times,
    values: Option<&Values>,
) -> Run {
    let (min_time, max_time) = match (timestamps, times) {
        (Some(timestamps), _) => (timestamps.get(rows.start as usize), timestamps.get(rows.end as usize - 1)),
        (None, Times::Within(first, last)) => (*first, *last),
        (None, Times::Each(_)) => (i64::MIN, i64::MAX),
    };
    let values = values.map_or(ValueStats::NONE, |values| ValueStats::of(values, rows.clone()));
    Run { organization: ONLY, vendor, rows, min_time, max_time, values }
}

/// A column in which every row has the same text.
fn constant(text: &str, rows: usize) -> HeapDimension {
    let offsets = vec![0, 0, index(text.len()).cast_signed()];
    let dictionary = TextDictionary { offsets: offsets.into(), bytes: Buffer::from(text.as_bytes()) };
    let codes = Codes::U8(vec![1; rows].into());
    HeapDimension {
        dictionary: Arc::new(Dictionary::Text(dictionary)),
        codes: Arc::new(DimensionCodes::Single(codes)),
    }
}
