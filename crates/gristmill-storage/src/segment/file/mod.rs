//! Segments in files: an Arrow IPC file that any Arrow reader opens, and an index that makes it fast and checks it.
//!
//! The bytes are described in `docs/format.md`. [`write()`] makes both files, [`open()`] reads them lazily, [`verify()`]
//! reads every byte, and [`restore_index()`] writes a lost index anew.

mod arrow;
mod blocks;
mod bytes;
mod columns;
mod compression;
mod copy;
mod deleted;
mod directory;
mod layout;
mod open;
mod postings;
mod restore;
mod runs;
mod sum;
#[cfg(test)]
mod tests;
mod uuid;
mod verify;
mod write;

pub(crate) use copy::{check_length, copy};
pub use deleted::{DeletedOf, read_deleted, write_deleted};
pub(super) use layout::code_width;
pub(super) use open::FileSegment;
pub(crate) use open::Remover;
pub use open::open;
pub use restore::restore_index;
pub use sum::{FileSum, SegmentFiles};
pub use verify::{Verified, verify};
pub use write::write;

#[cfg(target_endian = "big")]
compile_error!("segment files hold little-endian numbers that are used as they lie");

/// How the columns of an Arrow file lie in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As they are used: fast to write and to read.
    Plain,
    /// Compressed buffer by buffer, UUIDs as 16 bytes, and without postings in the index: a quarter of the bytes.
    Compressed,
}

/// The format version that is written.
pub const CURRENT_VERSION: u32 = 2;
/// The oldest format version that is read.
pub const OLDEST_READABLE_VERSION: u32 = 2;
