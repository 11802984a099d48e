//! The number of each row's bucket, where buckets have few rows each.

use super::batch_rows::BatchRows;
use super::wide;
use crate::narrow;
use crate::time::Bucket;
use gristmill_storage::segment::Timestamps;

/// Finds the number of each row's bucket among some buckets, for rows that never go back in time.
pub(crate) struct BucketNumbers<'b> {
    timestamps: &'b Timestamps,
    buckets: &'b [Bucket],
    /// What each number is multiplied by.
    stride: u32,
    /// Where all buckets are equally long: that length, in milliseconds.
    width: Option<i32>,
    /// The bucket of the last row.
    current: usize,
    offsets: Vec<i32>,
}

impl<'b> BucketNumbers<'b> {
    /// Among `buckets`, which follow one another and of which there is at least one.
    pub(crate) fn new(timestamps: &'b Timestamps, buckets: &'b [Bucket], stride: u32) -> Self {
        Self { timestamps, buckets, stride, width: equal_width(buckets), current: 0, offsets: Vec::new() }
    }

    /// Writes the number of each row's bucket, times the stride.
    pub(crate) fn write(&mut self, rows: &BatchRows<'_>, numbers: &mut Vec<u32>) {
        match self.timestamps {
            Timestamps::Narrow { base, offsets } => {
                let base = *base;
                self.write_of(rows, numbers, |row| base + i64::from(offsets[row as usize]));
            }
            Timestamps::Wide(instants) => self.write_of(rows, numbers, |row| instants[row as usize]),
        }
    }

    fn write_of(&mut self, rows: &BatchRows<'_>, numbers: &mut Vec<u32>, instant: impl Fn(u32) -> i64) {
        let start = self.buckets[0].start;
        numbers.clear();
        if let Some(width) = self.width {
            self.offsets.clear();
            #[expect(
                clippy::cast_possible_truncation,
                reason = "all buckets together are shorter than 2^31 ms"
            )]
            let offset = |row: u32| (instant(row) - start) as i32;
            match rows {
                BatchRows::Range(rows) => self.offsets.extend(rows.clone().map(offset)),
                BatchRows::List(rows) => self.offsets.extend(rows.iter().map(|row| offset(*row))),
            }
            numbers.resize(rows.len(), 0);
            wide::divide(&self.offsets, width, self.stride, numbers);
            return;
        }
        rows.for_each(|row| {
            let instant = instant(row);
            while self.buckets[self.current].end <= instant {
                self.current += 1;
            }
            numbers.push(narrow::id(self.current) * self.stride);
        });
    }
}

/// The length of every bucket, where all but the last have the same and all together are shorter than 2^31 ms.
fn equal_width(buckets: &[Bucket]) -> Option<i32> {
    let (first, last) = (buckets.first()?, buckets.last()?);
    let width = first.end - first.start;
    let mut next = first.start;
    for bucket in buckets {
        if bucket.start != next || bucket.end - bucket.start > width {
            return None;
        }
        next += width;
    }
    i32::try_from(last.end - first.start).ok()?;
    i32::try_from(width).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(edges: &[i64]) -> Vec<Bucket> {
        edges.windows(2).map(|edges| Bucket { start: edges[0], end: edges[1] }).collect()
    }

    #[test]
    fn rows_are_in_the_bucket_that_holds_their_instant() {
        let instants = [100, 109, 110, 139, 140, 149];
        let forms = [
            Timestamps::Wide(instants.to_vec().into()),
            Timestamps::Narrow { base: 90, offsets: vec![10_u32, 19, 20, 49, 50, 59].into() },
        ];
        // Equally long, with a short one last, and of any length.
        for (edges, expected) in [
            ([100, 110, 120, 130, 140, 150], [0, 0, 1, 3, 4, 4]),
            ([90, 105, 120, 135, 150, 165], [0, 1, 1, 3, 3, 3]),
            ([100, 101, 120, 138, 140, 900], [0, 1, 1, 3, 4, 4]),
        ] {
            let buckets = buckets(&edges);
            for timestamps in &forms {
                let mut numbers = Vec::new();
                BucketNumbers::new(timestamps, &buckets, 7).write(&BatchRows::Range(0..6), &mut numbers);
                assert_eq!(numbers, expected.map(|number| number * 7), "{edges:?}");
                BucketNumbers::new(timestamps, &buckets, 1).write(&BatchRows::List(&[1, 4]), &mut numbers);
                assert_eq!(numbers, [expected[1], expected[4]], "{edges:?}");
            }
        }
    }

    #[test]
    fn only_equal_buckets_are_divided_by_their_width() {
        assert_eq!(equal_width(&buckets(&[0, 10, 20, 25])), Some(10));
        assert_eq!(equal_width(&buckets(&[0, 10, 25])), None);
        assert_eq!(equal_width(&buckets(&[0, 5, 15, 25])), None);
        assert_eq!(equal_width(&buckets(&[0, 1 << 31])), None);
        assert_eq!(equal_width(&[]), None);
    }
}
