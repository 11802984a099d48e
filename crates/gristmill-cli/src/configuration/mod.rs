//! A configuration file: what flags of `gristmill serve` are where nobody types them.
//!
//! Which keys there are, what they mean and what they may be is told by the flags alone: a key of the file is looked up
//! among them, its value is parsed as one that was typed, and becomes their default.

mod effective;
mod file;
mod key;

pub(crate) use effective::Effective;
pub(crate) use file::Configuration;
