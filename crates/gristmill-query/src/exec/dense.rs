//! The scan with a slot for every key there can be.

use super::ExecError;
use super::batch_rows::BatchRows;
use super::bucket_numbers::BucketNumbers;
use super::cell::Cell;
use super::groups::{GroupCount, Groups};
use super::pack::{Expanded, add_codes, multi};
use super::piece::{Part, Piece};
use super::prepare::Prepared;
use super::scan::{BATCH_ROWS, EXPANDED_ROWS, SharedBuckets};
use super::slots::Slots;
use super::values::SpanValues;
use crate::filter::{RowSet, select};
use crate::narrow;
use crate::plan::Plan;
use crate::time::Bucket;
use gristmill_storage::segment::{Lists, Timestamps};
use std::convert::Infallible;
use std::ops::Range;

/// The scan of some rows of one segment.
pub(crate) struct DenseScan<'p, C> {
    plan: &'p Plan<'p>,
    prepared: &'p Prepared<'p>,
    /// Keys within a bucket.
    keys_per_bucket: u32,
    /// By grouped dimension: what one step of its code adds to a key.
    strides: Vec<u32>,
    multi: Option<&'p Lists>,
    slots: Slots<C>,
    /// Rows that matched.
    matched: u64,
    /// The keys of one batch; this and the next two are kept to be filled again.
    keys: Vec<u32>,
    /// Room for the selected rows of one batch.
    listed: Vec<u32>,
    expanded: Expanded,
}

/// The key of each row within its bucket is added to this.
#[derive(Clone, Copy)]
enum Base {
    /// The same for every row.
    One(u32),
    /// One a row, in [`DenseScan::keys`].
    Each,
}

/// The selected rows of one part, in walking order.
struct Walk<'p> {
    rows: RowSet,
    values: SpanValues<'p>,
    /// The next row that was not walked over, and the end.
    rest: Range<u32>,
    /// Within a list, the position of the next row.
    at: usize,
}

impl<'p, C: Cell> DenseScan<'p, C> {
    /// A scan with `keys` keys within a bucket and slots for `buckets` buckets, of about `rows` rows before they are
    /// taken.
    pub(crate) fn new(
        plan: &'p Plan<'p>,
        prepared: &'p Prepared<'p>,
        keys: u32,
        buckets: usize,
        rows: u64,
    ) -> Self {
        let groups = &prepared.columns.groups;
        let mut strides = vec![1; groups.len()];
        for at in (1..groups.len()).rev() {
            strides[at - 1] = strides[at] * narrow::id(groups[at].dictionary.len());
        }
        Self {
            plan,
            prepared,
            keys_per_bucket: keys,
            strides,
            multi: multi(groups),
            slots: Slots::new(&prepared.columns, keys as usize * buckets, rows),
            matched: 0,
            keys: Vec::new(),
            listed: vec![0; BATCH_ROWS as usize],
            expanded: Expanded::default(),
        }
    }

    /// Scans a piece whose buckets no other piece has, a bucket at a time.
    pub(crate) fn bucket_by_bucket(
        mut self,
        piece: &Piece,
        timestamps: Option<&Timestamps>,
        shared: &SharedBuckets,
        count: &GroupCount,
    ) -> Result<(Groups, u64), ExecError> {
        let mut out = Groups::of(self.plan);
        let mut walks: Vec<Walk<'_>> = piece.parts.iter().map(|part| self.walk(part)).collect();
        let mut cursor = self.plan.bucketer.cursor();
        loop {
            walks.retain(|walk| !walk.rest.is_empty());
            let Some(first) = walks.first() else { return Ok((out, self.matched)) };
            let bucket = match timestamps {
                None => self.plan.bucketer.bucket_of(self.plan.fetch.interval.start),
                Some(timestamps) => {
                    let next = |walk: &Walk<'_>| timestamps.get(walk.rest.start as usize);
                    cursor.bucket_of(walks[1..].iter().map(next).fold(next(first), i64::min))
                }
            };
            for walk in &mut walks {
                let end = timestamps.map_or(walk.rest.end, |timestamps| {
                    timestamps.first_at_or_after(walk.rest.clone(), bucket.end)
                });
                self.slice(0, walk, end);
            }
            let before = out.len();
            let keep = shared.is_shared(bucket);
            let strides = &self.strides;
            self.slots.take(&mut out, keep, |key, codes| {
                push_codes(key, strides, codes);
                bucket.start
            });
            count.add(self.plan, out.len() - before)?;
        }
    }

