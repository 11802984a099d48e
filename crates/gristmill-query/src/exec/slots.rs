//! The cells of the groups that a scan may meet, one a key, and how they become groups.

use super::ExecError;
use super::account::Share;
use super::accumulate::Accumulators;
use super::batch_rows::BatchRows;
use super::cell::Cell;
use super::distinct::CodeSets;
use super::groups::Groups;
use super::prepare::{Columns, Prepared};
use super::spill::Spill;
use super::state::StateTable;
use super::sum::Units;
use super::tuning::Instructions;
use super::values::SpanValues;
use crate::filter::Words;
use crate::narrow;
use std::ops::Range;

/// Up to this many keys for each row that is expected, all keys are walked to find those that had a row; beyond, keys
/// are noted at their first row and sorted. Walking costs about 1 ns a key, noting and sorting about 20 ns a key met.
const WALKED_KEYS_PER_ROW: u64 = 4;

/// Cells that take turns for one key. Rows that follow one another often have the same key; in one cell each would wait
/// for the sum of the one before.
const LANES: usize = 4;

/// Keys have several cells where there are this many rows for each key, so that bringing them together costs little.
const LANED_ROWS_PER_KEY: u64 = 16;

/// And where the cells that have rows at the same time do not take more bytes than this, about what the first-level cache of a core holds.
const LANED_BYTES: usize = 64 * 1024;

/// A cell for every key below a limit.
#[derive(Debug)]
pub(crate) struct Slots<C> {
    /// For each key one cell, or [`LANES`] of them.
    cells: Vec<C>,
    /// How many cells a key has.
    lanes: usize,
    /// Keys that had a row, kept to be filled again.
    found: Vec<u32>,
    met: Met,
    distinct: Vec<CodeSets>,
    states: Vec<StateTable>,
    spill: Spill,
    /// What the sums are multiples of, where they are.
    units: Option<Units>,
}

/// Which keys had a row.
#[derive(Debug)]
enum Met {
    /// Those whose cell says so.
    Walk,
    /// The first `len` of `keys`, in the order they were met. There is room for one more than there are keys.
    Noted { keys: Vec<u32>, len: usize },
}

impl<C: Cell> Slots<C> {
    /// Room for keys below `keys`, `busy` of which have rows at about the same time, when about `rows` rows come before they
    /// are taken; counted in `share` before it is made.
    pub(crate) fn new(
        prepared: &Prepared<'_>,
        keys: usize,
        busy: usize,
        rows: u64,
        share: &mut Share<'_>,
    ) -> Result<Self, ExecError> {
        let columns = &prepared.columns;
        let walk = keys as u64 <= rows.saturating_mul(WALKED_KEYS_PER_ROW);
        let laned = keys > 0
            && rows / LANED_ROWS_PER_KEY >= keys as u64
            && busy <= LANED_BYTES / (LANES * size_of::<C>());
        let lanes = if laned { LANES } else { 1 };
        let distinct: Vec<CodeSets> =
            columns.uniq.iter().map(|uniq| CodeSets::new(uniq.dictionary.len(), rows)).collect();
        let sets: usize = distinct.iter().map(|sets| sets.bytes_of(keys)).sum();
        share.set(keys * (lanes * size_of::<C>() + size_of::<u32>()) + sets)?;
        let mut slots = Self {
            cells: vec![C::default(); keys * lanes],
            lanes,
            found: Vec::new(),
            met: if walk { Met::Walk } else { Met::Noted { keys: vec![0; keys + 1], len: 0 } },
            distinct,
            states: columns.feeds.iter().map(|feed| StateTable::new(feed.kind.clone())).collect(),
            spill: Spill::default(),
            units: prepared.units,
        };
        slots.distinct.iter_mut().for_each(|sets| sets.resize(keys));
        Ok(slots)
    }

    /// Bytes of cells, sets and states.
    #[inline]
    pub(crate) fn heap_bytes(&self) -> usize {
        let sets: usize = self.distinct.iter().map(CodeSets::heap_bytes).sum();
        let states: usize = self.states.iter().map(StateTable::heap_bytes).sum();
        size_of_val(&*self.cells) + sets + states
    }

