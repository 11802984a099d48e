//! Rows that come as columns.

use crate::segment::{Dictionary, DimensionCodes, Values};

/// Some rows as columns. Texts are dictionaries in any order, in which a value may stand more than once; the first entry
/// stands for null.
#[derive(Debug)]
pub(crate) struct ColumnBatch {
    /// In milliseconds.
    pub(crate) timestamps: Vec<i64>,
    pub(crate) values: Values,
    /// Indexed by `Dimension as usize`, each of the dimension's kind.
    pub(crate) dimensions: Vec<DimensionColumn>,
}

/// One dimension of some rows.
#[derive(Debug)]
pub(crate) enum DimensionColumn {
    Integers(Vec<i64>),
    /// Lists hold no value twice.
    Texts(Dictionary, DimensionCodes),
}
