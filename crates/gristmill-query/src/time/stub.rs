//! temporary
#![allow(missing_docs, reason = "x")]
use super::{Granularity, Zone};
use crate::request::Interval;
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    pub start: i64,
    pub end: i64,
}
#[derive(Debug)]
pub struct Bucketer {
    granularity: Granularity,
    interval: Interval,
}
pub struct Cursor<'a>(&'a Bucketer);
impl Bucketer {
    pub fn new(granularity: Granularity, _zone: Zone, interval: Interval) -> Self {
        Self { granularity, interval }
    }
    pub fn cursor(&self) -> Cursor<'_> {
        Cursor(self)
    }
    fn width(&self) -> i64 {
        match self.granularity {
            Granularity::Hour => 3_600_000,
            Granularity::Minute => 60_000,
            Granularity::None => 1,
            Granularity::All => i64::MAX / 4,
            _ => 86_400_000,
        }
    }
    pub fn buckets_overlapping(&self, interval: Interval) -> impl Iterator<Item = Bucket> + '_ {
        let w = self.width();
        (interval.start.div_euclid(w)..(interval.end + w - 1).div_euclid(w))
            .map(move |i| Bucket { start: i * w, end: i * w + w })
    }
    pub fn count_at_most(&self, interval: Interval) -> u64 {
        ((interval.end - interval.start) / self.width() + 2) as u64
    }
}
impl Cursor<'_> {
    pub fn bucket_of(&mut self, t: i64) -> Bucket {
        let w = self.0.width();
        if self.0.granularity == Granularity::All {
            return Bucket { start: self.0.interval.start, end: self.0.interval.end };
        }
        let s = t.div_euclid(w) * w;
        Bucket { start: s, end: s + w }
    }
}
impl Zone {
    pub fn label(&self, t: i64) -> String {
        t.to_string()
    }
    pub fn write_label(&self, t: i64, out: &mut Vec<u8>) {
        out.extend_from_slice(t.to_string().as_bytes());
    }
}
