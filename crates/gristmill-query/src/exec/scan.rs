//! The scan of one segment: into which pieces its rows are cut, and which way goes through them.

use super::ExecError;
use super::cell::{Cell, CountCell, ExtremesCell, FixedCell, FullCell, NarrowCell, PlainCell, SumCell};
use super::dense::{DenseScan, InOneArray};
use super::groups::{GroupCount, Groups};
use super::hashed::HashedScan;
use super::piece::{Piece, by_buckets, by_rows};
use super::prepare::Prepared;
use super::strategy::{Shape, Way};
use super::value_form::SumForm;
use crate::plan::Plan;
use crate::request::Interval;
use crate::time::Bucket;
use gristmill_storage::segment::Timestamps;
use rayon::prelude::*;

/// Rows that go through the loops together: their keys, ids and codes stay in the first-level cache.
pub(crate) const BATCH_ROWS: u32 = 2048;

/// Rows with several values are taken in when they have made so many entries, since one row may have thousands.
pub(crate) const EXPANDED_ROWS: usize = 2 * BATCH_ROWS as usize;

/// Pieces for each thread: enough that one which ends early finds more to do.
const PIECES_PER_THREAD: u64 = 4;

/// Fewer rows than this are not worth a piece of their own.
const MIN_PIECE_ROWS: u64 = 16 * 1024;

/// Pieces are uneven where the busiest thread has this part of all rows more than its share, over all threads. Months of
/// one quarter on two threads are: two against one.
const UNEVEN_SHARE: u64 = 8;

/// The rows of the thread that gets most, where each piece goes to the one that has least.
fn busiest(pieces: &[Piece], threads: u64) -> u64 {
    let mut busy = vec![0_u64; usize::try_from(threads).unwrap_or(usize::MAX).clamp(1, pieces.len().max(1))];
    for piece in pieces {
        if let Some(least) = busy.iter_mut().min() {
            *least += piece.rows();
        }
    }
    busy.into_iter().max().unwrap_or(0)
}

/// What the scan of one segment found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Groups; those of several scans may be the same.
    pub(crate) sources: Vec<Groups>,
    /// Rows that matched.
    pub(crate) matched: u64,
    /// In which way they were grouped, in words.
    pub(crate) way: &'static str,
}

/// Which buckets other segments may have rows in too.
#[derive(Clone, Debug)]
pub(crate) struct SharedBuckets {
    others: Vec<Interval>,
}

impl SharedBuckets {
    /// By the instants of the other segments.
    pub(crate) fn of(others: Vec<Interval>) -> Self {
        Self { others }
    }

    /// Whether another segment may have rows in a bucket.
    pub(crate) fn is_shared(&self, bucket: Bucket) -> bool {
        self.others.iter().any(|other| other.start < bucket.end && bucket.start < other.end)
    }
}

/// Scans a segment on as many threads.
pub(crate) fn scan(
    plan: &Plan<'_>,
    prepared: &Prepared<'_>,
    shared: &SharedBuckets,
    threads: u64,
) -> Result<Found, ExecError> {
    let scan = SegmentScan { plan, prepared, shared, threads, count: GroupCount::default() };
    if !plan.needs.sum {
        return if plan.needs.extremes { scan.run::<ExtremesCell>() } else { scan.run::<CountCell>() };
    }
    if prepared.sums().any(|sum| sum == SumForm::Checked) {
        scan.with_sum::<SumCell>()
    } else {
        let is_wide = |sum| matches!(sum, SumForm::Fixed(place) if place.is_wide);
        match prepared.units {
            None => scan.with_sum::<PlainCell>(),
            Some(_) if prepared.sums().any(is_wide) => scan.with_sum::<FixedCell>(),
            Some(_) => scan.with_sum::<NarrowCell>(),
        }
    }
}

struct SegmentScan<'p> {
    plan: &'p Plan<'p>,
    prepared: &'p Prepared<'p>,
    shared: &'p SharedBuckets,
    threads: u64,
    count: GroupCount,
}

