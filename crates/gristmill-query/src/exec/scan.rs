//! The scan of some rows of one segment: row set, bucket, group id, accumulators, batch by batch.

use super::accumulate::{Accumulators, DistinctCodes};
use super::batch_rows::BatchRows;
use super::buckets::Buckets;
use super::distinct::CodeSets;
use super::group::GroupIds;
use super::key::KeyLayout;
use super::partial::Partial;
use super::prepare::{Columns, Prepared};
use super::{ExecError, GroupStrategy};
use crate::filter::{RowSet, select};
use crate::narrow;
use crate::plan::Plan;
use gristmill_storage::segment::{Codes, DimensionCodes, Lists, NULL_CODE};
use std::ops::Range;
use std::sync::Arc;

/// Rows that go through the loops together: their keys, ids and codes stay in the first-level cache.
const BATCH_ROWS: u32 = 2048;

/// Rows with several values are taken in when they have made so many entries, since one row may have thousands.
const EXPANDED_ROWS: usize = 2 * BATCH_ROWS as usize;

/// Keys serve as group ids where there are at most this many for each row of the scan: beyond, clearing and walking
/// the slots costs more than hashing. Measured over a million rows: with one key a row 105 ms against 148 ms by hash,
/// with four keys a row 218 against 155 ms (`cargo bench -p gristmill -- strategy/groups`).
const DENSE_KEYS_PER_ROW: u64 = 1;

/// So many keys always serve as ids.
const DENSE_KEYS_FREE: u64 = 4096;

/// Never more slots than this, even where dense ids are forced.
const DENSE_KEYS_MAX: u64 = 1 << 24;

/// Scans `spans` of a prepared segment.
pub(crate) fn scan<'p>(
    plan: &'p Plan<'_>,
    prepared: &'p Prepared<'_>,
    spans: &[Range<u32>],
) -> Result<Partial, ExecError> {
    let mut scan = Scan::new(plan, &prepared.columns, spans);
    for span in spans {
        let rows = select(&prepared.filter, span, plan.options.tuning);
        scan.rows(&rows, span.end)?;
    }
    Ok(scan.finish())
}

struct Scan<'p> {
    plan: &'p Plan<'p>,
    columns: &'p Columns,
    buckets: Buckets<'p>,
    groups: GroupIds,
    /// Keys for each bucket, where ids are dense.
    keys_per_bucket: Option<usize>,
    accumulators: Accumulators,
    distinct: DistinctCodes,
    batch: Batch,
}

/// Buffers of one batch, kept to be filled again.
#[derive(Default)]
struct Batch {
    /// Packed keys, then group ids.
    keys: Vec<u64>,
    ids: Vec<u32>,
    /// Rows, one entry for each value of the dimension with several values; empty between batches.
    rows: Vec<u32>,
    /// The codes of that dimension, in step with `rows`.
    multi: Vec<u32>,
}

impl<'p> Scan<'p> {
    fn new(plan: &'p Plan<'p>, columns: &'p Columns, spans: &[Range<u32>]) -> Self {
        let rows: u64 = spans.iter().map(|span| span.len() as u64).sum();
        let dictionaries = &columns.dictionaries;
        let group_radices = dictionaries.groups.iter().map(|dictionary| dictionary.len() as u64);
        let keys_per_bucket = group_radices.clone().try_fold(1_u64, u64::checked_mul);
        // A bucket holds a row at least, so there are no more buckets than rows.
        let buckets = if columns.timestamps.is_some() { rows.max(1) } else { 1 };
        let dense = keys_per_bucket.filter(|keys| {
            let all = keys.saturating_mul(plan.bucketer.count_limit(columns.interval).min(buckets));
            match plan.options.tuning.groups {
                GroupStrategy::Hash => columns.groups.is_empty(),
                GroupStrategy::Dense => all <= DENSE_KEYS_MAX || columns.groups.is_empty(),
                GroupStrategy::Auto => {
                    columns.groups.is_empty()
                        || all
                            <= rows.saturating_mul(DENSE_KEYS_PER_ROW).clamp(DENSE_KEYS_FREE, DENSE_KEYS_MAX)
                }
            }
        });
        let radices: Vec<u64> = std::iter::once(buckets).chain(group_radices).collect();
        // One row makes at most as many groups as it has values, and there are fewer than 2^32 of those.
        let layout = KeyLayout::new(&radices, 1 << 32);
        let groups = if dense.is_some() { GroupIds::dense(layout) } else { GroupIds::hashed(layout) };
        Self {
            plan,
            columns,
            buckets: Buckets::new(&plan.bucketer, columns.timestamps.as_deref(), plan.fetch.interval.start),
            groups,
            keys_per_bucket: dense.and_then(|keys| usize::try_from(keys).ok()),
            accumulators: Accumulators::default(),
            distinct: dictionaries
                .uniq
                .iter()
                .map(|dictionary| CodeSets::new(dictionary.len(), rows))
                .collect(),
            batch: Batch::default(),
        }
    }

