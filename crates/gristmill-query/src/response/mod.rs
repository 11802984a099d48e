//! The answer: ordered, limited, with its empty buckets, as rows, JSON, CSV, and (feature `arrow`) as a record batch.

mod answer;
mod csv;
mod explanation;
mod fill;
mod having;
mod json;
mod metric;
mod missing;
mod order;
mod part;
#[cfg(feature = "arrow")]
mod record_batch;
mod row;
mod row_text;
mod sketch;
mod touched;

pub use answer::{Answer, Cell, Field, FieldKind};
pub use explanation::{Explanation, Pass, SegmentScan};
pub(crate) use fill::fill;
pub use metric::MetricColumn;
pub use missing::Missing;
pub use row::Row;
pub use sketch::Sketch;
pub use touched::Touched;

#[cfg(test)]
mod tests;
