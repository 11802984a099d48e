//! What to delete from which store.

use super::{options, query};
use crate::arguments::DeleteArguments;
use crate::failure::Failure;
use gristmill::Options;
use gristmill::request::Delete;
use std::path::PathBuf;

/// What to delete from which store.
#[derive(Debug)]
pub(crate) struct DeleteSettings {
    pub(crate) store: PathBuf,
    pub(crate) options: Options,
    pub(crate) delete: Delete,
    pub(crate) dry_run: bool,
    pub(crate) purge: bool,
    pub(crate) quiet: bool,
}

impl TryFrom<DeleteArguments> for DeleteSettings {
    type Error = Failure;

    fn try_from(typed: DeleteArguments) -> Result<Self, Failure> {
        Ok(Self {
            delete: query::read_deletion(&typed.deletion, typed.org.as_deref())?,
            options: options::for_writing(&typed.writing),
            store: typed.store,
            dry_run: typed.dry_run,
            purge: typed.purge,
            quiet: typed.quiet,
        })
    }
}
