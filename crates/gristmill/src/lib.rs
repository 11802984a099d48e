//! Store generic events and answer fetch queries over them.

pub use gristmill_query::{request, time};
pub use gristmill_storage::{Timestamp, event, schema};
