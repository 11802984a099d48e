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
    width: Option<u32>,
    /// The bucket of the last row.
    current: usize,
    /// The instants of one batch, kept to be filled again.
    instants: Vec<i64>,
}

impl<'b> BucketNumbers<'b> {
    /// Among `buckets`, which follow one another and of which there is at least one.
    pub(crate) fn new(timestamps: &'b Timestamps, buckets: &'b [Bucket], stride: u32) -> Self {
        Self { timestamps, buckets, stride, width: equal_width(buckets), current: 0, instants: Vec::new() }
    }

    /// Writes the number of each row's bucket, times the stride.
    pub(crate) fn write(&mut self, rows: &BatchRows<'_>, numbers: &mut Vec<u32>) {
        let mut buffer = std::mem::take(&mut self.instants);
        let instants = instants_of(self.timestamps, rows, &mut buffer);
        if let Some(width) = self.width {
            numbers.resize(instants.len(), 0);
            wide::bucket_numbers(instants, self.buckets[0].start, width, self.stride, numbers);
        } else {
            numbers.clear();
            for instant in instants {
                while self.buckets[self.current].end <= *instant {
                    self.current += 1;
                }
                numbers.push(narrow::id(self.current) * self.stride);
            }
        }
        self.instants = buffer;
    }
}

/// The instants of some rows, in `buffer` where they do not lie side by side as they are.
fn instants_of<'t>(timestamps: &'t Timestamps, rows: &BatchRows<'_>, buffer: &'t mut Vec<i64>) -> &'t [i64] {
    buffer.clear();
    match (timestamps, rows) {
        (Timestamps::Wide(instants), BatchRows::Range(rows)) => {
            return &instants[rows.start as usize..rows.end as usize];
        }
        (Timestamps::Wide(instants), BatchRows::List(rows)) => {
            buffer.extend(rows.iter().map(|row| instants[*row as usize]));
        }
        (Timestamps::Narrow { base, offsets }, BatchRows::Range(rows)) => {
            let offsets = &offsets[rows.start as usize..rows.end as usize];
            buffer.extend(offsets.iter().map(|offset| base + i64::from(*offset)));
        }
        (Timestamps::Narrow { base, offsets }, BatchRows::List(rows)) => {
            buffer.extend(rows.iter().map(|row| base + i64::from(offsets[*row as usize])));
        }
    }
    buffer
}

/// All buckets together may be as long as [`wide::bucket_numbers`] can count, in milliseconds.
const LONGEST: i64 = 1 << 50;

/// The length of every bucket, where all but the last have the same.
fn equal_width(buckets: &[Bucket]) -> Option<u32> {
    let (first, last) = (buckets.first()?, buckets.last()?);
    let width = first.end - first.start;
    let mut next = first.start;
    for bucket in buckets {
        if bucket.start != next || bucket.end - bucket.start > width {
            return None;
        }
        next += width;
    }
    if last.end - first.start < LONGEST { u32::try_from(width).ok() } else { None }
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
        assert_eq!(equal_width(&buckets(&[0, 1 << 31])), Some(1 << 31));
        assert_eq!(equal_width(&buckets(&[0, 1 << 32])), None);
        assert_eq!(equal_width(&buckets(&[-1 << 31, 0, LONGEST])), None);
        assert_eq!(equal_width(&[]), None);
    }
}
