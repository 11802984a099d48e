//! The file of the catalog: read as a whole, replaced as a whole.

use std::io;

use crate::dir::Dir;

use super::codec::{self, CURRENT, Fault, PREFIX_LEN};
use super::{Catalog, CatalogError};

/// The names of the catalog's files.
pub(crate) mod names {
    /// The catalog.
    pub(crate) const CATALOG: &str = "CATALOG";
    /// The one before, for repair only: it may miss segments.
    pub(crate) const OLD: &str = "CATALOG.old";
    /// One being written.
    pub(crate) const TEMPORARY: &str = "CATALOG.tmp";
}

/// How publishing a catalog failed.
#[derive(Debug)]
pub(crate) enum Publish {
    /// The catalog before still stands.
    Refused(CatalogError),
    /// Which of the two a reader finds after a power cut is not known, so nothing may be built on either.
    InDoubt(CatalogError),
}

impl Publish {
    /// What went wrong, where both cases end the same way.
    pub(crate) fn into_error(self) -> CatalogError {
        match self {
            Self::Refused(error) | Self::InDoubt(error) => error,
        }
    }
}

/// The catalog of a store; `None` where there is no file of that name.
pub(crate) fn read(dir: &dyn Dir) -> Result<Option<Catalog>, CatalogError> {
    read_file(dir, names::CATALOG)
}

/// The catalog in a file of that name; `None` where there is none.
pub(crate) fn read_file(dir: &dyn Dir, name: &str) -> Result<Option<Catalog>, CatalogError> {
    let bytes = match read_bytes(dir, name) {
        Ok(bytes) => bytes,
        Err(Unreadable::Io(source)) if source.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(Unreadable::Io(source)) => return Err(CatalogError::io("read", name, source)),
        Err(Unreadable::Bad(fault)) => return Err(fault.of(name)),
    };
    codec::decode(&bytes).map(Some).map_err(|fault| fault.of(name))
}

/// Whether the catalog in place is the one of this number. Only its first bytes are read.
pub(crate) fn is_newest(dir: &dyn Dir, number: u64) -> bool {
    let mut start = [0; PREFIX_LEN + size_of::<u64>()];
    let read = dir.open(names::CATALOG).and_then(|file| file.read_exact_at(&mut start, 0));
    read.is_ok() && start[PREFIX_LEN..] == number.to_le_bytes()
}

/// Replaces the catalog: durable under another name, read back, renamed, the name durable.
pub(crate) fn publish(dir: &dyn Dir, catalog: &Catalog) -> Result<(), Publish> {
    let bytes = codec::encode(catalog);
    write_temporary(dir, &bytes).map_err(Publish::Refused)?;
    keep_old(dir).map_err(|source| Publish::Refused(CatalogError::io("keep the old", names::OLD, source)))?;
    put_in_place(dir, &bytes)
}

/// As [`publish`], but the one that is replaced does not take the place of the one before: where it is damaged, that one
/// is all there is.
pub(crate) fn replace(dir: &dyn Dir, catalog: &Catalog) -> Result<(), Publish> {
    let bytes = codec::encode(catalog);
    write_temporary(dir, &bytes).map_err(Publish::Refused)?;
    put_in_place(dir, &bytes)
}

/// Gives the temporary file, which is durable, the name of the catalog.
fn put_in_place(dir: &dyn Dir, bytes: &[u8]) -> Result<(), Publish> {
    if let Err(source) = dir.rename(names::TEMPORARY, names::CATALOG) {
        let error = CatalogError::io("rename", names::TEMPORARY, source);
        let renamed = read_bytes(dir, names::CATALOG).is_ok_and(|found| found == bytes);
        return Err(if renamed { Publish::InDoubt(error) } else { Publish::Refused(error) });
    }
    dir.sync_dir("").map_err(|source| {
        Publish::InDoubt(CatalogError::io("make durable the name of", names::CATALOG, source))
    })
}

fn write_temporary(dir: &dyn Dir, bytes: &[u8]) -> Result<(), CatalogError> {
    let file = names::TEMPORARY;
    let failed = |action| move |source| CatalogError::io(action, file, source);
    absent_is_fine(dir.remove(file)).map_err(failed("remove"))?;
    let mut writer = dir.create(file).map_err(failed("create"))?;
    writer.append(bytes).map_err(failed("write"))?;
    writer.sync().map_err(failed("sync"))?;
    match read_bytes(dir, file) {
        Ok(found) if found == bytes => Ok(()),
        Ok(_) => Err(Fault::unlike().of(file)),
        Err(Unreadable::Bad(fault)) => Err(fault.of(file)),
        Err(Unreadable::Io(source)) => Err(CatalogError::io("read back", file, source)),
    }
}

/// Gives the catalog in place a second name. A file system without hard links does without.
fn keep_old(dir: &dyn Dir) -> io::Result<()> {
    absent_is_fine(dir.remove(names::OLD))?;
    match dir.hard_link(names::CATALOG, names::OLD) {
        Err(error)
            if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied) =>
        {
            Ok(())
        }
        result => absent_is_fine(result),
    }
}

fn absent_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

enum Unreadable {
    Io(io::Error),
    Bad(Fault),
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// All bytes, their number checked against what the first of them say before memory is taken for them.
fn read_bytes(dir: &dyn Dir, path: &str) -> Result<Vec<u8>, Unreadable> {
    let file = dir.open(path)?;
    let length = file.len()?;
    if length < PREFIX_LEN as u64 {
        return Err(Unreadable::Bad(Fault::short(length)));
    }
    let mut prefix = [0; PREFIX_LEN];
    file.read_exact_at(&mut prefix, 0)?;
    let told = codec::length(&prefix).map_err(Unreadable::Bad)?;
    if told != length {
        return Err(Unreadable::Bad(Fault::length(told, length)));
    }
    let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    file.read_exact_at(&mut bytes, 0)?;
    Ok(bytes)
}

impl Fault {
    fn of(self, path: &str) -> CatalogError {
        let file = path.to_owned();
        match self {
            Self::NewerFormat(found) => CatalogError::NewerFormat { file, found, newest: CURRENT },
            Self::Damaged { offset, expected, found } => {
                CatalogError::Damaged { file, offset: offset as u64, expected, found }
            }
        }
    }
}
