//! A directory that tells a test of each call before it is done.

use super::*;
use crate::dir::{Lock, ReadFile, WriteFile};
use std::io;

/// Gets the name of a call and its path; an error is what the call gives.
type Hook = Box<dyn Fn(&'static str, &str) -> io::Result<()> + Send + Sync>;

struct HookedDir {
    dir: MemoryDir,
    hook: Hook,
}

/// A handle on a directory, with a hook.
pub(super) fn hooked(
    dir: &MemoryDir,
    hook: impl Fn(&'static str, &str) -> io::Result<()> + Send + Sync + 'static,
) -> Arc<dyn Dir> {
    Arc::new(HookedDir { dir: dir.clone(), hook: Box::new(hook) })
}

impl std::fmt::Debug for HookedDir {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.dir.fmt(f)
    }
}

impl Dir for HookedDir {
    fn create(&self, path: &str) -> io::Result<Box<dyn WriteFile>> {
        (self.hook)("create", path)?;
        self.dir.create(path)
    }
    fn open(&self, path: &str) -> io::Result<Box<dyn ReadFile>> {
        (self.hook)("open", path)?;
        self.dir.open(path)
    }
    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        (self.hook)("list", path)?;
        self.dir.list(path)
    }
    fn create_dir(&self, path: &str) -> io::Result<()> {
        (self.hook)("create_dir", path)?;
        self.dir.create_dir(path)
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        (self.hook)("rename", from)?;
        self.dir.rename(from, to)
    }
    fn hard_link(&self, from: &str, to: &str) -> io::Result<()> {
        (self.hook)("hard_link", from)?;
        self.dir.hard_link(from, to)
    }
    fn remove(&self, path: &str) -> io::Result<()> {
        (self.hook)("remove", path)?;
        self.dir.remove(path)
    }
    fn sync_dir(&self, path: &str) -> io::Result<()> {
        (self.hook)("sync_dir", path)?;
        self.dir.sync_dir(path)
    }
    fn try_lock(&self, path: &str) -> io::Result<Option<Box<dyn Lock>>> {
        (self.hook)("try_lock", path)?;
        self.dir.try_lock(path)
    }
    fn try_lock_shared(&self, path: &str) -> io::Result<Option<Box<dyn Lock>>> {
        (self.hook)("try_lock_shared", path)?;
        self.dir.try_lock_shared(path)
    }
    fn is_lock_shared(&self, path: &str) -> io::Result<bool> {
        (self.hook)("is_lock_shared", path)?;
        self.dir.is_lock_shared(path)
    }
}
