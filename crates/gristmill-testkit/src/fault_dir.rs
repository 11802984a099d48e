//! A directory in memory that fails on command, and that forgets what a power cut would.
//!
//! What survives a power cut: of each file the bytes that were synced, and any part of those that were not; of each
//! folder the names that were there when it was synced, and any of the changes since. A second name that a rename
//! leaves behind in another folder counts as a change of that folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gristmill::dir::{Dir, Lock, ReadFile, WriteFile};

/// Bytes that a disk writes at once.
const SECTOR: usize = 512;

/// When a fault happens. Calls are counted from 1 on, over the directory and all its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// At the call of this number.
    Call(u64),
    /// At the change of this number: reads are not counted.
    Change(u64),
}

/// What happens then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The process or the power ends: this call and all later ones fail. A write leaves a part of its bytes.
    Stop,
    /// This call fails; a write leaves a part of its bytes, a sync loses what was not durable.
    Once(io::ErrorKind),
    /// From this call on, whatever needs room on the disk fails, until [`FaultDir::heal`].
    Full,
}

/// A directory in memory with faults. A clone is another handle on the same tree.
#[derive(Clone, Debug, Default)]
pub struct FaultDir {
    state: Arc<Mutex<State>>,
}

/// What a power cut leaves.
#[derive(Debug)]
pub struct Survivor {
    /// The directory as it is found afterwards.
    pub dir: FaultDir,
    /// Paths that had been removed or renamed, and are there again; sorted.
    pub returned: Vec<String>,
    /// Paths whose file has other bytes than it had; sorted.
    pub changed: Vec<String>,
}

/// Is told of the power cut that might have been before a change, with the number of that change.
pub type Watcher = Box<dyn FnMut(u64, Survivor) + Send>;

struct Watch(Watcher);

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}

#[derive(Debug, Default)]
struct State {
    /// What processes see.
    now: Tree,
    /// What is on the disk for sure.
    durable: Tree,
    /// Changes of names that `durable` lacks, oldest first.
    pending: Vec<Change>,
    locked: BTreeSet<String>,
    /// How many hold a shared lock.
    shared: BTreeMap<String, usize>,
    calls: u64,
    changes: u64,
    fault: Option<(At, Fault)>,
    stopped: bool,
    full: bool,
    random: Random,
    watch: Option<Watch>,
}

#[derive(Clone, Debug, Default)]
struct Tree {
    files: BTreeMap<String, Node>,
    folders: BTreeSet<String>,
}

type Node = Arc<Mutex<File>>;

#[derive(Clone, Debug, Default)]
struct File {
    bytes: Vec<u8>,
    /// What the disk has of them for sure.
    durable: Vec<u8>,
    /// Where bytes were lost by a failed sync: readers still see them, and no later sync writes them.
    lost: Vec<(usize, usize)>,
}

#[derive(Clone, Debug)]
enum Change {
    Folder(String),
    Add(String, Node),
    Remove(String),
    Rename(String, String, Node),
}

/// A small generator of numbers (`SplitMix64`), so that a seed makes the same faults everywhere.
#[derive(Clone, Debug, Default)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number from 0 to `limit`.
    fn upto(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % (limit as u64 + 1)).unwrap_or(limit)
    }
}

impl FaultDir {
    /// An empty directory without faults.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many calls there were, on the directory and on its files.
    pub fn calls(&self) -> u64 {
        self.lock().calls
    }

    /// How many of them changed something, or were to.
    pub fn changes(&self) -> u64 {
        self.lock().changes
    }

    /// Lets a call fail; a fault that was asked for before is forgotten.
    pub fn fail(&self, at: At, fault: Fault) {
        self.lock().fault = Some((at, fault));
    }

    /// Ends [`Fault::Full`], and forgets a fault that was not reached.
    pub fn heal(&self) {
        let mut state = self.lock();
        state.full = false;
        state.fault = None;
    }

    /// The paths of all files, sorted.
    pub fn files(&self) -> Vec<String> {
        self.lock().now.files.keys().cloned().collect()
    }

    /// What is found after the process was killed: everything written is there. No lock is held, no fault is left.
    #[must_use]
    pub fn after_kill(&self) -> Self {
        let state = self.lock();
        let pending = state.pending.clone();
        let copy = State {
            now: state.now.clone(),
            durable: state.durable.clone(),
            pending,
            random: state.random.clone(),
            ..State::default()
        };
        Self { state: Arc::new(Mutex::new(copy.unshared())) }
    }

