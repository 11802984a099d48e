//! `gristmill ingest`, as typed.

use super::{Appending, Writing};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Load files of events into a store
///
/// All files together are one load: it is stored as a whole or not at all, whatever its size. With `--batch-rows` they are
/// batches instead, each of which is stored as a whole or not at all. The store is created where there is none.
#[derive(Debug, Args)]
#[command(after_help = "\
Events are JSON: one object a line, an array, or {\"events\":[...]}; plain, gzip or zstd, which is told by the first \
bytes. The files are read one after the other and never held in memory as a whole.

When stdout is no terminal, the receipt is printed there as one line of JSON: {\"stored\":12,...}.

Examples:
  gristmill ingest --store store events.ndjson more.ndjson.gz
  zcat dump.gz | gristmill ingest --store store -
  gristmill ingest --store store --on-invalid skip --rejects bad.ndjson events.ndjson
  gristmill ingest --store store --source trusted --batch-id nightly-2021-10-31 events.ndjson
  producer | gristmill ingest --store store --batch-rows 100 --batch-id run-7 -")]
pub(crate) struct IngestArguments {
    /// Directory of the store
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,

    /// Files of events; `-` is stdin
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,

    /// Who says how far the sender of an event is trusted
    #[arg(long, value_name = "WHO", value_enum, default_value = "from-event")]
    pub(crate) source: SourceWord,

    /// What to do about an event that is not valid
    #[arg(long, value_name = "WHAT", value_enum, default_value = "abort")]
    pub(crate) on_invalid: OnInvalid,

    /// Where `--on-invalid skip` writes the events it leaves out, with the reasons; an older file of that name is replaced
    /// [default: rejects.ndjson]
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,

    /// Name of this load, 1 to 256 bytes: a load of the same name stores nothing again and gives the same receipt. With
    /// `--batch-rows` the batches are named TOKEN:0, TOKEN:1 and so on, so that the same command, after a crash, stores what
    /// is missing
    #[arg(long, value_name = "TOKEN")]
    pub(crate) batch_id: Option<String>,

    /// Store each N events as a batch of its own, by `--threads` threads at once; stdout gets a line of JSON for each one as
    /// soon as it is acknowledged
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) batch_rows: Option<u32>,

    /// No progress bar and no summary; errors are still told
    #[arg(long, short)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) appending: Appending,

    #[command(flatten)]
    pub(crate) writing: Writing,
}

/// Who says how far the sender of an event is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SourceWord {
    /// All are trusted; an event that says otherwise is not valid
    Trusted,
    /// None is trusted; an event that says otherwise is not valid
    Untrusted,
    /// The event itself, untrusted when it says nothing
    FromEvent,
}

/// What to do about an event that is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnInvalid {
    /// Store nothing, and list the first 100 of them
    Abort,
    /// Store the others
    Skip,
}
