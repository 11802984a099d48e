//! Execution: locate the rows, prepare each segment, scan its rows in pieces, merge what was found, make the answer.

mod accumulate;
mod batch_rows;
mod blocks;
mod bucket_numbers;
mod buckets;
mod budget;
mod cell;
mod column_values;
mod dense;
mod derived;
mod distinct;
mod error;
mod group;
mod groups;
mod hashed;
mod interner;
mod key;
mod merge;
mod multiples;
mod pack;
mod piece;
mod prepare;
mod run;
mod scan;
mod slots;
mod spill;
mod state;
mod strategy;
mod stretch;
mod sum;
mod tuning;
mod union;
mod value_form;
mod values;
mod wide;

pub use budget::Budget;
pub use error::ExecError;
pub use run::{ExecOptions, execute};
pub use tuning::{GroupStrategy, Instructions, RowStrategy, Tuning};

pub(crate) use accumulate::Needs;
pub(crate) use cell::to_extreme;
pub(crate) use interner::{Value, Values};
pub(crate) use merge::Merged;
pub(crate) use run::Tally;
pub(crate) use state::{Figure, State, StateKind};
