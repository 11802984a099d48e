//! Test support: the oracle, the corpus of cases with its runners, and random events and fetches.
//!
//! | module | what is in it |
//! | --- | --- |
//! | [`oracle`] | the reference evaluator: a row at a time, exact, slow |

pub mod oracle;
