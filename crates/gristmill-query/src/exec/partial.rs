//! What one scan found, in the codes of its segment.

use super::accumulate::{Accumulators, DistinctCodes};
use super::group::GroupIds;
use super::prepare::Dictionaries;
use std::sync::Arc;

/// What one scan found. Its codes mean something in its own segment only; [`super::merge`] lifts them to values.
#[derive(Debug)]
pub(crate) struct Partial {
    /// Where each bucket starts, by the number it has here.
    pub(crate) starts: Vec<i64>,
    /// The key of each group: the bucket's number, then a code for each grouped dimension.
    pub(crate) groups: GroupIds,
    pub(crate) accumulators: Accumulators,
    pub(crate) distinct: DistinctCodes,
    pub(crate) dictionaries: Arc<Dictionaries>,
}

impl Partial {
    /// The groups that have a row, rising.
    pub(crate) fn groups(&self) -> impl Iterator<Item = u32> + '_ {
        let rows = self.accumulators.rows.iter();
        rows.zip(0..).filter(|(rows, _)| **rows > 0).map(|(_, group)| group)
    }
}
