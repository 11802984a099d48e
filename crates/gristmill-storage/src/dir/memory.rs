//! A store folder in memory, for tests and for stores that need not outlive their process.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Dir, Lock, ReadFile, WriteFile, check_path};

/// A directory tree in memory. A clone is another handle on the same tree.
#[derive(Clone, Debug, Default)]
pub struct MemoryDir {
    tree: Arc<Mutex<Tree>>,
}

/// The bytes of a file; handles keep them alive when the last name is gone.
type Node = Arc<Mutex<Vec<u8>>>;

#[derive(Debug, Default)]
struct Tree {
    files: BTreeMap<String, Node>,
    folders: BTreeSet<String>,
    locked: BTreeSet<String>,
    /// How many hold a shared lock.
    shared: BTreeMap<String, usize>,
}

impl MemoryDir {
    /// An empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// A copy that shares nothing with this tree: what a reader would find were the process killed now. No lock is
    /// held in it.
    #[must_use]
    pub fn fork(&self) -> Self {
        let tree = hold(&self.tree);
        let files = tree.files.iter().map(|(path, node)| {
            let bytes = hold(node).clone();
            (path.clone(), Arc::new(Mutex::new(bytes)))
        });
        let copy = Tree { files: files.collect(), folders: tree.folders.clone(), ..Tree::default() };
        Self { tree: Arc::new(Mutex::new(copy)) }
    }

    /// The paths of every file, sorted.
    pub fn files(&self) -> Vec<String> {
        hold(&self.tree).files.keys().cloned().collect()
    }

    /// How many handles there are on files that still have a name.
    #[cfg(test)]
    pub(crate) fn open_handles(&self) -> usize {
        hold(&self.tree).files.values().map(|node| Arc::strong_count(node) - 1).sum()
    }

    /// The bytes of a file.
    pub fn bytes(&self, path: &str) -> io::Result<Vec<u8>> {
        let node = hold(&self.tree).node(path)?;
        let bytes = hold(&node).clone();
        Ok(bytes)
    }

    /// Replaces the bytes of a file, in place, as a fault of the disk would.
    pub fn set_bytes(&self, path: &str, bytes: Vec<u8>) -> io::Result<()> {
        let node = hold(&self.tree).node(path)?;
        *hold(&node) = bytes;
        Ok(())
    }
}

/// Every change under these locks is one step, so a panic elsewhere leaves nothing half done.
fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn error(kind: io::ErrorKind, path: &str) -> io::Error {
    io::Error::new(kind, format!("{kind}: {path:?}"))
}

impl Tree {
    fn node(&self, path: &str) -> io::Result<Node> {
        check_path(path)?;
        if self.folders.contains(path) {
            return Err(error(io::ErrorKind::IsADirectory, path));
        }
        self.files.get(path).cloned().ok_or_else(|| error(io::ErrorKind::NotFound, path))
    }

    fn check_folder(&self, path: &str) -> io::Result<()> {
        check_path(path)?;
        if path.is_empty() || self.folders.contains(path) {
            return Ok(());
        }
        let kind = if self.files.contains_key(path) {
            io::ErrorKind::NotADirectory
        } else {
            io::ErrorKind::NotFound
        };
        Err(error(kind, path))
    }

    /// Checks that a name can be given to a file: its folder is there, and it is not a folder's name.
    fn check_name(&self, path: &str) -> io::Result<()> {
        check_path(path)?;
        self.check_folder(path.rsplit_once('/').map_or("", |(folder, _)| folder))?;
        if path.is_empty() || self.folders.contains(path) {
            return Err(error(io::ErrorKind::IsADirectory, path));
        }
        Ok(())
    }

    fn check_new_name(&self, path: &str) -> io::Result<()> {
        self.check_name(path)?;
        if self.files.contains_key(path) { Err(error(io::ErrorKind::AlreadyExists, path)) } else { Ok(()) }
    }
}