    /// Takes in the selected rows of a span that ends at `end`.
    fn rows(&mut self, rows: &RowSet, end: u32) -> Result<(), ExecError> {
        match rows {
            RowSet::Range(rows) if self.columns.groups.is_empty() && self.columns.uniq.is_empty() => {
                self.slices(rows.clone())
            }
            RowSet::Range(rows) => {
                let mut batch = std::mem::take(&mut self.batch);
                for start in rows.clone().step_by(BATCH_ROWS as usize) {
                    let rows = start..rows.end.min(start.saturating_add(BATCH_ROWS));
                    self.batch(&mut batch, &BatchRows::Range(rows), end)?;
                }
                self.batch = batch;
                Ok(())
            }
            RowSet::List(rows) => {
                let mut batch = std::mem::take(&mut self.batch);
                for rows in rows.chunks(BATCH_ROWS as usize) {
                    self.batch(&mut batch, &BatchRows::List(rows), end)?;
                }
                self.batch = batch;
                Ok(())
            }
            RowSet::Bits { rows: within, .. } => {
                let mut batch = std::mem::take(&mut self.batch);
                let mut buffer = [0; BATCH_ROWS as usize];
                rows.try_for_each_batch(within, &mut buffer, |rows| {
                    self.batch(&mut batch, &BatchRows::List(rows), end)
                })?;
                self.batch = batch;
                Ok(())
            }
        }
    }

    /// Rows without groups: a bucket is a range of rows, counted without a look at them.
    fn slices(&mut self, rows: Range<u32>) -> Result<(), ExecError> {
        let mut row = rows.start;
        while row < rows.end {
            let (bucket, next) = self.buckets.slice(row, rows.end);
            self.make_room()?;
            self.accumulators.add_range(&self.plan.needs, bucket, row..next, self.columns.values.as_deref());
            row = next;
        }
        Ok(())
    }

    fn batch(&mut self, batch: &mut Batch, rows: &BatchRows<'_>, end: u32) -> Result<(), ExecError> {
        self.bucket_ids(&mut batch.keys, rows, end);
        let multi = self.columns.groups.iter().find_map(|codes| match &**codes {
            DimensionCodes::Multi(lists) => Some(lists),
            DimensionCodes::Single(_) => None,
        });
        let Some(lists) = multi else { return self.grouped(batch, rows) };
        let bucket_ids = std::mem::take(&mut batch.keys);
        let mut expanded = std::mem::take(&mut batch.rows);
        rows.try_zip(bucket_ids.iter(), |row, bucket| {
            expand(lists, row, *bucket, batch, &mut expanded);
            if expanded.len() < EXPANDED_ROWS {
                return Ok(());
            }
            self.expanded(batch, &mut expanded)
        })?;
        self.expanded(batch, &mut expanded)?;
        batch.rows = expanded;
        Ok(())
    }

    /// Takes in rows with one entry for each of their values, and makes room for the next ones.
    fn expanded(&mut self, batch: &mut Batch, rows: &mut Vec<u32>) -> Result<(), ExecError> {
        self.grouped(batch, &BatchRows::List(rows))?;
        batch.keys.clear();
        batch.multi.clear();
        rows.clear();
        Ok(())
    }

