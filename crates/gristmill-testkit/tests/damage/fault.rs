//! Faults of a disk at rest.

use std::fmt;

use gristmill::dir::{Dir, MemoryDir};

/// One file that is not what was written.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// The bits of `mask` are others in the byte at `at`.
    Flip { path: String, at: usize, mask: u8 },
    /// Only so many bytes are left.
    Cut { path: String, length: usize },
    /// There is a byte more.
    Grown { path: String },
    /// The file is not there.
    Removed { path: String },
    /// Two files have each other's name.
    Exchanged { paths: [String; 2] },
    /// The bytes are those of a time before, the version told by number.
    Older { path: String, version: usize, bytes: Vec<u8> },
}

impl Fault {
    /// Every single fault of a file's bytes: each byte with one bit and with all bits changed, each shorter length.
    pub(crate) fn of_bytes(path: String, length: usize) -> impl Iterator<Item = Self> {
        let flip = |path: &str, at, mask| Self::Flip { path: path.to_owned(), at, mask };
        (0..length).flat_map(move |at| {
            let cut = Self::Cut { path: path.clone(), length: at };
            [flip(&path, at, 1 << (at % 8)), flip(&path, at, 0xff), cut]
        })
    }

    /// Does to a copy of a store what the fault says.
    pub(crate) fn apply(&self, dir: &MemoryDir) -> MemoryDir {
        let dir = dir.fork();
        let change = |path: &str, change: &dyn Fn(&mut Vec<u8>)| {
            let mut bytes = dir.bytes(path).unwrap();
            change(&mut bytes);
            dir.set_bytes(path, bytes).unwrap();
        };
        match self {
            Self::Flip { path, at, mask } => change(path, &|bytes| bytes[*at] ^= mask),
            Self::Cut { path, length } => change(path, &|bytes| bytes.truncate(*length)),
            Self::Grown { path } => change(path, &|bytes| bytes.push(0)),
            Self::Removed { path } => dir.remove(path).unwrap(),
            Self::Exchanged { paths: [one, other] } => {
                let [bytes, others] = [one, other].map(|path| dir.bytes(path).unwrap());
                dir.set_bytes(one, others).unwrap();
                dir.set_bytes(other, bytes).unwrap();
            }
            Self::Older { path, bytes, .. } => dir.set_bytes(path, bytes.clone()).unwrap(),
        }
        dir
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flip { path, at, mask } => write!(f, "byte {at} of {path} changed by {mask:#04x}"),
            Self::Cut { path, length } => write!(f, "{path} cut to {length} bytes"),
            Self::Grown { path } => write!(f, "{path} grown by a byte"),
            Self::Removed { path } => write!(f, "{path} removed"),
            Self::Exchanged { paths: [one, other] } => write!(f, "{one} and {other} exchanged"),
            Self::Older { path, version, .. } => write!(f, "version {version} of {path} put back"),
        }
    }
}
