//! The scan with a slot for every key there can be.

use super::ExecError;
use super::account::Share;
use super::batch_rows::BatchRows;
use super::bucket_numbers::BucketNumbers;
use super::cell::Cell;
use super::groups::{GroupCount, Groups};
use super::pack::{Expanded, Unpack, add_codes, multi};
use super::piece::{Part, Piece};
use super::prepare::{Column, Prepared};
use super::scan::{BATCH_ROWS, EXPANDED_ROWS, SharedBuckets};
use super::slots::Slots;
use super::strategy::Shape;
use super::values::SpanValues;
use crate::filter::{RowSet, select};
use crate::narrow;
use crate::plan::Plan;
use crate::time::Bucket;
use gristmill_storage::segment::{Codes, DimensionCodes, Lists, RunTimes, Timestamps};
use std::ops::Range;

/// Rows that are added to one key before the scan looks whether it has to stop, where distinct values or states are kept.
const CHECKED_ROWS: u32 = 1 << 16;

/// The scan of some rows of one segment.
pub(crate) struct DenseScan<'p, C> {
    plan: &'p Plan<'p>,
    prepared: &'p Prepared<'p>,
    /// Keys within a bucket.
    keys_per_bucket: u32,
    /// By grouped dimension: what one step of its code adds to a key.
    strides: Vec<u32>,
    multi: Option<&'p Lists>,
    in_one_array: InOneArray,
    slots: Slots<C>,
    share: Share<'p>,
    /// Rows that matched.
    matched: u64,
    /// The keys of one batch; this and the next two are kept to be filled again.
    keys: Vec<u32>,
    /// Room for the selected rows of one batch.
    listed: Vec<u32>,
    expanded: Expanded,
    unpack: Unpack,
}

/// Which buckets have slots at the same time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum InOneArray {
    /// One.
    Bucket,
    /// So many, whose rows in a span are taken in together.
    Slices(usize),
    /// So many, whose rows are taken in with those of their neighbours.
    ShortSlices(usize),
}

impl InOneArray {
    /// All buckets of a scan.
    pub(crate) fn of(buckets: &[Bucket], shape: &Shape) -> Self {
        if shape.has_short_slices() { Self::ShortSlices(buckets.len()) } else { Self::Slices(buckets.len()) }
    }

    /// How many.
    fn buckets(self) -> usize {
        match self {
            Self::Bucket => 1,
            Self::Slices(buckets) | Self::ShortSlices(buckets) => buckets,
        }
    }

    /// How many slots have rows at about the same time, of so many keys within a bucket.
    fn busy(self, keys: u32) -> usize {
        match self {
            Self::Bucket | Self::Slices(_) => keys as usize,
            Self::ShortSlices(buckets) => keys as usize * buckets,
        }
    }
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
    times: Option<RunTimes<'p>>,
    values: SpanValues<'p>,
    /// The next row that was not walked over, and the end.
    rest: Range<u32>,
    /// Within a list, the position of the next row.
    at: usize,
}

impl<'p, C: Cell> DenseScan<'p, C> {
    /// A scan with `keys` keys within a bucket, of about `rows` rows before its slots are taken.
    pub(crate) fn new(
        plan: &'p Plan<'p>,
        prepared: &'p Prepared<'p>,
        keys: u32,
        in_one_array: InOneArray,
        rows: u64,
    ) -> Result<Self, ExecError> {
        let groups = &prepared.columns.groups;
        let mut strides = vec![1; groups.len()];
        for at in (1..groups.len()).rev() {
            strides[at - 1] = strides[at] * narrow::id(groups[at].dictionary.len());
        }
        let mut share = plan.account.share();
        Ok(Self {
            plan,
            prepared,
            keys_per_bucket: keys,
            strides,
            multi: multi(groups),
            slots: Slots::new(
                prepared,
                keys as usize * in_one_array.buckets(),
                in_one_array.busy(keys),
                rows,
                &mut share,
            )?,
            share,
            in_one_array,
            matched: 0,
            keys: Vec::new(),
            listed: vec![0; BATCH_ROWS as usize],
            expanded: Expanded::default(),
            unpack: Unpack::default(),
        })
    }

