//! Events: how they come in, how they are checked, how they travel as a batch.

mod batch;
mod distinct;
mod error;
mod ignored;
mod limits;
mod row;
mod source;

pub use batch::{Batch, BatchBuilder, BatchDecodeError, Rows};
pub use error::{BatchError, EventError, EventProblem, JsonError, JsonProblem};
pub use ignored::Ignored;
pub use limits::EventLimits;
pub use row::{Event, EventRow};
pub use source::{Source, SourceRule};
