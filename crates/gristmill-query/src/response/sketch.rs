//! An estimate and the sketch that it is of.

use std::sync::Arc;

/// About how many distinct values a group has, and the sketch that tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch {
    pub(crate) estimate: u64,
    pub(crate) bytes: Arc<[u8]>,
}

impl Sketch {
    /// About how many distinct values.
    pub fn estimate(&self) -> u64 {
        self.estimate
    }

    /// A theta sketch of Apache `DataSketches`, compact and ordered, in the bytes that Druid and other implementations read
    /// and merge: of 2^12 entries, with the default seed, over the UTF-8 bytes of the values.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
