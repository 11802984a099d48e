//! Events on disk: schema, event JSON, write-ahead log, segments, catalog, snapshots.
//!
//! This crate knows no query, no thread pool, no async runtime and no time zone.

mod catalog;
pub mod dir;
pub mod event;
pub mod hash;
pub mod schema;
pub mod segment;
mod store;
pub mod timestamp;
mod wal;

pub use catalog::{Catalog, CatalogError, LogEntry, Receipt, SegmentEntry};
pub use store::{Loader, Reader, Recovery, Snapshot, Store, StoreError, StoreOptions};
pub use timestamp::Timestamp;
pub use wal::WalError;
