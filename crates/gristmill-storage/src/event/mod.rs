//! Events: how they come in, how they are checked, how they travel as a batch.

mod row;
mod source;

pub use row::{Event, EventRow};
pub use source::{Source, SourceRule};
