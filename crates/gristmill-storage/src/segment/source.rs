//! Events that lie elsewhere, and of which a segment is made for one fetch.

use super::{Segment, SegmentError};
use crate::schema::{Column, Dimension};
use std::fmt;
use std::ops::Range;

/// Events that are no segment yet: those that a fetch needs become one, with the columns that it needs, and are let go of
/// with it.
pub trait SegmentSource: fmt::Debug + Send + Sync {
    /// How many events there are, needed or not.
    fn rows(&self) -> u64;

    /// Bounds of their timestamps, in milliseconds, where they are known: none is before the first or after the last.
    fn times(&self) -> Option<(i64, i64)>;

    /// Why none of its events is asked for, as far as that is known before any of them is read; `None` where one may be.
    fn left_out(&self, request: &RowRequest<'_>) -> Result<Option<&'static str>, SegmentError>;

    /// The events that are asked for; `None` where there is none.
    fn read(&self, request: &RowRequest<'_>) -> Result<Option<Segment>, SegmentError>;
}

/// Which events a fetch needs, and what of them.
pub struct RowRequest<'q> {
    /// Only its events.
    pub organization: &'q str,
    /// Only events of this vendor, where one is named.
    pub vendor: Option<&'q str>,
    /// Only events of these milliseconds.
    pub time: Range<i64>,
    /// The columns that will be read.
    pub columns: Vec<Column>,
    /// What every event has to pass. Events that do not may be there all the same, where leaving them out is no gain.
    pub tests: Vec<RowTest<'q>>,
    /// Whether nobody waits for the events any more; they need not be whole then.
    pub stopped: &'q (dyn Fn() -> bool + Sync),
}

/// Whether a text, or null, passes.
pub type Accepts<'q> = Box<dyn Fn(Option<&str>) -> bool + Sync + 'q>;

/// A test on a dimension of texts. An event with several values passes where one of them does, and one without any where
/// null does.
pub struct RowTest<'q> {
    /// What is tested.
    pub dimension: Dimension,
    /// The only values that pass, where that is known; null does not pass then.
    pub values: Option<Vec<&'q str>>,
    /// Whether a value, or null, passes.
    pub accepts: Accepts<'q>,
}

impl RowRequest<'_> {
    /// Whether a column will be read.
    pub fn needs(&self, column: Column) -> bool {
        self.columns.contains(&column)
    }
}

impl fmt::Debug for RowRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowRequest")
            .field("organization", &self.organization)
            .field("vendor", &self.vendor)
            .field("time", &self.time)
            .field("columns", &self.columns)
            .field("tests", &self.tests)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for RowTest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { dimension, values, .. } = self;
        f.debug_struct("RowTest")
            .field("dimension", dimension)
            .field("values", values)
            .finish_non_exhaustive()
    }
}
