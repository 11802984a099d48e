//! What was typed, checked and resolved: files named, numbers in range, the query understood.

mod bench;
mod bench_append;
mod compact;
mod delete;
mod events;
mod export;
mod fetch;
mod generate;
mod ingest;
mod inspect;
mod options;
mod query;
mod repair;
mod retain;
mod serve;
mod serve_limits;
mod snapshot;
mod token;
mod verify;

pub(crate) use bench::{BenchOutput, BenchSettings};
pub(crate) use bench_append::{Appenders, BenchAppendSettings};
pub(crate) use compact::CompactSettings;
pub(crate) use delete::DeleteSettings;
pub(crate) use events::Events;
pub(crate) use export::ExportSettings;
pub(crate) use fetch::{FetchSettings, Output};
pub(crate) use generate::{Destination, GenerateSettings};
pub(crate) use ingest::{IngestSettings, Input, InputFormat, Invalid};
use ingest::{columns, source};
pub(crate) use inspect::InspectSettings;
pub(crate) use repair::RepairSettings;
pub(crate) use retain::{Period, RetainSettings};
pub(crate) use serve::ServeSettings;
pub(crate) use snapshot::SnapshotSettings;
pub(crate) use token::{TokenCreateSettings, TokenKeeping, TokenListSettings, TokenRevokeSettings};
pub(crate) use verify::VerifySettings;