    /// Scans a piece with slots for all of `buckets`, which are those that the piece may have, in order.
    pub(crate) fn all_buckets(
        &mut self,
        piece: &Piece,
        timestamps: Option<&Timestamps>,
        buckets: &[Bucket],
        short: bool,
    ) {
        for part in &piece.parts {
            let mut walk = self.walk(part);
            match timestamps {
                None => self.slice(0, &mut walk, part.rows.end),
                Some(timestamps) if short => self.rows_one_by_one(&mut walk, timestamps, buckets),
                Some(timestamps) => self.slice_by_slice(&mut walk, timestamps, buckets),
            }
        }
    }

    /// Takes in what another scan of the same buckets has seen.
    pub(crate) fn merge(&mut self, other: Self) {
        self.matched += other.matched;
        self.slots.merge(other.slots);
    }

    /// The groups that [`DenseScan::all_buckets`] has seen.
    pub(crate) fn finish(
        mut self,
        buckets: &[Bucket],
        shared: &SharedBuckets,
        count: &GroupCount,
    ) -> Result<(Groups, u64), ExecError> {
        let mut out = Groups::of(self.plan);
        let (strides, keys) = (&self.strides, self.keys_per_bucket);
        let keep = buckets.iter().any(|bucket| shared.is_shared(*bucket));
        self.slots.take(&mut out, keep, |key, codes| {
            push_codes(key % keys, strides, codes);
            buckets[(key / keys) as usize].start
        });
        count.add(self.plan, out.len())?;
        Ok((out, self.matched))
    }