    /// The number of each row's bucket.
    fn bucket_ids(&mut self, ids: &mut Vec<u64>, rows: &BatchRows<'_>, end: u32) {
        ids.clear();
        match rows {
            BatchRows::Range(rows) => {
                let mut row = rows.start;
                while row < rows.end {
                    let (bucket, next) = self.buckets.slice(row, rows.end);
                    ids.resize(ids.len() + (next - row) as usize, u64::from(bucket));
                    row = next;
                }
            }
            BatchRows::List(rows) => {
                let (mut bucket, mut next) = (0, 0);
                for row in *rows {
                    if *row >= next {
                        (bucket, next) = self.buckets.slice(*row, end);
                    }
                    ids.push(u64::from(bucket));
                }
            }
        }
    }

    /// Rows whose bucket ids stand in `batch.keys`.
    fn grouped(&mut self, batch: &mut Batch, rows: &BatchRows<'_>) -> Result<(), ExecError> {
        for stage in 0..self.groups.layout().stages.len() {
            let parts = self.groups.layout().stages[stage].parts.clone();
            for (part, radix) in parts.zip(self.groups.layout().stages[stage].radices.iter()) {
                // Part 0 is the bucket, which the keys start with.
                if let Some(column) = part.checked_sub(1) {
                    pack(&mut batch.keys, *radix, &self.columns.groups[column], rows, &batch.multi);
                }
            }
            self.groups.assign(stage, &mut batch.keys);
        }
        batch.ids.clear();
        batch.ids.extend(batch.keys.iter().map(|id| narrow::unpacked(*id)));
        self.make_room()?;
        let values = self.columns.values.as_deref();
        self.accumulators.add_rows(&self.plan.needs, rows, &batch.ids, values);
        for (sets, codes) in self.distinct.iter_mut().zip(&self.columns.uniq) {
            sets.add(codes, rows, &batch.ids);
        }
        Ok(())
    }

    /// Gives every group that was met its slots.
    fn make_room(&mut self) -> Result<(), ExecError> {
        let groups = match self.keys_per_bucket {
            Some(keys) => self.buckets.len() * keys,
            None => self.groups.len(),
        };
        if groups > self.accumulators.rows.len() {
            if self.keys_per_bucket.is_none_or(|keys| keys == 1) {
                self.plan.options.budget.check_groups(groups as u64)?;
            }
            self.accumulators.resize(&self.plan.needs, groups);
            self.distinct.iter_mut().for_each(|sets| sets.resize(groups));
        }
        Ok(())
    }

    fn finish(self) -> Partial {
        Partial {
            starts: self.buckets.into_starts(),
            groups: self.groups,
            accumulators: self.accumulators,
            distinct: self.distinct,
            dictionaries: Arc::clone(&self.columns.dictionaries),
        }
    }
}

/// Makes one entry of each value of a row; a row without a value has null.
fn expand(lists: &Lists, row: u32, bucket: u64, batch: &mut Batch, rows: &mut Vec<u32>) {
    let entries = lists.range(row as usize);
    if entries.is_empty() {
        batch.multi.push(NULL_CODE);
    } else {
        batch.multi.extend(entries.map(|at| lists.codes.get(at)));
    }
    rows.resize(batch.multi.len(), row);
    batch.keys.resize(batch.multi.len(), bucket);
}

/// Appends a dimension's codes to packed keys.
fn pack(keys: &mut [u64], radix: u64, codes: &DimensionCodes, rows: &BatchRows<'_>, multi: &[u32]) {
    match codes {
        DimensionCodes::Single(Codes::U8(codes)) => pack_single(keys, radix, codes, rows),
        DimensionCodes::Single(Codes::U16(codes)) => pack_single(keys, radix, codes, rows),
        DimensionCodes::Single(Codes::U32(codes)) => pack_single(keys, radix, codes, rows),
        DimensionCodes::Multi(_) => {
            keys.iter_mut().zip(multi).for_each(|(key, code)| *key = *key * radix + u64::from(*code));
        }
    }
}

fn pack_single<T: Copy + Into<u64>>(keys: &mut [u64], radix: u64, codes: &[T], rows: &BatchRows<'_>) {
    match rows {
        BatchRows::Range(rows) => {
            let codes = &codes[rows.start as usize..rows.end as usize];
            keys.iter_mut().zip(codes).for_each(|(key, code)| *key = *key * radix + (*code).into());
        }
        BatchRows::List(rows) => {
            keys.iter_mut()
                .zip(*rows)
                .for_each(|(key, row)| *key = *key * radix + codes[*row as usize].into());
        }
    }
}
