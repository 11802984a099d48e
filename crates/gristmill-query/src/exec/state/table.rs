//! The states of the groups that a scan meets.

use super::{Feed, State, StateKind};
use crate::exec::batch_rows::BatchRows;
use crate::narrow;

/// A state for each key that had a row.
#[derive(Debug)]
pub(crate) struct StateTable {
    kind: StateKind,
    /// For each key one more than the place of its state; 0 where it has none.
    places: Vec<u32>,
    states: Vec<State>,
    /// Bytes that the states have beside themselves.
    bytes: usize,
}

impl StateTable {
    pub(crate) fn new(kind: StateKind) -> Self {
        Self { kind, places: Vec::new(), states: Vec::new(), bytes: 0 }
    }

    /// Adds each row to its key; `rows` and `keys` go in step.
    pub(crate) fn add(&mut self, keys: &[u32], rows: &BatchRows<'_>, feed: &Feed) {
        rows.zip(keys.iter(), |row, key| self.change(*key, |state| feed.add(state, row)));
    }

    /// Adds rows to one key.
    pub(crate) fn add_to_one(&mut self, key: u32, rows: &BatchRows<'_>, feed: &Feed) {
        self.change(key, |state| rows.for_each(|row| feed.add(state, row)));
    }

    /// Bytes of the table.
    pub(crate) fn heap_bytes(&self) -> usize {
        size_of_val(&*self.places) + size_of_val(&*self.states) + self.bytes
    }

    /// Changes the state of a key, whose bytes may grow or shrink.
    #[inline]
    fn change(&mut self, key: u32, change: impl FnOnce(&mut State)) {
        let state = self.state(key);
        let before = state.heap_bytes();
        change(state);
        let after = state.heap_bytes();
        self.bytes = self.bytes + after - before;
    }

    fn state(&mut self, key: u32) -> &mut State {
        let key = key as usize;
        if key >= self.places.len() {
            self.places.resize(key + 1, 0);
        }
        if self.places[key] == 0 {
            self.states.push(self.kind.empty());
            self.places[key] = narrow::id(self.states.len());
        }
        &mut self.states[self.places[key] as usize - 1]
    }

    /// Takes in what another scan has seen under the same keys.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (key, place) in (0..).zip(&other.places) {
            if *place > 0 {
                self.change(key, |state| state.merge(&other.states[*place as usize - 1]));
            }
        }
    }

    /// Appends the states of some keys to `out`, and empties the table. Tells how many bytes the states have beside themselves.
    pub(crate) fn take(&mut self, keys: &[u32], out: &mut Vec<State>) -> usize {
        let mut states: Vec<Option<State>> = std::mem::take(&mut self.states).into_iter().map(Some).collect();
        out.extend(keys.iter().map(|key| {
            let place = self.places.get(*key as usize).copied().unwrap_or(0);
            let state = (place as usize).checked_sub(1).and_then(|at| states.get_mut(at)?.take());
            state.unwrap_or_else(|| self.kind.empty())
        }));
        for key in keys {
            if let Some(place) = self.places.get_mut(*key as usize) {
                *place = 0;
            }
        }
        std::mem::take(&mut self.bytes)
    }
}