    /// Stops a fetch that has to stop, and one that takes too much memory.
    #[inline]
    fn check(&mut self) -> Result<(), ExecError> {
        self.plan.stop.check()?;
        self.share.set(self.slots.heap_bytes())
    }

    /// Scans a piece whose buckets no other piece has, a bucket at a time.
    pub(crate) fn bucket_by_bucket(
        mut self,
        piece: &Piece,
        shared: &SharedBuckets,
        count: &GroupCount,
    ) -> Result<(Groups, u64), ExecError> {
        let mut out = Groups::of(self.plan);
        let mut walks: Vec<Walk<'_>> = piece.parts.iter().map(|part| self.walk(part)).collect();
        let mut bucketer = self.plan.bucketer.cursor();
        let mut next = None;
        loop {
            walks.retain(|walk| !walk.rest.is_empty());
            if walks.is_empty() {
                return Ok((out, self.matched));
            }
            let instant = next.take().or_else(|| walks.iter().filter_map(Walk::next_instant).min());
            let bucket = bucketer.bucket_of(instant.unwrap_or(self.plan.fetch.interval.start));
            let mut rows = 0;
            for walk in &mut walks {
                let end = walk.end_of(bucket);
                rows += end - walk.rest.start;
                self.slice(0, walk, end)?;
            }
            // Behind a bucket with rows, the next one is likely to have some; behind one without, they are looked for.
            next = (rows > 0).then_some(bucket.end);
            let before = (out.len(), out.heap_bytes(&self.plan.needs));
            let keep = shared.is_shared(bucket);
            let (unpack, strides) = (&mut self.unpack, &self.strides);
            self.slots.take(&mut out, keep, |keys, starts, codes| {
                starts.resize(starts.len() + keys.len(), bucket.start);
                unpack.extend(keys, strides, codes);
            });
            count.add(self.plan, &out, before)?;
        }
    }

    /// Scans a piece with slots for all of `buckets`, which are those that the piece may have, in order.
    pub(crate) fn all_buckets(&mut self, piece: &Piece, buckets: &[Bucket]) -> Result<(), ExecError> {
        let short = matches!(self.in_one_array, InOneArray::ShortSlices(_));
        for part in &piece.parts {
            let mut walk = self.walk(part);
            match &self.prepared.columns.timestamps {
                None => self.slice(0, &mut walk, part.rows.end)?,
                Some((timestamps, _)) if short => self.rows_one_by_one(&mut walk, timestamps, buckets)?,
                Some(_) => self.slice_by_slice(&mut walk, buckets)?,
            }
        }
        Ok(())
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
        let (unpack, strides, keys_per_bucket) = (&mut self.unpack, &self.strides, self.keys_per_bucket);
        let keep = buckets.iter().any(|bucket| shared.is_shared(*bucket));
        self.slots.take(&mut out, keep, |keys, starts, codes| {
            if let [only] = buckets {
                starts.resize(starts.len() + keys.len(), only.start);
                return unpack.extend(keys, strides, codes);
            }
            let mut bucket = 0;
            let mut in_bucket: Vec<u32> = Vec::with_capacity(keys.len());
            for key in keys {
                // Keys rise, and most buckets have one.
                while *key - bucket * keys_per_bucket >= keys_per_bucket {
                    bucket += 1;
                }
                starts.push(buckets[bucket as usize].start);
                in_bucket.push(*key - bucket * keys_per_bucket);
            }
            unpack.extend(&in_bucket, strides, codes);
        });
        count.add(self.plan, &out, (0, 0))?;
        Ok((out, self.matched))
    }

