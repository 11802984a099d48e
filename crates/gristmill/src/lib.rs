//! Store generic events and answer *fetch* queries over them: filters, groups, buckets of time in any time zone, counts,
//! sums and exact distinct counts.
//!
//! ```
//! use gristmill::event::{Batch, Source};
//! use gristmill::{Options, Timestamp};
//! use gristmill::request::{Fetch, FetchContext};
//!
//! # fn main() -> Result<(), gristmill::Error> {
//! let store = Options::new().open_in_memory()?; // or Store::open("events")
//! let body = br#"{"events":[{"event_version":1,"organization_id":"acme","vendor":"shop","category":"click",
//!     "action":"","label":"","value":2,"timestamp":"2024-03-31T02:30:00Z"}]}"#;
//! let arrival = Timestamp(0); // for events without a timestamp of their own
//! store.append(Batch::from_json(body, Source::Untrusted, arrival)?.batch)?; // durable when it returns
//!
//! let fetch = Fetch::from_json(
//!     br#"{"organization_id":"acme","granularity":"day","aggregations":["count","sum"],
//!         "interval":{"start":"2024-03-31","end":"2024-04-01","time_zone":"Europe/Helsinki"}}"#,
//!     &FetchContext::new(),
//! )?;
//! assert_eq!(
//!     store.fetch(&fetch)?.to_json(),
//!     r#"{"fields":[{"name":"timestamp","type":"dimension"},{"name":"count","type":"metric"},{"name":"sum","type":"metric"}],"data":[["2024-03-31T00:00:00.000+02:00",1,2.0]]}"#
//! );
//! store.close()?;
//! # Ok(())
//! # }
//! ```
//!
//! | what | where |
//! |---|---|
//! | a store for writing and reading, or reading only | [`Store`], [`Reader`], [`Options`] |
//! | events: typed, as JSON, as a batch | [`event`] |
//! | the columns | [`schema`] |
//! | a fetch: from JSON, checked | [`request`] |
//! | zones and granularities | [`time`] |
//! | backups, verifying, repairing | [`Store::snapshot_to`], [`maintenance`] |
//! | an answer: rows, JSON, CSV, a record batch of Arrow | [`response`] |
//!
//! | feature | what it adds |
//! |---|---|
//! | `arrow` | `Answer::to_record_batch`, with the types of arrow 59 |
//! | `parquet` | `Dump`: answers from Parquet files; `Store::export_to`: a store as such; the module `parquet`: events from and to them |

#[cfg(feature = "parquet")]
mod dump;
mod engine;
mod error;
#[cfg(feature = "parquet")]
mod export;
pub mod maintenance;
mod options;
mod reader;
mod store;

#[cfg(feature = "parquet")]
pub use dump::{Dump, DumpError, DumpOptions};
pub use error::{Error, ErrorKind};
pub use options::Options;
pub use reader::Reader;
pub use store::Store;

pub use gristmill_query::{exec, request, response, time};
#[cfg(feature = "parquet")]
pub use gristmill_storage::parquet;
pub use gristmill_storage::store::{
    Activity, Catalog, Compaction, CompactionProgress, Deleted, Deletion, Durability, DurabilityError,
    Durations, Loader, Loss, Maintenance, Organizations, Pending, Receipt, Recovery, Remains, Retention,
    Round, SegmentEntry, SegmentsTotal, Snapshot, StoreError,
};
pub use gristmill_storage::{Timestamp, dir, event, hash, schema, segment, timestamp};

/// The examples of the README, so that they stay true.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

#[cfg(test)]
mod tests {
    use super::{Error, Options, Pending, Reader, Store};

    #[test]
    fn handles_go_to_any_thread_and_are_cheap_to_clone() {
        fn shared<T: Clone + Send + Sync + 'static>() {}
        shared::<Store>();
        shared::<Reader>();
        shared::<Options>();
    }

    #[test]
    fn any_thread_may_wait_for_an_append() {
        fn shared<T: Send + Sync>() {}
        shared::<Pending<'_>>();
    }

    #[test]
    fn errors_go_to_any_thread() {
        fn error<T: std::error::Error + Send + Sync + 'static>() {}
        error::<Error>();
    }
}
