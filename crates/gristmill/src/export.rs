//! A store as Parquet files.

use crate::error::Error;
use crate::reader::Reader;
use crate::store::Store;
use gristmill_storage::parquet::{self, Export, ExportOptions, ExportProgress};
use std::ops::ControlFlow;
use std::path::Path;

impl Store {
    /// Writes everything that was stored before the call, or the part of it that the options say, into a folder as Parquet
    /// files, day by day: docs/parquet.md. [`Dump`](crate::Dump) answers from them what the store does.
    ///
    /// The folder is there when all is written and durable, and not before. `observe` is told how far it is, by any thread, and
    /// may end it. Besides the part cache, memory is needed for twice the rows of a file.
    ///
    /// # Errors
    /// The folder is not empty or cannot be written, or events cannot be read; then it is as it was.
    pub fn export_to(
        &self,
        folder: impl AsRef<Path>,
        options: &ExportOptions,
        observe: &(dyn Fn(ExportProgress) -> ControlFlow<()> + Sync),
    ) -> Result<Export, Error> {
        let snapshot = self.snapshot()?;
        Ok(parquet::export(&snapshot.for_fetch(), folder.as_ref(), options, self.threads(), observe)?)
    }
}

impl Reader {
    /// As [`Store::export_to`], of everything that was acknowledged when the reader was opened or last refreshed.
    ///
    /// # Errors
    /// As [`Store::export_to`].
    pub fn export_to(
        &self,
        folder: impl AsRef<Path>,
        options: &ExportOptions,
        observe: &(dyn Fn(ExportProgress) -> ControlFlow<()> + Sync),
    ) -> Result<Export, Error> {
        let snapshot = self.snapshot();
        Ok(parquet::export(&snapshot.for_fetch(), folder.as_ref(), options, self.threads(), observe)?)
    }
}
