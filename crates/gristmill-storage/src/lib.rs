//! Events on disk: schema, event JSON, write-ahead log, segments, catalog, snapshots.
//!
//! This crate knows no query, no thread pool, no async runtime and no time zone.

mod catalog;
pub mod dir;
pub mod event;
pub mod hash;
mod ordered;
mod parallel;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod schema;
pub mod segment;
pub mod store;
pub mod timestamp;
mod wal;

pub use timestamp::Timestamp;
