//! Events: how they come in, how they are checked, how they travel as a batch.
//!
//! Text becomes a [`Batch`] by [`Batch::from_json`], or event after event by an [`EventReader`], or in columns by
//! [`EventChunks`]; all share one parser, so that they take and refuse the same.

mod batch;
pub(crate) mod check;
mod chunks;
mod decompress;
pub(crate) mod distinct;
mod error;
mod ignored;
mod json;
mod limits;
mod reader;
mod row;
mod source;

pub use batch::{Batch, BatchBuilder, BatchDecodeError, Rows};
pub use chunks::{EventChunk, EventChunks, RefusedEvent};
pub use error::{BatchError, EventError, EventProblem, JsonError, JsonProblem};
pub use ignored::Ignored;
pub use json::{Parsed, decompress};
pub use limits::EventLimits;
pub use reader::{EventReader, ReadError};
pub use row::{Event, EventRow};
pub use source::{Source, SourceRule};
