//! Parts of segment files that were read and verified, within a budget of bytes.

use super::SegmentError;
use super::part::Part;
use crate::hash::HashMap;
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Parts of segment files that were read and verified, shared by all segments of a store.
///
/// Over its budget it lets go of the part that was used least recently. A part in use lives on until its last user
/// drops it, so that the memory in use may exceed the budget by what running queries hold.
#[derive(Debug)]
pub struct PartCache {
    budget: usize,
    state: Mutex<State>,
    next_owner: AtomicU64,
}

/// Which part of which open segment; the number is unique within the cache.
type Key = (u64, Part);

#[derive(Debug, Default)]
struct State {
    parts: HashMap<Key, Kept>,
    /// The parts by the time of their last use, in ticks of `now`.
    by_use: BTreeMap<u64, Key>,
    /// Parts being read: others who want one wait at its gate.
    loading: HashMap<Key, Arc<Mutex<()>>>,
    bytes: usize,
    now: u64,
}

#[derive(Debug)]
struct Kept {
    part: Arc<dyn Any + Send + Sync>,
    bytes: usize,
    used: u64,
}

/// What a part costs to keep.
pub(super) trait HeapBytes {
    /// Bytes on the heap.
    fn heap_bytes(&self) -> usize;
}

impl PartCache {
    /// A cache that keeps parts of up to `budget` bytes together; with 0 nothing is kept.
    pub fn new(budget: usize) -> Self {
        Self { budget, state: Mutex::default(), next_owner: AtomicU64::new(0) }
    }

    /// Bytes of the parts kept.
    pub fn bytes(&self) -> usize {
        self.lock().bytes
    }

    /// The most bytes of parts that are kept.
    pub fn budget(&self) -> usize {
        self.budget
    }

    /// A number for a segment that is being opened.
    pub(super) fn new_owner(&self) -> u64 {
        self.next_owner.fetch_add(1, Ordering::Relaxed)
    }

    /// A part, from the cache or else from `load`, which one thread at a time runs for a part.
    pub(super) fn get<T: HeapBytes + Send + Sync + 'static>(
        &self,
        owner: u64,
        part: Part,
        load: impl FnOnce() -> Result<T, SegmentError>,
    ) -> Result<Arc<T>, SegmentError> {
        let key = (owner, part);
        let gate = {
            let mut state = self.lock();
            if let Some(part) = state.find(key) {
                return Ok(part);
            }
            Arc::clone(state.loading.entry(key).or_default())
        };
        // The gate guards nothing, so a panic behind it leaves nothing half done.
        let _turn = gate.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(part) = self.lock().find(key) {
            return Ok(part);
        }
        let loaded = load().map(Arc::new);
        let mut state = self.lock();
        state.loading.remove(&key);
        let part = loaded?;
        state.keep(key, Arc::<T>::clone(&part), part.heap_bytes(), self.budget);
        Ok(part)
    }

    /// Lets go of all parts of a segment that is closed.
    pub(super) fn forget(&self, owner: u64) {
        let mut state = self.lock();
        for part in Part::cached() {
            state.remove((owner, part));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing under this lock panics half way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn find<T: Send + Sync + 'static>(&mut self, key: Key) -> Option<Arc<T>> {
        let kept = self.parts.get_mut(&key)?;
        self.now += 1;
        self.by_use.remove(&kept.used);
        kept.used = self.now;
        self.by_use.insert(self.now, key);
        Arc::clone(&kept.part).downcast().ok()
    }

    fn keep(&mut self, key: Key, part: Arc<dyn Any + Send + Sync>, bytes: usize, budget: usize) {
        // A part larger than everything else together would only push the others out.
        if bytes > budget {
            return;
        }
        self.remove(key);
        while self.bytes > budget - bytes
            && let Some((_, &oldest)) = self.by_use.first_key_value()
        {
            self.remove(oldest);
        }
        self.now += 1;
        self.bytes += bytes;
        self.by_use.insert(self.now, key);
        self.parts.insert(key, Kept { part, bytes, used: self.now });
    }

    fn remove(&mut self, key: Key) {
        if let Some(kept) = self.parts.remove(&key) {
            self.by_use.remove(&kept.used);
            self.bytes -= kept.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Dimension;
    use std::sync::atomic::AtomicUsize;

    #[derive(Debug)]
    struct Block(usize);

    impl HeapBytes for Block {
        fn heap_bytes(&self) -> usize {
            self.0
        }
    }

    const PARTS: [Part; 3] = [Part::Runs, Part::Values, Part::Codes(Dimension::Label)];

    fn loads(cache: &PartCache, part: Part, bytes: usize) -> bool {
        let mut loaded = false;
        let load = || {
            loaded = true;
            Ok(Block(bytes))
        };
        assert_eq!(cache.get(0, part, load).unwrap().0, bytes);
        loaded
    }

    #[test]
    fn the_least_recently_used_goes_first() {
        let cache = PartCache::new(100);
        assert!(loads(&cache, PARTS[0], 50));
        assert!(loads(&cache, PARTS[1], 50));
        assert!(!loads(&cache, PARTS[0], 50));
        assert!(loads(&cache, PARTS[2], 50));
        assert_eq!(cache.bytes(), 100);
        assert!(!loads(&cache, PARTS[0], 50));
        assert!(loads(&cache, PARTS[1], 50));
    }

    #[test]
    fn a_part_over_the_budget_is_not_kept_and_pushes_nothing_out() {
        let cache = PartCache::new(100);
        assert!(loads(&cache, PARTS[0], 100));
        assert!(loads(&cache, PARTS[1], 101));
        assert!(loads(&cache, PARTS[1], 101));
        assert!(!loads(&cache, PARTS[0], 100));
        assert_eq!(cache.bytes(), 100);
    }

    #[test]
    fn a_closed_segment_keeps_nothing() {
        let cache = PartCache::new(100);
        loads(&cache, PARTS[0], 10);
        cache.get(1, PARTS[0], || Ok(Block(5))).unwrap();
        cache.forget(0);
        assert_eq!(cache.bytes(), 5);
        assert!(loads(&cache, PARTS[0], 10));
    }

    #[test]
    fn a_failed_load_is_tried_again() {
        let cache = PartCache::new(100);
        assert!(cache.get::<Block>(0, PARTS[0], || Err(SegmentError::Empty)).is_err());
        assert!(loads(&cache, PARTS[0], 10));
    }

    #[test]
    fn one_thread_reads_and_the_others_wait() {
        let cache = PartCache::new(100);
        let loads = AtomicUsize::new(0);
        // The map, the thread that reads and three that wait hold the gate.
        let all_wait = || Arc::strong_count(&cache.lock().loading[&(0, PARTS[0])]) == 5;
        let load = || {
            while loads.load(Ordering::Relaxed) == 0 && !all_wait() {
                std::thread::yield_now();
            }
            loads.fetch_add(1, Ordering::Relaxed);
            Ok(Block(10))
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| cache.get(0, PARTS[0], load).unwrap());
            }
        });
        assert_eq!(loads.into_inner(), 1);
        assert!(cache.lock().loading.is_empty());
    }
}
