//! What to export of which store, and where to.

use super::options;
use crate::arguments::ExportArguments;
use crate::failure::Failure;
use crate::render::printable;
use gristmill::Options;
use gristmill::parquet::ExportOptions;
use gristmill::timestamp::parse_civil;
use std::path::PathBuf;

/// What to export of which store, and where to.
#[derive(Debug)]
pub(crate) struct ExportSettings {
    pub(crate) store: PathBuf,
    pub(crate) options: Options,
    pub(crate) target: PathBuf,
    pub(crate) export: ExportOptions,
    pub(crate) quiet: bool,
}

impl TryFrom<ExportArguments> for ExportSettings {
    type Error = Failure;

    fn try_from(typed: ExportArguments) -> Result<Self, Failure> {
        let mut export = ExportOptions::new().replace(typed.replace);
        if let Some(organization) = &typed.org {
            export = export.organization(organization);
        }
        if let Some(interval) = &typed.interval {
            let (start, end) = parsed(interval)?;
            export = export.time(start, end);
        }
        let options = options::for_reading(&typed.reading);
        Ok(Self { store: typed.store, options, target: typed.to, export, quiet: typed.quiet })
    }
}

/// The milliseconds of `START/END`.
fn parsed(interval: &str) -> Result<(i64, i64), Failure> {
    let wrong = |why: String| Failure::usage(format!("--interval {}: {why}", printable(interval)));
    let (start, end) = interval.split_once('/').ok_or_else(|| wrong("write it as START/END".to_owned()))?;
    let instant = |text: &str| {
        let read = parse_civil(text).map_err(|error| wrong(error.to_string()))?;
        Ok::<_, Failure>(read.local - i64::from(read.offset.unwrap_or(0)) * 1_000)
    };
    let (start, end) = (instant(start)?, instant(end)?);
    if start > end { Err(wrong("it ends before it starts".to_owned())) } else { Ok((start, end)) }
}
