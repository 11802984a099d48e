//! The cells of the groups that a scan may meet, one a key, and how they become groups.

use super::batch_rows::BatchRows;
use super::cell::Cell;
use super::distinct::CodeSets;
use super::groups::Groups;
use super::prepare::Columns;
use super::spill::Spill;
use super::values::SpanValues;
use crate::narrow;
use std::ops::Range;

/// Up to this many keys for each row that is expected, all keys are walked to find those that had a row; beyond, keys
/// are noted at their first row and sorted. Walking costs about 1 ns a key, noting and sorting about 20 ns a key met.
const WALKED_KEYS_PER_ROW: u64 = 4;

/// A cell for every key below a limit.
#[derive(Debug)]
pub(crate) struct Slots<C> {
    cells: Vec<C>,
    met: Met,
    distinct: Vec<CodeSets>,
    spill: Spill,
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
    /// Room for keys below `keys`, when about `rows` rows come before they are taken.
    pub(crate) fn new(columns: &Columns, keys: usize, rows: u64) -> Self {
        let walk = keys as u64 <= rows.saturating_mul(WALKED_KEYS_PER_ROW);
        let mut slots = Self {
            cells: vec![C::default(); keys],
            met: if walk { Met::Walk } else { Met::Noted { keys: vec![0; keys + 1], len: 0 } },
            distinct: columns.uniq.iter().map(|uniq| CodeSets::new(uniq.dictionary.len(), rows)).collect(),
            spill: Spill::default(),
        };
        slots.distinct.iter_mut().for_each(|sets| sets.resize(keys));
        slots
    }

    /// Makes room for keys below `keys`; only where no keys are noted.
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
    }

    /// Counts rows of one key, of a fetch that only counts.
    pub(crate) fn add_count(&mut self, key: u32, rows: u32) {
        if rows > 0 {
            self.note(key).0.add_rows(rows);
        }
    }

    /// The cell of a key that gets rows.
    fn note(&mut self, key: u32) -> (&mut C, &mut Spill) {
        let Self { cells, met, spill, .. } = self;
        let cell = &mut cells[key as usize];
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
        let Self { cells, met, spill, distinct } = self;
        match met {
            Met::Walk => values.add_keyed(cells, keys, rows, |_, _| {}, spill),
            Met::Noted { keys: noted, len } => {
                let note = |key, first| {
                    noted[*len] = key;
                    *len += usize::from(first);
                };
                values.add_keyed(cells, keys, rows, note, spill);
            }
        }
        for (sets, uniq) in distinct.iter_mut().zip(&columns.uniq) {
            sets.add(&uniq.codes, rows, keys);
        }
    }

    /// Takes in what another scan of the same segment has seen under the same keys.
    pub(crate) fn merge(&mut self, mut other: Self) {
        let Self { cells, met, spill, distinct } = self;
        let mut add = |key: u32, more: &C| {
            let cell = &mut cells[key as usize];
            if more.rows() == 0 {
                return;
            }
            if let Met::Noted { keys, len } = met {
                keys[*len] = key;
                *len += usize::from(cell.rows() == 0);
            }
            let missing = cell.merge(more);
            missing.into_iter().filter(|number| *number != 0.0).for_each(|number| spill.add(key, number));
        };
        match &other.met {
            Met::Walk => (0..).zip(&other.cells).for_each(|(key, cell)| add(key, cell)),
            Met::Noted { keys, len } => {
                keys[..*len].iter().for_each(|key| add(*key, &other.cells[*key as usize]));
            }
        }
        spill.merge(std::mem::take(&mut other.spill));
        distinct.iter_mut().zip(other.distinct).for_each(|(sets, more)| sets.merge(more));
    }

    /// The keys that had a row, rising.
    fn met(&mut self) -> Vec<u32> {
        match &mut self.met {
            Met::Walk => {
                let met = (0..).zip(&self.cells).filter(|(_, cell)| cell.rows() > 0);
                met.map(|(key, _)| key).collect()
            }
            Met::Noted { keys, len } => {
                let mut met = keys[..std::mem::take(len)].to_vec();
                met.sort_unstable();
                met
            }
        }
    }

    /// Appends every key that had a row, rising, to `out`, and empties all cells. `place` tells for each key where its
    /// bucket starts, and writes the code of each grouped dimension. `keep` says whether distinct codes are kept.
    pub(crate) fn take(
        &mut self,
        out: &mut Groups,
        keep: bool,
        mut place: impl FnMut(u32, &mut Vec<Vec<u32>>) -> i64,
    ) {
        let met = self.met();
        for key in &met {
            let cell = std::mem::take(&mut self.cells[*key as usize]);
            out.starts.push(place(*key, &mut out.codes));
            let group = narrow::id(out.accumulators.len());
            let missing = cell.push_to(&mut out.accumulators);
            if missing != 0.0 {
                self.spill.add(*key, missing);
            }
            if let Some(sum) = self.spill.take(*key) {
                out.accumulators.sums.add_spilled(group, sum);
            }
        }
        for (sets, distinct) in self.distinct.iter_mut().zip(&mut out.distinct) {
            sets.take(&met, keep, distinct);
        }
    }
}
