//! What the index of a segment says of itself, after `docs/format.md`.

use std::ops::Range;

use gristmill::schema::Dimension;

const MAGIC: usize = 8;
const TRAILER: usize = 32;
/// Where the four zeros of the trailer begin, from the end.
const ZEROS_FROM_END: usize = 4 + MAGIC;
/// A span and its checksum.
const PART: usize = 20;
/// The form and what lies between it and the parts in the directory: 3 spans, and 2 numbers and 4 spans a dimension.
const LAYOUT: usize = 4 + 3 * 16 + Dimension::COUNT * (2 * 4 + 4 * 16);

/// An undamaged index.
pub(crate) struct Index {
    /// Whether its Arrow file is compressed.
    pub(crate) is_compressed: bool,
    /// The bytes that nothing is in, and no checksum but that of the whole file is over: the magic at the start, which
    /// stands at the end again, zeros before a part, and the zeros of the trailer.
    pub(crate) unused: Vec<Range<usize>>,
}

impl Index {
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let number = |at: usize| {
            usize::try_from(u64::from_le_bytes(std::array::from_fn(|byte| bytes[at + byte]))).unwrap()
        };
        let directory_end = bytes.len() - TRAILER;
        let directory = directory_end - number(directory_end)..directory_end;
        let parts = directory.end - PART * (1 + Dimension::COUNT);
        let zeros = bytes.len() - ZEROS_FROM_END..bytes.len() - MAGIC;
        let mut used = vec![0..0, directory.start..zeros.start, zeros.end..bytes.len()];
        used.extend((parts..directory.end).step_by(PART).map(|at| number(at)..number(at) + number(at + 8)));
        used.retain(|place| !place.is_empty() || place.end == 0);
        used.sort_by_key(|place| place.start);
        let between = used.windows(2).map(|pair| pair[0].end..pair[1].start);
        Self {
            is_compressed: bytes[parts - LAYOUT] == 1,
            unused: between.filter(|place| !place.is_empty()).collect(),
        }
    }

    pub(crate) fn is_unused(&self, at: usize) -> bool {
        self.unused.iter().any(|place| place.contains(&at))
    }
}
