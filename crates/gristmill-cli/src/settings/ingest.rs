//! Which events to load into which store.

use super::options;
use crate::arguments::{ImportArguments, IngestArguments, OnInvalid, SourceWord};
use crate::failure::{Code, Failure};
use crate::render::printable;
use gristmill::Options;
use gristmill::event::{Batch, Source, SourceRule};
use gristmill::parquet::ColumnMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Which events to load into which store.
#[derive(Clone, Debug)]
pub(crate) struct IngestSettings {
    pub(crate) store: PathBuf,
    pub(crate) options: Options,
    pub(crate) inputs: Vec<Input>,
    pub(crate) format: InputFormat,
    /// Other names of the columns of Parquet files.
    pub(crate) map: ColumnMap,
    /// Bytes of all inputs together; `None` when one of them has no length.
    pub(crate) input_bytes: Option<u64>,
    pub(crate) rule: SourceRule,
    pub(crate) invalid: Invalid,
    pub(crate) token: Option<String>,
    /// Events of a batch, at least one; `None` where all events are one load.
    pub(crate) batch_rows: Option<usize>,
    /// Threads that parse, sort and write.
    pub(crate) threads: usize,
    pub(crate) quiet: bool,
}

/// How the files hold their events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InputFormat {
    Json,
    Parquet,
}

/// Where events come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    Stdin,
    File(PathBuf),
}

/// What to do about an event that is not valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Invalid {
    Abort,
    /// Leave it out and write it to this file.
    Skip(PathBuf),
}

/// Bytes of a colon and the number of a batch, at most.
const MAX_NUMBER_BYTES: usize = 21;
/// Where skipped events go unless another file is named.
const REJECTS: &str = "rejects.ndjson";

impl Input {
    /// The name in messages and in the rejects file.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Stdin => "stdin".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }
}

impl TryFrom<IngestArguments> for IngestSettings {
    type Error = Failure;

    fn try_from(typed: IngestArguments) -> Result<Self, Failure> {
        let invalid = invalid(typed.on_invalid, typed.rejects)?;
        let inputs: Vec<Input> = typed.files.into_iter().map(input).collect();
        if inputs.iter().filter(|input| **input == Input::Stdin).count() > 1 {
            return Err(Failure::usage("stdin (`-`) can be read only once"));
        }
        let input_bytes = input_bytes(&inputs)?;
        let batch_rows = typed.batch_rows.map(|rows| rows as usize);
        if let Invalid::Skip(rejects) = &invalid {
            expect_no_input(rejects, &inputs)?;
        }
        Ok(Self {
            threads: options::threads(&typed.writing.reading),
            // A stream of batches may last; a load is over soon.
            options: options::for_writing(&typed.writing)
                .durability(typed.appending.durability)
                .background(batch_rows.is_some()),
            store: typed.store,
            inputs,
            format: InputFormat::Json,
            map: ColumnMap::new(),
            input_bytes,
            rule: source(typed.source),
            invalid,
            token: token(typed.batch_id, if batch_rows.is_some() { MAX_NUMBER_BYTES } else { 0 })?,
            batch_rows,
            quiet: typed.quiet,
        })
    }
}

impl TryFrom<ImportArguments> for IngestSettings {
    type Error = Failure;

    fn try_from(typed: ImportArguments) -> Result<Self, Failure> {
        let inputs: Vec<Input> = typed.files.into_iter().map(input).collect();
        if inputs.contains(&Input::Stdin) {
            return Err(Failure::usage("a Parquet file is read from its end, so it cannot be stdin (`-`)"));
        }
        Ok(Self {
            threads: options::threads(&typed.writing.reading),
            options: options::for_writing(&typed.writing),
            store: typed.store,
            input_bytes: input_bytes(&inputs)?,
            inputs,
            format: InputFormat::Parquet,
            map: columns(&typed.map)?,
            rule: source(typed.source),
            invalid: Invalid::Abort,
            token: token(typed.batch_id, 0)?,
            batch_rows: None,
            quiet: typed.quiet,
        })
    }
}

/// Checks a token to which so many bytes may be added.
fn token(typed: Option<String>, more: usize) -> Result<Option<String>, Failure> {
    let bytes = typed.as_ref().map_or(1, String::len);
    let most = Batch::MAX_TOKEN_BYTES - more;
    if (1..=most).contains(&bytes) {
        return Ok(typed);
    }
    Err(Failure::usage(format!("--batch-id has 1 to {most} bytes, this one has {bytes}")))
}

fn input(path: PathBuf) -> Input {
    if path.as_os_str() == "-" { Input::Stdin } else { Input::File(path) }
}

/// The columns of files that have other names there.
pub(super) fn columns(typed: &[String]) -> Result<ColumnMap, Failure> {
    ColumnMap::parse(typed.iter().map(String::as_str))
        .map_err(|error| Failure::usage(format!("--map: {}", printable(&error.to_string()))))
}

/// Who says how far the sender of an event is trusted.
pub(super) fn source(word: SourceWord) -> SourceRule {
    match word {
        SourceWord::Trusted => SourceRule::Fixed(Source::Trusted),
        SourceWord::Untrusted => SourceRule::Fixed(Source::Untrusted),
        SourceWord::FromEvent => SourceRule::FromEvent,
    }
}

fn invalid(word: OnInvalid, rejects: Option<PathBuf>) -> Result<Invalid, Failure> {
    match (word, rejects) {
        (OnInvalid::Abort, None) => Ok(Invalid::Abort),
        (OnInvalid::Abort, Some(_)) => {
            Err(Failure::usage("--rejects goes with --on-invalid skip: with abort nothing is left out"))
        }
        (OnInvalid::Skip, rejects) => Ok(Invalid::Skip(rejects.unwrap_or_else(|| PathBuf::from(REJECTS)))),
    }
}

/// Looks at every file before the first is read: a name mistyped at the end of the line is told at once.
fn input_bytes(inputs: &[Input]) -> Result<Option<u64>, Failure> {
    let mut total = Some(0_u64);
    for input in inputs {
        let Input::File(path) = input else {
            total = None;
            continue;
        };
        let metadata = fs::metadata(path).map_err(|error| {
            Failure::caused(Code::Other, &format!("cannot read `{}`", path.display()), &error)
        })?;
        if metadata.is_dir() {
            let message = format!("`{}` is a directory: name the files in it", path.display());
            return Err(Failure::new(Code::Other, message));
        }
        let length = metadata.is_file().then_some(metadata.len());
        total = total.zip(length).map(|(total, length)| total.saturating_add(length));
    }
    Ok(total)
}

/// Writing the rejects must not destroy what is about to be read.
fn expect_no_input(rejects: &Path, inputs: &[Input]) -> Result<(), Failure> {
    let Ok(rejects_path) = fs::canonicalize(rejects) else { return Ok(()) };
    let is_rejects = |input: &Input| match input {
        Input::Stdin => false,
        Input::File(path) => fs::canonicalize(path).is_ok_and(|path| path == rejects_path),
    };
    if inputs.iter().any(is_rejects) {
        let message = format!("`{}` cannot be both a file of events and the rejects file", rejects.display());
        return Err(Failure::usage(message));
    }
    Ok(())
}
