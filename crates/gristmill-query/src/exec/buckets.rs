//! The buckets that one scan meets, numbered from 0 on.

use crate::narrow;
use crate::time::{Bucket, BucketCursor, Bucketer};
use gristmill_storage::hash::HashMap;
use gristmill_storage::segment::RunTimes;

/// The buckets that one scan meets, numbered in the order they were met.
pub(crate) struct Buckets<'p> {
    cursor: BucketCursor<'p>,
    starts: Vec<i64>,
    ids: HashMap<i64, u32>,
    current: Option<(Bucket, u32)>,
}

impl<'p> Buckets<'p> {
    /// No bucket yet, or the one that starts at `only`, which all rows are in.
    pub(crate) fn new(bucketer: &'p Bucketer, only: Option<i64>) -> Self {
        let starts = only.into_iter().collect();
        Self { cursor: bucketer.cursor(), starts, ids: HashMap::default(), current: None }
    }

    /// The bucket of a row, and the first row at or before `end` that may be in another. `end` is the end of the
    /// span that the row lies in, and `times` are its timestamps; without them all rows are in one bucket.
    pub(crate) fn slice(&mut self, times: Option<RunTimes<'_>>, row: u32, end: u32) -> (u32, u32) {
        let Some(times) = times else { return (0, end) };
        let instant = times.get(row);
        let (bucket, id) = match self.current {
            Some((bucket, id)) if bucket.contains(instant) => (bucket, id),
            _ => self.enter(instant),
        };
        (id, times.first_at_or_after(row + 1..end, bucket.end))
    }

    fn enter(&mut self, instant: i64) -> (Bucket, u32) {
        let bucket = self.cursor.bucket_of(instant);
        let next = narrow::id(self.starts.len());
        let id = *self.ids.entry(bucket.start).or_insert(next);
        if id == next {
            self.starts.push(bucket.start);
        }
        self.current = Some((bucket, id));
        (bucket, id)
    }

    /// Where each of them starts, by number.
    pub(crate) fn into_starts(self) -> Vec<i64> {
        self.starts
    }
}