    /// What is found after the power was cut. Seeds differ in what of the unsynced survives.
    #[must_use]
    pub fn after_power_cut(&self, seed: u64) -> Self {
        self.lock().survivor(seed)
    }

    /// From now on tells of a power cut before each change. Each seed, and each change, loses something else.
    pub fn watch(&self, seed: u64, watcher: Watcher) {
        let mut state = self.lock();
        state.random = Random(seed);
        state.watch = Some(Watch(watcher));
    }

    /// Tells of no more power cuts.
    pub fn unwatch(&self) {
        self.lock().watch = None;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        hold(&self.state)
    }
}

impl State {
    /// Tells whoever watches of the power cut that might be now.
    fn tell_watcher(&mut self) {
        let Some(Watch(mut watcher)) = self.watch.take() else { return };
        let seed = self.random.next();
        let dir = self.survivor(seed);
        let (returned, changed) = {
            let left = hold(&dir.state);
            let returned = left.now.files.keys().filter(|path| !self.now.files.contains_key(*path));
            let other = |(path, node): &(&String, &Node)| {
                self.now.files.get(*path).is_some_and(|before| hold(before).bytes != hold(node).bytes)
            };
            let changed = left.now.files.iter().filter(other).map(|(path, _)| path.clone());
            (returned.cloned().collect(), changed.collect())
        };
        watcher(self.changes, Survivor { dir, returned, changed });
        self.watch = Some(Watch(watcher));
    }

    fn survivor(&self, seed: u64) -> FaultDir {
        let mut random = Random(seed);
        let mut tree = self.durable.clone();
        for change in &self.pending {
            if random.next() & 1 == 0 {
                tree.apply(change);
            }
        }
        let mut survived: BTreeMap<*const Mutex<File>, Node> = BTreeMap::new();
        for node in tree.files.values_mut() {
            let copy = survived.entry(Arc::as_ptr(node)).or_insert_with(|| {
                let bytes = hold(node).survivor(&mut random);
                Arc::new(Mutex::new(File { durable: bytes.clone(), bytes, lost: Vec::new() }))
            });
            *node = Arc::clone(copy);
        }
        tree.drop_orphans();
        let state = Self { now: tree.clone(), durable: tree, random, ..Self::default() };
        FaultDir { state: Arc::new(Mutex::new(state)) }
    }
}

fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn error(kind: io::ErrorKind, path: &str) -> io::Error {
    io::Error::new(kind, format!("{kind} (made on purpose): {path:?}"))
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

impl File {
    /// The bytes on the disk after a power cut.
    fn survivor(&self, random: &mut Random) -> Vec<u8> {
        let shared = self.durable.len().min(self.bytes.len());
        let mut bytes = self.durable[..shared].to_vec();
        // How far the file had grown, and which sectors of that were written; the others hold anything.
        let end = shared + random.upto(self.bytes.len() - shared);
        let style = random.upto(3);
        let mut at = shared;
        while at < end {
            let next = ((at / SECTOR + 1) * SECTOR).min(end);
            match style {
                0 => return bytes,
                1 => bytes.extend(&self.bytes[at..next]),
                _ if random.next() & 1 == 0 => bytes.extend(&self.bytes[at..next]),
                2 => bytes.resize(next, 0),
                _ => bytes.extend((at..next).map(|_| random.next().to_le_bytes()[0])),
            }
            at = next;
        }
        bytes
    }

    fn sync(&mut self) {
        self.durable = self.bytes.clone();
        for &(start, end) in &self.lost {
            self.durable[start..end].fill(0);
        }
    }

    fn fail_sync(&mut self) {
        let lost = (self.durable.len(), self.bytes.len());
        self.lost.push(lost);
    }
}

impl Tree {
    fn apply(&mut self, change: &Change) {
        match change {
            Change::Folder(path) => {
                self.folders.insert(path.clone());
            }
            Change::Add(path, node) => {
                self.files.insert(path.clone(), Arc::clone(node));
            }
            Change::Remove(path) => {
                self.files.remove(path);
            }
            Change::Rename(from, to, node) => {
                self.files.remove(from);
                self.files.insert(to.clone(), Arc::clone(node));
            }
        }
    }

    /// A folder whose own name is lost takes its files with it.
    fn drop_orphans(&mut self) {
        let Self { files, folders } = self;
        files.retain(|path, _| folder_of(path).is_empty() || folders.contains(folder_of(path)));
    }

    fn node(&self, path: &str) -> io::Result<&Node> {
        self.files.get(path).ok_or_else(|| error(io::ErrorKind::NotFound, path))
    }

    fn check_folder(&self, path: &str) -> io::Result<()> {
        if path.is_empty() || self.folders.contains(path) {
            return Ok(());
        }
        Err(error(io::ErrorKind::NotFound, path))
    }

    fn check_new(&self, path: &str) -> io::Result<()> {
        self.check_folder(folder_of(path))?;
        if self.files.contains_key(path) { Err(error(io::ErrorKind::AlreadyExists, path)) } else { Ok(()) }
    }
}

/// What a call does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Does {
    Read,
    Change,
    /// A change that takes room on the disk.
    Grow,
}

