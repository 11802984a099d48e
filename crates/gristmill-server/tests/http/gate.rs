//! A directory in memory whose files can be kept from being read.

use gristmill::dir::{Dir, Lock, MemoryDir, ReadFile, WriteFile};
use std::io;
use std::sync::{Condvar, Mutex};

/// A directory in memory. While it is shut, whoever opens a file waits.
#[derive(Debug, Default)]
pub(crate) struct GatedDir {
    inner: MemoryDir,
    gate: Mutex<Gate>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Gate {
    shut: bool,
    waiting: usize,
}

impl GatedDir {
    pub(crate) fn shut(&self) {
        self.gate.lock().unwrap().shut = true;
    }

    pub(crate) fn open(&self) {
        self.gate.lock().unwrap().shut = false;
        self.changed.notify_all();
    }

    /// Waits until somebody waits.
    pub(crate) fn wait_until_knocked(&self) {
        let gate = self.gate.lock().unwrap();
        drop(self.changed.wait_while(gate, |gate| gate.waiting == 0).unwrap());
    }
}

impl Dir for GatedDir {
    fn create(&self, path: &str) -> io::Result<Box<dyn WriteFile>> {
        self.inner.create(path)
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn ReadFile>> {
        let mut gate = self.gate.lock().unwrap();
        gate.waiting += 1;
        self.changed.notify_all();
        let mut gate = self.changed.wait_while(gate, |gate| gate.shut).unwrap();
        gate.waiting -= 1;
        drop(gate);
        self.inner.open(path)
    }

    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        self.inner.list(path)
    }

    fn create_dir(&self, path: &str) -> io::Result<()> {
        self.inner.create_dir(path)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.inner.rename(from, to)
    }

    fn hard_link(&self, from: &str, to: &str) -> io::Result<()> {
        self.inner.hard_link(from, to)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.inner.remove(path)
    }

    fn sync_dir(&self, path: &str) -> io::Result<()> {
        self.inner.sync_dir(path)
    }

    fn try_lock(&self, path: &str) -> io::Result<Option<Box<dyn Lock>>> {
        self.inner.try_lock(path)
    }
}
