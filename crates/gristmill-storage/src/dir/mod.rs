//! The few file operations a store needs, behind a trait: the file system, memory, or a directory that injects faults.

mod fs;
mod memory;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::path::PathBuf;

pub use fs::FsDir;
pub(crate) use fs::link_between;
pub use memory::MemoryDir;

/// A directory tree that holds one store. Paths are relative, with `/` between their parts, and never leave it.
///
/// What is promised is what POSIX promises and no more: bytes are durable after [`WriteFile::sync`], names after
/// [`Dir::sync_dir`] of the directory that holds them; a rename is atomic.
pub trait Dir: fmt::Debug + Send + Sync {
    /// Creates a file for appending; an error of kind `AlreadyExists` where there is one.
    fn create(&self, path: &str) -> io::Result<Box<dyn WriteFile>>;
    /// Opens a file for reading.
    fn open(&self, path: &str) -> io::Result<Box<dyn ReadFile>>;
    /// The names (not paths) in a directory, sorted; an error of kind `NotFound` where there is none.
    fn list(&self, path: &str) -> io::Result<Vec<String>>;
    /// Creates a directory; one that is already there is fine. Its parent must exist.
    fn create_dir(&self, path: &str) -> io::Result<()>;
    /// Gives a file another name, replacing what had it.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Gives a file a second name; an error of kind `AlreadyExists` where there is one.
    fn hard_link(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &str) -> io::Result<()>;
    /// Makes the names in a directory durable; `""` is the root.
    fn sync_dir(&self, path: &str) -> io::Result<()>;
    /// Takes the exclusive lock on a file, which is created when absent: `None` where another process holds it.
    /// It is held until the returned value is dropped, or the process ends.
    fn try_lock(&self, path: &str) -> io::Result<Option<Box<dyn Lock>>>;
    /// Takes a shared lock on a file that is there, without a change to it: any number of holders in any processes, until each
    /// one's returned value is dropped or its process ends. `None` where somebody looks whether it is held; an error of
    /// kind `NotFound` where there is no such file, of kind `Unsupported` where there are no shared locks.
    fn try_lock_shared(&self, path: &str) -> io::Result<Option<Box<dyn Lock>>> {
        let _ = path;
        Err(io::Error::from(io::ErrorKind::Unsupported))
    }
    /// Whether somebody holds a shared lock on a file.
    fn is_lock_shared(&self, path: &str) -> io::Result<bool> {
        let _ = path;
        Ok(false)
    }
    /// Where a file lies in the file system; `None` where the tree is no folder there, or `path` no path in it.
    fn host_path(&self, path: &str) -> Option<PathBuf> {
        let _ = path;
        None
    }
}

/// A file being written, from its start to its end.
pub trait WriteFile: fmt::Debug + Send {
    /// Appends all the bytes: short writes are continued, interruptions retried.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Makes everything appended so far durable. After an error the file must not be relied on any more.
    fn sync(&mut self) -> io::Result<()>;
}

/// A file open for reading at any position.
#[expect(clippy::len_without_is_empty, reason = "nobody asks a file whether it is empty")]
pub trait ReadFile: fmt::Debug + Send + Sync {
    /// The length in bytes.
    fn len(&self) -> io::Result<u64>;
    /// Fills `buffer` from `offset`; an error of kind `UnexpectedEof` where the file ends before.
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;
}

/// A held lock; dropping it releases it.
pub trait Lock: fmt::Debug + Send + Sync {}

/// Checks that a path is relative, with `/` between its parts, and stays inside; `""` is the root.
fn check_path(path: &str) -> io::Result<()> {
    let plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', '\0']);
    if path.is_empty() || path.split('/').all(plain) {
        return Ok(());
    }
    let message = format!("{path:?} is not a path inside the store folder");
    Err(io::Error::new(io::ErrorKind::InvalidInput, message))
}