impl State {
    /// Counts a call, and fails it where that was asked for.
    fn call(&mut self, path: &str, does: Does) -> io::Result<()> {
        self.calls += 1;
        self.changes += u64::from(does != Does::Read);
        if does != Does::Read {
            self.tell_watcher();
        }
        if self.stopped {
            return Err(error(io::ErrorKind::BrokenPipe, path));
        }
        let due = |at: At| match at {
            At::Call(call) => call == self.calls,
            At::Change(change) => does != Does::Read && change == self.changes,
        };
        if let Some((_, fault)) = self.fault.filter(|&(at, _)| due(at)) {
            match fault {
                Fault::Stop => {
                    self.stopped = true;
                    return Err(error(io::ErrorKind::BrokenPipe, path));
                }
                Fault::Once(kind) => return Err(error(kind, path)),
                Fault::Full => self.full = true,
            }
        }
        if self.full && does == Does::Grow {
            return Err(error(io::ErrorKind::StorageFull, path));
        }
        Ok(())
    }

    fn change(&mut self, change: Change) {
        self.now.apply(&change);
        self.pending.push(change);
    }

    /// Makes the names in a folder durable.
    fn sync_names(&mut self, folder: &str) {
        let mut left = Vec::new();
        for change in self.pending.drain(..) {
            let path = match &change {
                Change::Folder(path)
                | Change::Add(path, _)
                | Change::Remove(path)
                | Change::Rename(_, path, _) => path,
            };
            if folder_of(path) != folder {
                left.push(change);
                continue;
            }
            match change {
                // The name in another folder that the rename took away may come back.
                Change::Rename(from, to, node) if folder_of(&from) != folder => {
                    self.durable.apply(&Change::Add(to, node));
                    left.push(Change::Remove(from));
                }
                change => self.durable.apply(&change),
            }
        }
        self.pending = left;
    }

    /// The same with files of its own.
    fn unshared(mut self) -> Self {
        let mut copies: BTreeMap<*const Mutex<File>, Node> = BTreeMap::new();
        let mut own = |node: &mut Node| {
            let copy =
                copies.entry(Arc::as_ptr(node)).or_insert_with(|| Arc::new(Mutex::new(hold(node).clone())));
            *node = Arc::clone(copy);
        };
        self.now.files.values_mut().for_each(&mut own);
        self.durable.files.values_mut().for_each(&mut own);
        for change in &mut self.pending {
            if let Change::Add(_, node) | Change::Rename(_, _, node) = change {
                own(node);
            }
        }
        self
    }
}

impl Dir for FaultDir {
    fn create(&self, path: &str) -> io::Result<Box<dyn WriteFile>> {
        let mut state = self.lock();
        state.call(path, Does::Grow)?;
        state.now.check_new(path)?;
        let node = Node::default();
        state.change(Change::Add(path.to_owned(), Arc::clone(&node)));
        Ok(Box::new(FaultFile { state: Arc::clone(&self.state), node, path: path.to_owned() }))
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn ReadFile>> {
        let mut state = self.lock();
        state.call(path, Does::Read)?;
        let node = Arc::clone(state.now.node(path)?);
        Ok(Box::new(FaultFile { state: Arc::clone(&self.state), node, path: path.to_owned() }))
    }

    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        let mut state = self.lock();
        state.call(path, Does::Read)?;
        state.now.check_folder(path)?;
        let names = state.now.files.keys().chain(&state.now.folders).filter(|full| folder_of(full) == path);
        let mut names: Vec<String> =
            names.map(|full| full.rsplit('/').next().unwrap_or_default().to_owned()).collect();
        names.sort_unstable();
        Ok(names)
    }

