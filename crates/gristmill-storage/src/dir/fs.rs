//! A store folder in the file system.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt};
use std::path::{Path, PathBuf};

use super::{Dir, Lock, ReadFile, WriteFile, check_path};

/// Only the owner may look into a store folder.
const FOLDER_MODE: u32 = 0o700;

/// A folder of the file system, on Unix.
#[derive(Clone, Debug)]
pub struct FsDir {
    root: PathBuf,
}

impl FsDir {
    /// The folder at `path`, which must be there: an error of kind `NotFound` or `NotADirectory` where it is not.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let root = path.as_ref().to_path_buf();
        if fs::metadata(&root)?.is_dir() {
            Ok(Self { root })
        } else {
            Err(io::Error::from(io::ErrorKind::NotADirectory))
        }
    }

    /// The folder at `path`, created where it is absent, for its owner only; so are the folders above it.
    pub fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        create_durably(path.as_ref())?;
        Self::open(path)
    }

    /// Where the folder is.
    pub fn path(&self) -> &Path {
        &self.root
    }

    fn at(&self, path: &str) -> io::Result<PathBuf> {
        check_path(path)?;
        Ok(if path.is_empty() { self.root.clone() } else { self.root.join(path) })
    }
}

/// Creates a folder and those above it, each one's name durable in its parent.
fn create_durably(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => return Err(io::Error::from(io::ErrorKind::InvalidInput)),
    };
    create_durably(parent)?;
    match DirBuilder::new().mode(FOLDER_MODE).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
        result => result?,
    }
    File::open(parent)?.sync_all()
}

impl Dir for FsDir {
    fn create(&self, path: &str) -> io::Result<Box<dyn WriteFile>> {
        Ok(Box::new(FsWriteFile(File::create_new(self.at(path)?)?)))
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn ReadFile>> {
        Ok(Box::new(FsReadFile(File::open(self.at(path)?)?)))
    }

    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.at(path)?)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort_unstable();
        Ok(names)
    }

    fn create_dir(&self, path: &str) -> io::Result<()> {
        let full = self.at(path)?;
        match DirBuilder::new().mode(FOLDER_MODE).create(&full) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && full.is_dir() => Ok(()),
            result => result,
        }
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.at(from)?, self.at(to)?)
    }

    fn hard_link(&self, from: &str, to: &str) -> io::Result<()> {
        fs::hard_link(self.at(from)?, self.at(to)?)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        fs::remove_file(self.at(path)?)
    }

    fn sync_dir(&self, path: &str) -> io::Result<()> {
        File::open(self.at(path)?)?.sync_all()
    }

    fn try_lock(&self, path: &str) -> io::Result<Option<Box<dyn Lock>>> {
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(self.at(path)?)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // Only for the message that a second writer gets: the lock itself is what counts.
        file.set_len(0)?;
        (&file).write_all(std::process::id().to_string().as_bytes())?;
        Ok(Some(Box::new(FsLock { _file: file })))
    }

    fn try_lock_shared(&self, path: &str) -> io::Result<Option<Box<dyn Lock>>> {
        let file = File::open(self.at(path)?)?;
        match file.try_lock_shared() {
            Ok(()) => Ok(Some(Box::new(FsLock { _file: file }))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn is_lock_shared(&self, path: &str) -> io::Result<bool> {
        // Some file systems want a file that is locked by one alone to be open for writing.
        let file = OpenOptions::new().read(true).write(true).open(self.at(path)?)?;
        match file.try_lock() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn host_path(&self, path: &str) -> Option<PathBuf> {
        self.at(path).ok()
    }
}

/// Gives a file of one directory a second name in another, at the same path; an error of kind `Unsupported` where one of
/// them is no folder of the file system, and of kind `CrossesDevices` where they lie on two.
pub(crate) fn link_between(source: &dyn Dir, target: &dyn Dir, path: &str) -> io::Result<()> {
    match (source.host_path(path), target.host_path(path)) {
        (Some(from), Some(to)) => fs::hard_link(from, to),
        _ => Err(io::Error::from(io::ErrorKind::Unsupported)),
    }
}

#[derive(Debug)]
struct FsWriteFile(File);

impl WriteFile for FsWriteFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync_data()
    }
}

#[derive(Debug)]
struct FsReadFile(File);

impl ReadFile for FsReadFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.read_exact_at(buffer, offset)
    }
}

/// The operating system releases the lock with the file's last descriptor, also when the process is killed.
#[derive(Debug)]
struct FsLock {
    _file: File,
}

impl Lock for FsLock {}
