//! A folder that is there as a whole or not at all.

use super::ExportError;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process;

/// A folder that is written beside the one that it becomes.
#[derive(Debug)]
pub(super) struct Folder {
    target: PathBuf,
    /// Has a name that begins with a point, so that no pattern of files matches it.
    unfinished: PathBuf,
    replace: bool,
    published: bool,
}

impl Folder {
    /// Begins a folder. The target must be empty, unless it is to be replaced, or not be there.
    pub(super) fn claim(target: &Path, replace: bool) -> Result<Self, ExportError> {
        if !is_free(target)? && !replace {
            return Err(ExportError::NotEmpty { path: target.to_owned() });
        }
        let parent = parent(target);
        fs::create_dir_all(parent).map_err(ExportError::io("make the folder", parent))?;
        let unfinished = beside(target, "unfinished")?;
        fs::create_dir(&unfinished).map_err(ExportError::io("make the folder", &unfinished))?;
        Ok(Self { target: target.to_owned(), unfinished, replace, published: false })
    }

    /// Where to write a file that has this path below the folder.
    pub(super) fn file(&self, path: &str) -> Result<PathBuf, ExportError> {
        let path = self.unfinished.join(path);
        let folder = parent(&path);
        fs::create_dir_all(folder).map_err(ExportError::io("make the folder", folder))?;
        Ok(path)
    }

    /// Makes it the target, durably. The files in it have been synced.
    pub(super) fn publish(mut self) -> Result<(), ExportError> {
        let folders = fs::read_dir(&self.unfinished).map_err(ExportError::io("list", &self.unfinished))?;
        for folder in folders {
            sync(&folder.map_err(ExportError::io("list", &self.unfinished))?.path())?;
        }
        sync(&self.unfinished)?;
        let old = self.replace.then(|| self.put_aside()).transpose()?.flatten();
        if let Err(source) = fs::rename(&self.unfinished, &self.target) {
            if let Some(old) = &old {
                // What cannot be put back stays where it is, under a name that tells.
                let _ = fs::rename(old, &self.target);
            }
            return Err(match source.kind() {
                io::ErrorKind::DirectoryNotEmpty => ExportError::NotEmpty { path: self.target.clone() },
                _ => ExportError::io("rename a folder to", &self.target)(source),
            });
        }
        self.published = true;
        sync(parent(&self.target))?;
        match old {
            Some(old) => fs::remove_dir_all(&old).map_err(ExportError::io("remove", &old)),
            None => Ok(()),
        }
    }

    /// Gives what is at the target another name.
    fn put_aside(&self) -> Result<Option<PathBuf>, ExportError> {
        let old = beside(&self.target, "replaced")?;
        match fs::rename(&self.target, &old) {
            Ok(()) => Ok(Some(old)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ExportError::io("rename", &self.target)(error)),
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.published {
            // What cannot be removed is seen by its name.
            let _ = fs::remove_dir_all(&self.unfinished);
        }
    }
}

/// Whether there is nothing at a path, or an empty folder.
fn is_free(path: &Path) -> Result<bool, ExportError> {
    match fs::read_dir(path) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(ExportError::io("list", path)(error)),
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A hidden name of this process beside a folder.
fn beside(target: &Path, what: &str) -> Result<PathBuf, ExportError> {
    let no_name = || io::Error::new(io::ErrorKind::InvalidInput, "a folder that has a name is needed");
    let name = target.file_name().ok_or_else(|| ExportError::io("export to", target)(no_name()))?;
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{what}-{}", process::id()));
    Ok(parent(target).join(hidden))
}

/// Makes the names in a folder durable.
fn sync(folder: &Path) -> Result<(), ExportError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(ExportError::io("sync", folder))
}