impl SegmentScan<'_> {
    /// With the kind of cell that adds up as the values ask for.
    fn with_sum<C: Cell>(&self) -> Result<Found, ExecError> {
        if self.plan.needs.extremes { self.run::<FullCell<C>>() } else { self.run::<C>() }
    }

    fn run<C: Cell>(&self) -> Result<Found, ExecError> {
        let shape = Shape::of(self.plan, self.prepared);
        // Forced pieces are cut within buckets too, whatever the threads.
        let (piece_rows, wanted) = match self.plan.options.tuning.task_rows {
            Some(rows) => (u64::from(rows).max(1), u64::MAX),
            None => ((shape.rows / (self.threads * PIECES_PER_THREAD)).max(MIN_PIECE_ROWS), self.threads),
        };
        let wanted = wanted.min(shape.rows.div_ceil(piece_rows));
        let pieces = if wanted > 1 && self.timestamps().is_some() {
            by_buckets(self.prepared, &self.plan.bucketer, shape.rows.div_ceil(piece_rows))
        } else {
            by_rows(&self.prepared.spans, u64::MAX)
        };
        if (pieces.len() as u64) < wanted || (wanted > 1 && self.is_better_within_buckets(&shape, &pieces)) {
            let pieces = by_rows(&self.prepared.spans, shape.rows.div_ceil(wanted));
            return self.within_buckets::<C>(&shape, &pieces);
        }
        self.between_buckets::<C>(&shape, &pieces)
    }

    /// Whether pieces that share no bucket keep the threads so unevenly busy that equal ones are better, whose arrays have
    /// to be added up. Distinct values take long to add up.
    fn is_better_within_buckets(&self, shape: &Shape, pieces: &[Piece]) -> bool {
        self.plan.options.tuning.task_rows.is_none()
            && self.prepared.columns.uniq.is_empty()
            && self.prepared.columns.feeds.is_empty()
            && shape.has_few_slots()
            && busiest(pieces, self.threads).saturating_mul(self.threads)
                > shape.rows + shape.rows / UNEVEN_SHARE
    }

    /// Scans pieces that share no bucket: their groups follow one another.
    fn between_buckets<C: Cell>(&self, shape: &Shape, pieces: &[Piece]) -> Result<Found, ExecError> {
        let keys = shape.keys.and_then(|keys| u32::try_from(keys).ok());
        let rows_per_bucket = (shape.rows / shape.buckets).max(1);
        let found = match (shape.way(), keys) {
            (Way::BucketByBucket, Some(keys)) => self.each(pieces, |piece| {
                DenseScan::<C>::new(self.plan, self.prepared, keys, InOneArray::Bucket, rows_per_bucket)?
                    .bucket_by_bucket(piece, self.shared, &self.count)
            }),
            (Way::AllBuckets, Some(keys)) => self.each(pieces, |piece| {
                let buckets = self.buckets(self.interval_of(piece));
                let in_one_array = InOneArray::of(&buckets, shape);
                let mut scan =
                    DenseScan::<C>::new(self.plan, self.prepared, keys, in_one_array, piece.rows())?;
                scan.all_buckets(piece, &buckets)?;
                scan.finish(&buckets, self.shared, &self.count)
            }),
            _ => self.each(pieces, |piece| {
                let edges = self.interval_of(piece);
                let keep = self.shared.is_shared(Bucket {
                    start: self.plan.bucketer.bucket_of(edges.start).start,
                    end: self.plan.bucketer.bucket_of(edges.end.saturating_sub(1)).end,
                });
                HashedScan::<C>::scan(self.plan, self.prepared, piece, keep)
            }),
        }?;
        let matched = found.iter().map(|(_, matched)| matched).sum();
        let sources: Vec<Groups> = found.into_iter().map(|(groups, _)| groups).collect();
        let groups: usize = sources.iter().map(Groups::len).sum();
        self.plan.options.budget.check_groups(groups as u64)?;
        let way = match shape.way() {
            Way::BucketByBucket => "bucket by bucket",
            Way::AllBuckets => "all buckets at once",
            Way::Hashed => "hash table",
        };
        Ok(Found { sources, matched, way })
    }

    /// Scans pieces that may share buckets: what they have seen is added up.
    fn within_buckets<C: Cell>(&self, shape: &Shape, pieces: &[Piece]) -> Result<Found, ExecError> {
        let keys = shape.keys.and_then(|keys| u32::try_from(keys).ok());
        let Some(keys) = keys.filter(|_| shape.fits_one_array()) else {
            let found =
                self.each(pieces, |piece| HashedScan::<C>::scan(self.plan, self.prepared, piece, true))?;
            let matched = found.iter().map(|(_, matched)| matched).sum();
            let sources = found.into_iter().map(|(groups, _)| groups).collect();
            return Ok(Found { sources, matched, way: "hash table, by rows" });
        };
        let buckets = self.buckets(self.prepared.interval);
        let in_one_array = InOneArray::of(&buckets, shape);
        let scans = self.each(pieces, |piece| {
            let mut scan = DenseScan::<C>::new(self.plan, self.prepared, keys, in_one_array, piece.rows())?;
            scan.all_buckets(piece, &buckets)?;
            Ok(scan)
        })?;
        let mut scans = scans.into_iter();
        let Some(mut scan) = scans.next() else { return Ok(Found::default()) };
        scans.for_each(|other| scan.merge(other));
        let (groups, matched) = scan.finish(&buckets, self.shared, &self.count)?;
        Ok(Found { sources: vec![groups], matched, way: "all buckets at once, by rows" })
    }

    fn each<T: Send>(
        &self,
        pieces: &[Piece],
        scan: impl Fn(&Piece) -> Result<T, ExecError> + Send + Sync,
    ) -> Result<Vec<T>, ExecError> {
        let scan = |piece: &Piece| {
            self.plan.stop.check()?;
            scan(piece)
        };
        if self.threads == 1 || pieces.len() == 1 {
            return pieces.iter().map(scan).collect();
        }
        pieces.par_iter().with_max_len(1).map(scan).collect()
    }

    fn timestamps(&self) -> Option<&Timestamps> {
        self.prepared.columns.timestamps.as_ref().map(|(timestamps, _)| &**timestamps)
    }

    /// The buckets of some instants, in order.
    fn buckets(&self, interval: Interval) -> Vec<Bucket> {
        match self.timestamps() {
            None => vec![self.plan.bucketer.bucket_of(self.plan.fetch.interval.start)],
            Some(_) => self.plan.bucketer.buckets_overlapping(interval).collect(),
        }
    }

    /// The instants of a piece.
    fn interval_of(&self, piece: &Piece) -> Interval {
        let Some(timestamps) = self.timestamps() else { return self.prepared.interval };
        let first = piece.parts.iter().map(|part| timestamps.get(part.rows.start as usize)).min();
        let last = piece.parts.iter().map(|part| timestamps.get(part.rows.end as usize - 1)).max();
        Interval { start: first.unwrap_or_default(), end: last.unwrap_or_default().saturating_add(1) }
    }
}
