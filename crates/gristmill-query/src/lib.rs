//! The fetch language: request, plan, scan, group, merge, answer.
//!
//! This crate knows segments and nothing of files.

pub mod request;
pub mod time;
