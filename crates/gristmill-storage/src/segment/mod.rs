//! A segment: an immutable block of events, on the heap or in a file, behind one interface.

mod codes;
mod columns;
mod dictionary;
mod runs;

pub use codes::{Codes, DimensionCodes, Lists, NULL_CODE};
pub use columns::{Timestamps, Values};
pub use dictionary::{Dictionary, IntegerDictionary, TextDictionary};
pub use runs::{Run, RunTable, ValueStats};