    fn walk(&self, part: &Part) -> Walk<'p> {
        Walk {
            rows: select(&self.prepared.filter, &part.rows, self.plan.options.tuning),
            times: self.prepared.times(part.span),
            values: self.prepared.values(part.span),
            rest: part.rows.clone(),
            at: 0,
        }
    }

    fn slice_by_slice(&mut self, walk: &mut Walk<'_>, buckets: &[Bucket]) -> Result<(), ExecError> {
        let mut bucket = 0;
        while let Some(instant) = walk.next_instant() {
            bucket += buckets[bucket..].partition_point(|bucket| bucket.end <= instant);
            // Behind a bucket with rows, the next one is likely to have some.
            loop {
                let end = walk.end_of(buckets[bucket]);
                if end == walk.rest.start {
                    break;
                }
                self.slice(narrow::id(bucket) * self.keys_per_bucket, walk, end)?;
                bucket += 1;
                if bucket == buckets.len() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn rows_one_by_one(
        &mut self,
        walk: &mut Walk<'_>,
        timestamps: &Timestamps,
        buckets: &[Bucket],
    ) -> Result<(), ExecError> {
        let mut numbers = BucketNumbers::new(timestamps, buckets, self.keys_per_bucket);
        let mut buffer = std::mem::take(&mut self.listed);
        let values = walk.values;
        let result = walk.batches(walk.rest.end, &mut buffer, |rows| {
            numbers.write(rows, &mut self.keys);
            self.batch(Base::Each, rows, &values)
        });
        self.listed = buffer;
        result
    }

    /// Takes in the selected rows up to `end`, which are in one bucket.
    fn slice(&mut self, base: u32, walk: &mut Walk<'_>, end: u32) -> Result<(), ExecError> {
        if self.prepared.columns.groups.is_empty() {
            return self.slice_of_one(base, walk, end);
        }
        let mut buffer = std::mem::take(&mut self.listed);
        let values = walk.values;
        let result = walk.batches(end, &mut buffer, |rows| self.batch(Base::One(base), rows, &values));
        self.listed = buffer;
        result
    }

    /// Takes in the selected rows up to `end`, all of which have the same key.
    fn slice_of_one(&mut self, key: u32, walk: &mut Walk<'_>, end: u32) -> Result<(), ExecError> {
        let rest = walk.rest.start..end;
        let columns = &self.prepared.columns;
        let is_counted_only = columns.uniq.is_empty() && columns.feeds.is_empty();
        match &walk.rows {
            RowSet::Range(rows) => {
                let rows = rows.start.max(rest.start)..rows.end.min(rest.end);
                walk.rest.start = end;
                self.matched += rows.len() as u64;
                // Sums of ranges are too quick to be stopped.
                let at_once = if is_counted_only { u32::MAX } else { CHECKED_ROWS };
                for start in rows.clone().step_by(at_once as usize) {
                    let end = rows.end.min(start.saturating_add(at_once));
                    self.slots.add_range(key, start..end, &walk.values, columns);
                    self.check()?;
                }
            }
            set => {
                let bits = if is_counted_only { set.words_in(&rest) } else { None };
                let allowed = self.plan.options.tuning.instructions;
                let added = bits.and_then(|(first, words)| {
                    self.slots.add_bits(key, (first, &words), &walk.values, allowed)
                });
                match added {
                    Some(rows) => {
                        walk.rest.start = end;
                        self.matched += rows;
                    }
                    None => self.list_of_one(key, walk, end)?,
                }
            }
        }
        Ok(())
    }

    /// As [`DenseScan::slice_of_one`], of rows that have to be listed.
    fn list_of_one(&mut self, key: u32, walk: &mut Walk<'_>, end: u32) -> Result<(), ExecError> {
        let columns = &self.prepared.columns;
        let mut buffer = std::mem::take(&mut self.listed);
        let values = walk.values;
        let result = walk.batches(end, &mut buffer, |rows| {
            self.matched += rows.len() as u64;
            if let BatchRows::List(rows) = rows {
                self.slots.add_list(key, rows, &values, columns);
            }
            self.check()
        });
        self.listed = buffer;
        result
    }

    fn batch(&mut self, base: Base, rows: &BatchRows<'_>, values: &SpanValues<'_>) -> Result<(), ExecError> {
        if rows.len() == 0 {
            return Ok(());
        }
        self.matched += rows.len() as u64;
        match self.multi {
            None => self.keyed(base, rows, &[], values),
            Some(lists) => self.expand(base, rows, lists, values),
        }
        self.check()
    }

    /// Takes each row once for every value of the dimension with several values.
    fn expand(&mut self, base: Base, rows: &BatchRows<'_>, lists: &Lists, values: &SpanValues<'_>) {
        let mut expanded = std::mem::take(&mut self.expanded);
        let bases = std::mem::take(&mut self.keys);
        let mut each = bases.iter();
        rows.zip(0_u32.., |row, _| {
            expanded.push(lists, row);
            if matches!(base, Base::Each) {
                self.keys.resize(expanded.len(), each.next().copied().unwrap_or_default());
            }
            // One row may have thousands of values.
            if expanded.len() >= EXPANDED_ROWS {
                self.keyed(base, &BatchRows::List(expanded.rows()), expanded.codes(), values);
                self.keys.clear();
                expanded.clear();
            }
        });
        self.keyed(base, &BatchRows::List(expanded.rows()), expanded.codes(), values);
        expanded.clear();
        self.expanded = expanded;
    }

    /// Adds rows to the slots of their keys; `multi` are the codes of the dimension with several values.
    fn keyed(&mut self, base: Base, rows: &BatchRows<'_>, multi: &[u32], values: &SpanValues<'_>) {
        let columns = &self.prepared.columns;
        if let Some(keys) = codes_as_keys(base, rows, &columns.groups) {
            return self.slots.add(keys, rows, values, columns);
        }
        if let Base::One(base) = base {
            self.keys.clear();
            self.keys.resize(rows.len(), base);
        }
        add_codes(&mut self.keys, &columns.groups, &self.strides, rows, multi);
        self.slots.add(&self.keys, rows, values, columns);
    }
}

/// The keys of rows that follow one another, where those are the codes of the only dimension as they are.
fn codes_as_keys<'c>(base: Base, rows: &BatchRows<'_>, columns: &'c [Column]) -> Option<&'c [u32]> {
    match (base, rows, columns) {
        (Base::One(0), BatchRows::Range(rows), [column]) => match &*column.codes {
            DimensionCodes::Single(Codes::U32(codes)) => Some(&codes[rows.start as usize..rows.end as usize]),
            _ => None,
        },
        _ => None,
    }
}

impl Walk<'_> {
    /// The instant of the next row; `None` where there is none, and where all rows are in one bucket.
    fn next_instant(&self) -> Option<i64> {
        if self.rest.is_empty() { None } else { self.times.map(|times| times.get(self.rest.start)) }
    }

    /// The first of the rest of the rows that is after a bucket.
    fn end_of(&self, bucket: Bucket) -> u32 {
        self.times.map_or(self.rest.end, |times| times.first_at_or_after(self.rest.clone(), bucket.end))
    }

    /// Calls with the selected rows up to `end`, some at a time, until one call fails; those that do not follow one another
    /// are listed in `buffer`.
    fn batches(
        &mut self,
        end: u32,
        buffer: &mut [u32],
        mut call: impl FnMut(&BatchRows<'_>) -> Result<(), ExecError>,
    ) -> Result<(), ExecError> {
        let rest = self.rest.start..end;
        self.rest.start = end;
        match &self.rows {
            RowSet::Range(selected) => {
                let selected = rest.start.max(selected.start)..rest.end.min(selected.end);
                selected.clone().step_by(BATCH_ROWS as usize).try_for_each(|start| {
                    call(&BatchRows::Range(start..selected.end.min(start.saturating_add(BATCH_ROWS))))
                })
            }
            set @ RowSet::Bits { .. } => {
                set.try_for_each_batch(&rest, buffer, |rows| call(&BatchRows::List(rows)))
            }
            RowSet::List(selected) => {
                let start = self.at;
                self.at += selected[start..].partition_point(|row| *row < end);
                let selected = &selected[start..self.at];
                selected.chunks(BATCH_ROWS as usize).try_for_each(|rows| call(&BatchRows::List(rows)))
            }
        }
    }
}
