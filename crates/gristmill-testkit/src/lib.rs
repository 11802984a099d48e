//! Test support: the oracle, the corpus of cases with its runners, and random events and fetches.
//!
//! | module | what is in it |
//! | --- | --- |
//! | [`arbitrary`] | random events and fetches, and the JSON of a fetch |
//! | [`corpus`] | the cases of `tests/corpus`, and how to check them |
//! | [`runner`] | the ways a fetch can be answered, behind one trait |
//! | [`fault_dir`] | a directory that fails on command and forgets what a power cut would |
//! | [`oracle`] | the reference evaluator: a row at a time, exact, slow |

pub mod arbitrary;
pub mod corpus;
pub mod fault_dir;
pub mod oracle;
pub mod runner;
