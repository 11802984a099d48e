//! The answer: ordered, limited, with its empty buckets, and as JSON.

mod answer;
mod fill;
mod having;
mod json;
mod metric;
mod missing;
mod order;
mod touched;

pub use answer::{Answer, Cell, Field, FieldKind};
pub use metric::MetricColumn;
pub use missing::Missing;
pub use touched::Touched;

#[cfg(test)]
mod tests;
