//! How a fetch was answered.

use serde::Serialize;
use std::fmt;

/// How a fetch was answered: what was looked at, in which ways, and how long that took.
///
/// Its JSON has the fields of these types under their names; fields may be added.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Explanation {
    /// Rows of the answer.
    pub rows: u64,
    /// One for all rows, and one for each filter that figures have of their own.
    pub passes: Vec<Pass>,
    /// Microseconds from the beginning to the answer.
    pub micros: u64,
}

/// One way through the segments.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Pass {
    /// The figures that it gives.
    pub metrics: Vec<String>,
    /// Every segment of the store, in its order; of Parquet files, every part of a row group.
    pub segments: Vec<SegmentScan>,
    /// Groups of all segments together.
    pub groups: u64,
    /// Microseconds until the rows to be looked at were known.
    pub prune_micros: u64,
    /// Microseconds of the scan of all segments, on all threads.
    pub scan_micros: u64,
    /// Microseconds until the groups of all segments were added up.
    pub merge_micros: u64,
}

/// What was done with one segment.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SegmentScan {
    /// Its events; those in range only where others must not be told of.
    pub rows: u64,
    /// The first of its events, in milliseconds since 1970-01-01T00:00:00Z; none where it is not known, or others must not be
    /// told of.
    pub first: Option<i64>,
    /// The last of them.
    pub last: Option<i64>,
    /// `memory`, `plain`, `compressed` or `parquet`.
    pub form: &'static str,
    /// Why it was not looked at: `interval`, `organization` (by the bounds that the catalog has), `rows` (it has none of
    /// the organization, vendor and interval), `filter` (no value of it matches), or `unreadable`.
    pub pruned: Option<&'static str>,
    /// Rows of the organization, vendor and interval.
    pub rows_in_range: u64,
    /// How the rows that match are found.
    pub filter: Option<String>,
    /// How they are grouped: `bucket by bucket`, `all buckets at once`, `hash table`, each with `by rows` where threads share
    /// buckets.
    pub grouping: Option<&'static str>,
    /// Threads that it was given.
    pub threads: u64,
    /// Rows that matched.
    pub rows_matched: u64,
    /// Bytes of columns that were read, as [`Touched::bytes`](super::Touched::bytes).
    pub bytes_touched: u64,
    /// Microseconds from opening its columns to its groups.
    pub micros: u64,
}

impl Explanation {
    /// The same without what it tells of other organizations: segments that were not looked at, and of the others what
    /// concerns rows out of range.
    #[must_use]
    pub fn without_others(mut self) -> Self {
        for pass in &mut self.passes {
            pass.segments.retain(|segment| segment.rows_in_range > 0);
            for segment in &mut pass.segments {
                (segment.rows, segment.first, segment.last) = (segment.rows_in_range, None, None);
            }
        }
        self
    }

    /// As JSON, on several lines.
    pub fn to_json(&self) -> String {
        // These types have no map and no number that JSON does not have.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// As a tree for people.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "answer: {} rows in {} us", self.rows, self.micros)?;
        for pass in &self.passes {
            let Pass { prune_micros, scan_micros, merge_micros, .. } = pass;
            writeln!(f, "└─ {}: {} groups", pass.metrics.join(", "), pass.groups)?;
            writeln!(f, "   ├─ prune {prune_micros} us, scan {scan_micros} us, merge {merge_micros} us")?;
            let (scanned, pruned): (Vec<_>, Vec<_>) =
                pass.segments.iter().partition(|segment| segment.pruned.is_none());
            for reason in ["interval", "organization", "rows", "filter", "unreadable"] {
                let count = pruned.iter().filter(|segment| segment.pruned == Some(reason)).count();
                if count > 0 {
                    writeln!(f, "   ├─ {count} segments left out: {reason}")?;
                }
            }
            for segment in scanned {
                write!(f, "{segment}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for SegmentScan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows, form, rows_in_range, rows_matched, bytes_touched, micros, threads, .. } = self;
        writeln!(f, "   └─ segment of {rows} rows, {form}: {micros} us, threads: {threads}")?;
        writeln!(f, "      ├─ in range: {rows_in_range} rows")?;
        writeln!(f, "      ├─ filter: {}", self.filter.as_deref().unwrap_or("none"))?;
        writeln!(f, "      ├─ groups: {}", self.grouping.unwrap_or("none"))?;
        writeln!(f, "      └─ matched: {rows_matched} rows, {bytes_touched} bytes read")
    }
}