    /// Makes room for keys below `keys`; only where no keys are noted, and there were none at first.
    pub(crate) fn grow(&mut self, keys: usize) {
        if keys > self.cells.len() {
            self.cells.resize(keys, C::default());
            self.distinct.iter_mut().for_each(|sets| sets.resize(keys));
        }
    }

    /// Adds rows that follow one another to one key.
    pub(crate) fn add_range(
        &mut self,
        key: u32,
        rows: Range<u32>,
        values: &SpanValues<'_>,
        columns: &Columns,
    ) {
        let (cell, spill) = self.note(key);
        values.add_range(cell, rows.clone(), |number| spill.add(key, number));
        for (sets, uniq) in self.distinct.iter_mut().zip(&columns.uniq) {
            sets.add_to_one(&uniq.codes, &BatchRows::Range(rows.clone()), key);
        }
        for (states, feed) in self.states.iter_mut().zip(&columns.feeds) {
            states.add_to_one(key, &BatchRows::Range(rows.clone()), feed);
        }
    }

    /// Adds listed rows to one key.
    pub(crate) fn add_list(&mut self, key: u32, rows: &[u32], values: &SpanValues<'_>, columns: &Columns) {
        if rows.is_empty() {
            return;
        }
        let (cell, spill) = self.note(key);
        values.add_list(cell, rows, |number| spill.add(key, number));
        for (sets, uniq) in self.distinct.iter_mut().zip(&columns.uniq) {
            sets.add_to_one(&uniq.codes, &BatchRows::List(rows), key);
        }
        for (states, feed) in self.states.iter_mut().zip(&columns.feeds) {
            states.add_to_one(key, &BatchRows::List(rows), feed);
        }
    }