    fn walk(&self, part: &Part) -> Walk<'p> {
        Walk {
            rows: select(&self.prepared.filter, &part.rows, self.plan.options.tuning),
            values: self.prepared.values(part.span),
            rest: part.rows.clone(),
            at: 0,
        }
    }

    fn slice_by_slice(&mut self, walk: &mut Walk<'_>, timestamps: &Timestamps, buckets: &[Bucket]) {
        let mut bucket = 0;
        while !walk.rest.is_empty() {
            let instant = timestamps.get(walk.rest.start as usize);
            bucket += buckets[bucket..].partition_point(|bucket| bucket.end <= instant);
            let end = timestamps.first_at_or_after(walk.rest.clone(), buckets[bucket].end);
            self.slice(narrow::id(bucket) * self.keys_per_bucket, walk, end);
        }
    }

    fn rows_one_by_one(&mut self, walk: &mut Walk<'_>, timestamps: &Timestamps, buckets: &[Bucket]) {
        let mut numbers = BucketNumbers::new(timestamps, buckets, self.keys_per_bucket);
        let mut buffer = std::mem::take(&mut self.listed);
        let values = walk.values;
        walk.batches(walk.rest.end, &mut buffer, |rows| {
            numbers.write(rows, &mut self.keys);
            self.batch(Base::Each, rows, &values);
        });
        self.listed = buffer;
    }

    /// Takes in the selected rows up to `end`, which are in one bucket.
    fn slice(&mut self, base: u32, walk: &mut Walk<'_>, end: u32) {
        if self.prepared.columns.groups.is_empty() {
            return self.slice_of_one(base, walk, end);
        }
        let mut buffer = std::mem::take(&mut self.listed);
        let values = walk.values;
        walk.batches(end, &mut buffer, |rows| self.batch(Base::One(base), rows, &values));
        self.listed = buffer;
    }

    /// Takes in the selected rows up to `end`, all of which have the same key.
    fn slice_of_one(&mut self, key: u32, walk: &mut Walk<'_>, end: u32) {
        let rest = walk.rest.start..end;
        let columns = &self.prepared.columns;
        match &walk.rows {
            RowSet::Range(rows) => {
                let rows = rows.start.max(rest.start)..rows.end.min(rest.end);
                walk.rest.start = end;
                if !rows.is_empty() {
                    self.matched += rows.len() as u64;
                    self.slots.add_range(key, rows, &walk.values, columns);
                }
            }
            set @ RowSet::Bits { .. } if !(C::SUM || C::EXTREMES) && columns.uniq.is_empty() => {
                let rows = narrow::id(set.count_in(&rest));
                walk.rest.start = end;
                self.matched += u64::from(rows);
                self.slots.add_count(key, rows);
            }
            RowSet::Bits { .. } | RowSet::List(_) => {
                let mut buffer = std::mem::take(&mut self.listed);
                let values = walk.values;
                walk.batches(end, &mut buffer, |rows| {
                    self.matched += rows.len() as u64;
                    if let BatchRows::List(rows) = rows {
                        self.slots.add_list(key, rows, &values, columns);
                    }
                });
                self.listed = buffer;
            }
        }
    }

    fn batch(&mut self, base: Base, rows: &BatchRows<'_>, values: &SpanValues<'_>) {
        if rows.len() == 0 {
            return;
        }
        self.matched += rows.len() as u64;
        match self.multi {
            None => self.keyed(base, rows, &[], values),
            Some(lists) => self.expand(base, rows, lists, values),
        }
    }

    /// Takes each row once for every value of the dimension with several values.
    fn expand(&mut self, base: Base, rows: &BatchRows<'_>, lists: &Lists, values: &SpanValues<'_>) {
        let mut expanded = std::mem::take(&mut self.expanded);
        let bases = std::mem::take(&mut self.keys);
        let mut each = bases.iter();
        rows.zip(0_u32.., |row, _| {
            expanded.push(lists, row);
            if matches!(base, Base::Each) {
                self.keys.resize(expanded.rows.len(), each.next().copied().unwrap_or_default());
            }
            // One row may have thousands of values.
            if expanded.rows.len() >= EXPANDED_ROWS {
                self.keyed(base, &BatchRows::List(&expanded.rows), &expanded.codes, values);
                self.keys.clear();
                expanded.clear();
            }
        });
        self.keyed(base, &BatchRows::List(&expanded.rows), &expanded.codes, values);
        expanded.clear();
        self.expanded = expanded;
    }

    /// Adds rows to the slots of their keys; `multi` are the codes of the dimension with several values.
    fn keyed(&mut self, base: Base, rows: &BatchRows<'_>, multi: &[u32], values: &SpanValues<'_>) {
        if let Base::One(base) = base {
            self.keys.clear();
            self.keys.resize(rows.len(), base);
        }
        let columns = &self.prepared.columns;
        add_codes(&mut self.keys, &columns.groups, &self.strides, rows, multi);
        self.slots.add(&self.keys, rows, values, columns);
    }
}

impl Walk<'_> {
    /// Calls with the selected rows up to `end`, some at a time; those that do not follow one another are listed in
    /// `buffer`.
    fn batches(&mut self, end: u32, buffer: &mut [u32], mut call: impl FnMut(&BatchRows<'_>)) {
        let rest = self.rest.start..end;
        self.rest.start = end;
        match &self.rows {
            RowSet::Range(selected) => {
                let selected = rest.start.max(selected.start)..rest.end.min(selected.end);
                for start in selected.clone().step_by(BATCH_ROWS as usize) {
                    call(&BatchRows::Range(start..selected.end.min(start.saturating_add(BATCH_ROWS))));
                }
            }
            set @ RowSet::Bits { .. } => {
                let Ok(()) = set.try_for_each_batch(&rest, buffer, |rows| {
                    call(&BatchRows::List(rows));
                    Ok::<_, Infallible>(())
                });
            }
            RowSet::List(selected) => {
                let start = self.at;
                self.at += selected[start..].partition_point(|row| *row < end);
                let selected = &selected[start..self.at];
                selected.chunks(BATCH_ROWS as usize).for_each(|rows| call(&BatchRows::List(rows)));
            }
        }
    }
}

/// Appends the code of each grouped dimension that a key was packed of.
fn push_codes(mut key: u32, strides: &[u32], codes: &mut [Vec<u32>]) {
    for (codes, stride) in codes.iter_mut().zip(strides) {
        codes.push(key / stride);
        key %= stride;
    }
}