impl Dir for MemoryDir {
    fn create(&self, path: &str) -> io::Result<Box<dyn WriteFile>> {
        let mut tree = hold(&self.tree);
        tree.check_new_name(path)?;
        let node = Node::default();
        tree.files.insert(path.to_owned(), Arc::clone(&node));
        Ok(Box::new(MemoryFile(node)))
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn ReadFile>> {
        Ok(Box::new(MemoryFile(hold(&self.tree).node(path)?)))
    }

    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        let tree = hold(&self.tree);
        tree.check_folder(path)?;
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        let inside =
            |full: &String| Some(full.strip_prefix(&prefix)?.to_owned()).filter(|name| !name.contains('/'));
        let mut names: Vec<String> = tree.files.keys().chain(&tree.folders).filter_map(inside).collect();
        names.sort_unstable();
        Ok(names)
    }

    fn create_dir(&self, path: &str) -> io::Result<()> {
        let mut tree = hold(&self.tree);
        if !tree.folders.contains(path) {
            tree.check_new_name(path)?;
            tree.folders.insert(path.to_owned());
        }
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut tree = hold(&self.tree);
        let node = tree.node(from)?;
        tree.check_name(to)?;
        tree.files.remove(from);
        tree.files.insert(to.to_owned(), node);
        Ok(())
    }

    fn hard_link(&self, from: &str, to: &str) -> io::Result<()> {
        let mut tree = hold(&self.tree);
        let node = tree.node(from)?;
        tree.check_new_name(to)?;
        tree.files.insert(to.to_owned(), node);
        Ok(())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let mut tree = hold(&self.tree);
        tree.node(path)?;
        tree.files.remove(path);
        Ok(())
    }

    fn sync_dir(&self, path: &str) -> io::Result<()> {
        hold(&self.tree).check_folder(path)
    }

    fn try_lock(&self, path: &str) -> io::Result<Option<Box<dyn Lock>>> {
        let mut tree = hold(&self.tree);
        tree.check_name(path)?;
        if !tree.locked.insert(path.to_owned()) {
            return Ok(None);
        }
        let holder = std::process::id().to_string().into_bytes();
        tree.files.insert(path.to_owned(), Arc::new(Mutex::new(holder)));
        Ok(Some(Box::new(MemoryLock { tree: Arc::clone(&self.tree), path: path.to_owned() })))
    }

    fn try_lock_shared(&self, path: &str) -> io::Result<Option<Box<dyn Lock>>> {
        let mut tree = hold(&self.tree);
        tree.node(path)?;
        *tree.shared.entry(path.to_owned()).or_default() += 1;
        Ok(Some(Box::new(SharedMemoryLock { tree: Arc::clone(&self.tree), path: path.to_owned() })))
    }

    fn is_lock_shared(&self, path: &str) -> io::Result<bool> {
        let tree = hold(&self.tree);
        tree.node(path)?;
        Ok(tree.shared.contains_key(path))
    }
}

#[derive(Debug)]
struct MemoryFile(Node);

impl WriteFile for MemoryFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        hold(&self.0).extend_from_slice(bytes);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl ReadFile for MemoryFile {
    fn len(&self) -> io::Result<u64> {
        u64::try_from(hold(&self.0).len()).map_err(io::Error::other)
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let bytes = hold(&self.0);
        let found = usize::try_from(offset).ok().and_then(|start| bytes.get(start..)?.get(..buffer.len()));
        buffer.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

#[derive(Debug)]
struct MemoryLock {
    tree: Arc<Mutex<Tree>>,
    path: String,
}

impl Drop for MemoryLock {
    fn drop(&mut self) {
        hold(&self.tree).locked.remove(&self.path);
    }
}

impl Lock for MemoryLock {}

#[derive(Debug)]
struct SharedMemoryLock {
    tree: Arc<Mutex<Tree>>,
    path: String,
}

impl Drop for SharedMemoryLock {
    fn drop(&mut self) {
        let mut tree = hold(&self.tree);
        if let Some(holders) = tree.shared.get_mut(&self.path) {
            *holders -= 1;
            if *holders == 0 {
                tree.shared.remove(&self.path);
            }
        }
    }
}

impl Lock for SharedMemoryLock {}
