//! Finding the buckets of instants near each other.

use crate::request::Interval;
use crate::time::OffsetSpan;
use crate::time::bucket::rule::Rule;
use crate::time::bucket::wall::Wall;
use crate::time::bucket::{Bucket, Bucketer, FURTHEST};

/// Finds buckets, and remembers the last one and the offset around it.
#[derive(Clone, Debug)]
pub struct BucketCursor<'a> {
    bucketer: &'a Bucketer,
    bucket: Bucket,
    span: OffsetSpan,
}

impl<'a> BucketCursor<'a> {
    pub(super) fn new(bucketer: &'a Bucketer) -> Self {
        let nothing = Bucket { start: 0, end: 0 };
        Self { bucketer, bucket: nothing, span: OffsetSpan { from: 0, until: 0, offset: 0 } }
    }

    /// The bucket around an instant in milliseconds since 1970-01-01T00:00:00Z, as [`Bucketer::bucket_of`] has it.
    pub fn bucket_of(&mut self, millis: i64) -> Bucket {
        if !self.bucket.contains(millis) {
            let millis = millis.clamp(-FURTHEST, FURTHEST);
            self.bucket = match self.bucketer.rule {
                Rule::All(bucket) => bucket,
                Rule::Each => Bucket { start: millis, end: millis + 1 },
                Rule::Fixed(width) => self.fixed(millis, width),
                Rule::Elapsed { width, origin } => {
                    let start = millis - (millis - origin).rem_euclid(width);
                    Bucket { start, end: start + width }
                }
                Rule::Wall(wall) => self.between_boundaries(millis, wall),
            };
        }
        self.bucket
    }

    fn span_at(&mut self, millis: i64) -> OffsetSpan {
        if !self.span.contains(millis) {
            self.span = self.bucketer.zone.span_at(millis);
        }
        self.span
    }

    fn fixed(&mut self, millis: i64, width: i64) -> Bucket {
        // The bucket after the last one begins where that ends, without a division.
        let follows = millis == self.bucket.end && self.span.contains(millis);
        let span = self.span_at(millis);
        let start = if follows { millis } else { millis - (millis + span.offset_millis()).rem_euclid(width) };
        Bucket { start: start.max(span.from), end: (start + width).min(span.until) }
    }

    fn between_boundaries(&mut self, millis: i64, wall: Wall) -> Bucket {
        let local = millis + self.span_at(millis).offset_millis();
        let mut number = wall.number_of(local);
        // The boundary that the clock shows last was passed, but so may have been the next one, before the clock went
        // back.
        let mut start = self.resolve(wall.reading(number));
        loop {
            number += 1;
            let end = self.resolve(wall.reading(number));
            if millis < end {
                return Bucket { start, end };
            }
            start = end;
        }
    }

    fn resolve(&self, local: i64) -> i64 {
        self.bucketer.zone.resolve(local)
    }
}

/// The buckets that share an instant with an interval, in the order of time.
#[derive(Clone, Debug)]
pub struct Buckets<'a> {
    cursor: BucketCursor<'a>,
    /// An instant of the next bucket; `None` when there is none.
    next: Option<i64>,
    end: i64,
}

impl<'a> Buckets<'a> {
    pub(super) fn new(bucketer: &'a Bucketer, interval: Interval) -> Self {
        let start = interval.start.clamp(-FURTHEST, FURTHEST);
        let end = interval.end.clamp(-FURTHEST, FURTHEST);
        let all = matches!(bucketer.rule, Rule::All(_));
        Self { cursor: bucketer.cursor(), next: (start < end || all).then_some(start), end }
    }
}

impl Iterator for Buckets<'_> {
    type Item = Bucket;

    fn next(&mut self) -> Option<Bucket> {
        let bucket = self.cursor.bucket_of(self.next?);
        let more = bucket.end < self.end && !matches!(self.cursor.bucketer.rule, Rule::All(_));
        self.next = more.then_some(bucket.end);
        Some(bucket)
    }
}

impl std::iter::FusedIterator for Buckets<'_> {}