    /// Adds the rows whose bits are set to one key, and tells how many they are; or does
    /// nothing, where [`SpanValues::add_bits`] does nothing.
    pub(crate) fn add_bits(
        &mut self,
        key: u32,
        (first, words): (u32, &Words<'_>),
        values: &SpanValues<'_>,
        allowed: Instructions,
    ) -> Option<u64> {
        let mut cell = self.cells[key as usize * self.lanes];
        let before = cell.rows();
        if !values.add_bits(&mut cell, first, words, allowed) {
            return None;
        }
        let added = cell.rows() - before;
        if added > 0 {
            *self.note(key).0 = cell;
        }
        Some(u64::from(added))
    }

    /// The cell of a key that gets rows.
    fn note(&mut self, key: u32) -> (&mut C, &mut Spill) {
        let Self { cells, lanes, met, spill, .. } = self;
        let cell = &mut cells[key as usize * *lanes];
        if let Met::Noted { keys, len } = met {
            keys[*len] = key;
            *len += usize::from(cell.rows() == 0);
        }
        (cell, spill)
    }

    /// Adds each row to its key; `rows` and `keys` go in step.
    pub(crate) fn add(
        &mut self,
        keys: &[u32],
        rows: &BatchRows<'_>,
        values: &SpanValues<'_>,
        columns: &Columns,
    ) {
        let Self { cells, lanes, met, spill, distinct, states, .. } = self;
        match met {
            Met::Walk if *lanes == LANES => {
                values.add_keyed::<C, LANES>(cells, keys, rows, |_, _| {}, spill);
            }
            Met::Walk => values.add_keyed::<C, 1>(cells, keys, rows, |_, _| {}, spill),
            Met::Noted { keys: noted, len } => {
                let note = |key, first| {
                    noted[*len] = key;
                    *len += usize::from(first);
                };
                values.add_keyed::<C, 1>(cells, keys, rows, note, spill);
            }
        }
        for (sets, uniq) in distinct.iter_mut().zip(&columns.uniq) {
            sets.add(&uniq.codes, rows, keys);
        }
        for (states, feed) in states.iter_mut().zip(&columns.feeds) {
            states.add(keys, rows, feed);
        }
    }

    /// Brings the cells of each key together in its first one.
    fn fold_lanes(&mut self) {
        if self.lanes == 1 {
            return;
        }
        for (key, cells) in (0..).zip(self.cells.chunks_exact_mut(self.lanes)) {
            let [first, others @ ..] = cells else { continue };
            for other in others {
                let missing = first.merge(&std::mem::take(other));
                missing.into_iter().filter(|number| *number != 0.0).for_each(|at| self.spill.add(key, at));
            }
        }
    }

    /// Takes in what another scan of the same segment has seen under the same keys.
    pub(crate) fn merge(&mut self, mut other: Self) {
        self.fold_lanes();
        other.fold_lanes();
        if matches!(self.met, Met::Walk) {
            let places = (0..).zip(self.cells.iter_mut().step_by(self.lanes));
            for ((key, cell), more) in places.zip(other.cells.iter().step_by(other.lanes)) {
                let missing = cell.merge(more);
                missing.into_iter().filter(|number| *number != 0.0).for_each(|at| self.spill.add(key, at));
            }
        } else {
            self.merge_found(&mut other);
        }
        self.spill.merge(other.spill);
        self.distinct.iter_mut().zip(other.distinct).for_each(|(sets, more)| sets.merge(more));
        self.states.iter_mut().zip(&other.states).for_each(|(states, more)| states.merge(more));
    }

    /// Takes in the cells of those keys that had a row.
    fn merge_found(&mut self, other: &mut Self) {
        other.find();
        for key in &other.found {
            let cell = &mut self.cells[*key as usize * self.lanes];
            if let Met::Noted { keys, len } = &mut self.met {
                keys[*len] = *key;
                *len += usize::from(cell.rows() == 0);
            }
            let missing = cell.merge(&other.cells[*key as usize * other.lanes]);
            missing.into_iter().filter(|number| *number != 0.0).for_each(|at| self.spill.add(*key, at));
        }
    }

    /// Writes the keys that had a row, rising, to `found`; the lanes have been folded.
    fn find(&mut self) {
        let Self { cells, lanes, found, met, .. } = self;
        match met {
            Met::Walk => {
                let keys = cells.len() / *lanes;
                found.resize(keys.max(found.len()), 0);
                let mut count = 0;
                for (key, cell) in (0..).zip(cells.iter().step_by(*lanes)) {
                    found[count] = key;
                    count += usize::from(cell.rows() > 0);
                }
                found.truncate(count);
            }
            Met::Noted { keys, len } => {
                found.clear();
                found.extend_from_slice(&keys[..std::mem::take(len)]);
                found.sort_unstable();
            }
        }
    }

    /// Appends every key that had a row, rising, to `out`, and empties all cells. `place` appends for some keys where
    /// the bucket of each starts, and the code of each grouped dimension. `keep` says whether distinct codes are kept.
    pub(crate) fn take(
        &mut self,
        out: &mut Groups,
        keep: bool,
        place: impl FnOnce(&[u32], &mut Vec<i64>, &mut [Vec<u32>]),
    ) {
        self.fold_lanes();
        self.find();
        place(&self.found, &mut out.starts, &mut out.codes);
        self.take_cells(&mut out.accumulators);
        for (sets, distinct) in self.distinct.iter_mut().zip(&mut out.distinct) {
            sets.take(&self.found, keep, distinct);
        }
        let mut out_bytes = 0;
        for (states, out) in self.states.iter_mut().zip(&mut out.states) {
            out_bytes += states.take(&self.found, out);
        }
        out.state_bytes += out_bytes;
    }

    /// Appends the cells of the keys found, column by column, and empties them.
    fn take_cells(&mut self, out: &mut Accumulators) {
        let Self { cells, lanes, found, spill, units, .. } = self;
        let found = &**found;
        let before = out.len();
        let found_cells = || found.iter().map(|key| &cells[*key as usize * *lanes]);
        out.rows.extend(found_cells().map(|cell| u64::from(cell.rows())));
        if C::SUM {
            out.values.extend(found_cells().map(|cell| u64::from(cell.values())));
            let sums = found_cells()
                .zip(found)
                .map(|(cell, key)| cell.sum(*units, &mut |missing| spill.add(*key, missing)));
            out.sums.extend(sums);
        }
        if C::EXTREMES {
            out.min.extend(found_cells().map(|cell| cell.extremes().0));
            out.max.extend(found_cells().map(|cell| cell.extremes().1));
        }
        if !spill.is_empty() {
            for (key, group) in found.iter().zip(before..) {
                if let Some(sum) = spill.take(*key) {
                    out.sums.add_spilled(narrow::id(group), sum);
                }
            }
        }
        for key in found {
            cells[*key as usize * *lanes] = C::default();
        }
    }
}
