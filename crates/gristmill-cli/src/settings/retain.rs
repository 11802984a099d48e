//! How long which events are kept.

use super::options;
use crate::arguments::RetainArguments;
use crate::failure::Failure;
use gristmill::Options;
use std::path::PathBuf;
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

/// How long which events are kept.
#[derive(Debug)]
pub(crate) struct RetainSettings {
    pub(crate) store: PathBuf,
    pub(crate) options: Options,
    /// What is said anew.
    pub(crate) period: Option<Period>,
    pub(crate) organization: Option<String>,
    pub(crate) quiet: bool,
}

/// How long events are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Period {
    For(Duration),
    ForEver,
}

impl TryFrom<RetainArguments> for RetainSettings {
    type Error = Failure;

    fn try_from(typed: RetainArguments) -> Result<Self, Failure> {
        let period = match (typed.days, typed.for_ever) {
            (Some(days), _) => Some(Period::For(DAY.saturating_mul(days))),
            (None, true) => Some(Period::ForEver),
            (None, false) => None,
        };
        if period.is_none() && typed.org.is_some() {
            return Err(Failure::usage("--org needs --days N or --for-ever: how long are its events kept?"));
        }
        Ok(Self {
            options: options::for_writing(&typed.writing),
            store: typed.store,
            period,
            organization: typed.org,
            quiet: typed.quiet,
        })
    }
}
