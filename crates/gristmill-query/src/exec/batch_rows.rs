//! The rows of one batch: a range or a list, told apart outside the loops.

use std::ops::Range;

/// The rows that go through the loops together.
#[derive(Clone, Debug)]
pub(crate) enum BatchRows<'b> {
    /// Rows that follow one another.
    Range(Range<u32>),
    /// Rows in rising order; one may stand several times.
    List(&'b [u32]),
}

impl BatchRows<'_> {
    /// How many rows.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Range(rows) => rows.len(),
            Self::List(rows) => rows.len(),
        }
    }

    /// Calls with each row.
    #[inline]
    pub(crate) fn for_each(&self, call: impl FnMut(u32)) {
        match self {
            Self::Range(rows) => rows.clone().for_each(call),
            Self::List(rows) => rows.iter().copied().for_each(call),
        }
    }

    /// Calls with each row and the item that stands beside it.
    #[inline]
    pub(crate) fn zip<T>(&self, items: impl Iterator<Item = T>, mut call: impl FnMut(u32, T)) {
        match self {
            Self::Range(rows) => rows.clone().zip(items).for_each(|(row, item)| call(row, item)),
            Self::List(rows) => rows.iter().zip(items).for_each(|(row, item)| call(*row, item)),
        }
    }
}
