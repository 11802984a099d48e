//! Which columns of the terminal a bucket takes.

/// How buckets are spread over columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spread {
    pub(super) buckets: usize,
    /// Columns in all.
    pub(super) width: usize,
    /// Columns from one bar to the next; 0 when there are more buckets than columns, which then share them.
    pitch: usize,
}

/// A bar gets no wider than this with the gap after it: a few very wide bars are harder to compare.
const WIDEST_PITCH: usize = 9;

impl Spread {
    /// Spreads `buckets`, at least one, over at most `width` columns, at least one.
    pub(super) fn new(buckets: usize, width: usize) -> Self {
        let (buckets, width) = (buckets.max(1), width.max(1));
        let pitch = (width / buckets).min(WIDEST_PITCH);
        Self { buckets, width: if pitch == 0 { width } else { pitch * buckets }, pitch }
    }

    /// The columns that a bar fills; `None` when buckets share columns.
    pub(super) fn bar(self) -> Option<usize> {
        match self.pitch {
            0 => None,
            1 => Some(1),
            2..=5 => Some(self.pitch - 1),
            _ => Some(self.pitch - 2),
        }
    }

    /// Columns from one bar to the next, when bars have columns of their own.
    pub(super) fn gap(self) -> usize {
        self.bar().map_or(0, |bar| self.pitch - bar)
    }

    /// The first of `fine * width` columns that belongs to the bucket, where each column of the terminal has `fine`.
    pub(super) fn column(self, bucket: usize, fine: usize) -> usize {
        match self.pitch {
            0 => bucket * self.width * fine / self.buckets,
            pitch => bucket * pitch * fine,
        }
    }

    /// The column in the middle of a bucket's bar.
    pub(super) fn middle(self, bucket: usize) -> usize {
        self.column(bucket, 1) + self.bar().map_or(0, |bar| (bar - 1) / 2)
    }
}
