//! A segment: an immutable block of events, on the heap or in a file, behind one interface.

mod alive;
mod builder;
mod cache;
mod codes;
mod columns;
mod dictionary;
mod error;
pub mod file;
mod fixed;
mod heap;
mod index;
mod lost;
mod merge;
mod meta;
mod part;
mod postings;
mod projected;
mod rows;
mod runs;
#[expect(clippy::module_inception, reason = "the file is named for its noun, which names the module too")]
mod segment;
mod source;
mod ticks;

#[cfg(test)]
mod samples;

pub use alive::Alive;
pub use builder::SegmentBuilder;
#[cfg(feature = "parquet")]
pub(crate) use builder::{BuiltColumn, DimensionBuilder, DimensionRows, ProjectedRows, Times, ValueVec};
pub use cache::PartCache;
pub use codes::{Codes, DimensionCodes, Lists, NULL_CODE};
pub use columns::{Timestamps, Values};
pub use dictionary::{Dictionary, IntegerDictionary, TextDictionary};
pub use error::SegmentError;
pub(crate) use file::Remover;
pub use fixed::{FixedPoint, FixedValues, Multiples, RunMultiples};
pub(crate) use merge::{Merge, Selection};
pub use meta::{DimensionStats, OrganizationBounds, SegmentMeta};
pub use postings::Postings;
pub use rows::SegmentRows;
pub use runs::{Run, RunTable, ValueStats};
pub use segment::Segment;
pub use source::{Accepts, RowRequest, RowTest, SegmentSource};
pub use ticks::{RunTicks, RunTimes, Ticks};
