//! An answer as people and programs want to see it.
//!
//! Every form works from a [`Sheet`], the answer's fields and rows.

mod chart;
mod ndjson;
mod number;
mod sheet;
mod table;
mod text;

pub(crate) use chart::{Chart, Ink, Unit};
pub(crate) use ndjson::write_ndjson;
pub(crate) use number::{bytes, count, whole};
pub(crate) use sheet::{Column, Role, Sheet};
pub(crate) use table::write_table;
pub(crate) use text::printable;
