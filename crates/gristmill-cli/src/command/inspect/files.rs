//! Files on disk.

use std::fs;
use std::path::Path;

/// The files of a store, by their number and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Files {
    pub(super) number: u64,
    pub(super) bytes: u64,
}

impl Files {
    /// Counts all files below a directory. A writer may remove some meanwhile: what cannot be looked at is left out.
    pub(super) fn below(directory: &Path) -> Self {
        let Ok(entries) = fs::read_dir(directory) else { return Self::default() };
        entries.flatten().fold(Self::default(), |sum, entry| {
            let found = match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => Self::below(&entry.path()),
                Ok(metadata) => Self { number: 1, bytes: metadata.len() },
                Err(_) => Self::default(),
            };
            Self { number: sum.number + found.number, bytes: sum.bytes + found.bytes }
        })
    }
}