    fn create_dir(&self, path: &str) -> io::Result<()> {
        let mut state = self.lock();
        state.call(path, Does::Grow)?;
        if !state.now.folders.contains(path) {
            state.now.check_new(path)?;
            state.change(Change::Folder(path.to_owned()));
        }
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.lock();
        state.call(from, Does::Change)?;
        let node = Arc::clone(state.now.node(from)?);
        state.now.check_folder(folder_of(to))?;
        state.change(Change::Rename(from.to_owned(), to.to_owned(), node));
        Ok(())
    }

    fn hard_link(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.lock();
        state.call(from, Does::Grow)?;
        let node = Arc::clone(state.now.node(from)?);
        state.now.check_new(to)?;
        state.change(Change::Add(to.to_owned(), node));
        Ok(())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let mut state = self.lock();
        state.call(path, Does::Change)?;
        state.now.node(path)?;
        state.change(Change::Remove(path.to_owned()));
        Ok(())
    }

    fn sync_dir(&self, path: &str) -> io::Result<()> {
        let mut state = self.lock();
        state.call(path, Does::Change)?;
        state.now.check_folder(path)?;
        state.sync_names(path);
        Ok(())
    }

    fn try_lock(&self, path: &str) -> io::Result<Option<Box<dyn Lock>>> {
        let mut state = self.lock();
        state.call(path, Does::Change)?;
        if !state.locked.insert(path.to_owned()) {
            return Ok(None);
        }
        if !state.now.files.contains_key(path) {
            state.change(Change::Add(path.to_owned(), Node::default()));
        }
        Ok(Some(Box::new(FaultLock { state: Arc::clone(&self.state), path: path.to_owned() })))
    }

    fn try_lock_shared(&self, path: &str) -> io::Result<Option<Box<dyn Lock>>> {
        let mut state = self.lock();
        state.call(path, Does::Read)?;
        state.now.node(path)?;
        *state.shared.entry(path.to_owned()).or_default() += 1;
        Ok(Some(Box::new(SharedFaultLock { state: Arc::clone(&self.state), path: path.to_owned() })))
    }

    fn is_lock_shared(&self, path: &str) -> io::Result<bool> {
        let mut state = self.lock();
        state.call(path, Does::Read)?;
        state.now.node(path)?;
        Ok(state.shared.contains_key(path))
    }
}

#[derive(Debug)]
struct FaultFile {
    state: Arc<Mutex<State>>,
    node: Node,
    path: String,
}

impl WriteFile for FaultFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = hold(&self.state);
        let was_stopped = state.stopped;
        let result = state.call(&self.path, Does::Grow);
        let written = match result {
            Ok(()) => bytes.len(),
            Err(_) if was_stopped => 0,
            Err(_) => state.random.upto(bytes.len()),
        };
        hold(&self.node).bytes.extend(&bytes[..written]);
        result
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut state = hold(&self.state);
        let was_stopped = state.stopped;
        let result = state.call(&self.path, Does::Change);
        let mut file = hold(&self.node);
        match result {
            Ok(()) => file.sync(),
            Err(_) if was_stopped => {}
            Err(_) => file.fail_sync(),
        }
        result
    }
}

impl ReadFile for FaultFile {
    fn len(&self) -> io::Result<u64> {
        hold(&self.state).call(&self.path, Does::Read)?;
        u64::try_from(hold(&self.node).bytes.len()).map_err(io::Error::other)
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        hold(&self.state).call(&self.path, Does::Read)?;
        let file = hold(&self.node);
        let found =
            usize::try_from(offset).ok().and_then(|start| file.bytes.get(start..)?.get(..buffer.len()));
        buffer.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

#[derive(Debug)]
struct FaultLock {
    state: Arc<Mutex<State>>,
    path: String,
}

impl Lock for FaultLock {}

impl Drop for FaultLock {
    fn drop(&mut self) {
        hold(&self.state).locked.remove(&self.path);
    }
}

#[derive(Debug)]
struct SharedFaultLock {
    state: Arc<Mutex<State>>,
    path: String,
}

impl Lock for SharedFaultLock {}

impl Drop for SharedFaultLock {
    fn drop(&mut self) {
        let mut state = hold(&self.state);
        if let Some(holders) = state.shared.get_mut(&self.path) {
            *holders -= 1;
            if *holders == 0 {
                state.shared.remove(&self.path);
            }
        }
    }
}
