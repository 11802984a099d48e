//! The command line from outside: the real binary, in a directory of its own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod authorization;
#[cfg(unix)]
mod bad_input;
#[cfg(unix)]
mod batches;
mod bench;
mod bench_append;
mod clients;
mod compact;
mod configuration;
mod corpus_over_http;
mod crowd;
mod delete;
mod deploy;
mod export;
mod fetch;
mod generate;
mod harness;
mod help;
mod import;
mod ingest;
#[cfg(target_os = "linux")]
mod injected;
mod inspect;
#[cfg(unix)]
mod interrupt;
#[cfg(unix)]
mod killed;
#[cfg(unix)]
mod killed_service;
mod parquet;
mod readme;
mod repair;
mod served;
mod snapshot;
mod streams;
#[cfg(unix)]
mod terminated;
#[cfg(target_os = "linux")]
mod token;
#[cfg(unix)]
mod trace;
mod verify;
