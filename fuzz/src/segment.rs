//! A segment whose files were changed.

use std::sync::{Arc, LazyLock};

use arbitrary::{Arbitrary, Unstructured};
use gristmill::dir::{Dir, MemoryDir};
use gristmill::exec::{ExecOptions, execute};
use gristmill::request::{Fetch, FetchContext};
use gristmill::schema::Dimension;
use gristmill::segment::file::{FileSum, SegmentFiles, open};
use gristmill::segment::{PartCache, Segment, SegmentError};

use crate::planted::one_segment;
use crate::{Kept, mend};

/// Events of a segment.
const ROWS: u64 = 9;
const CACHE_BYTES: usize = 1 << 20;

/// What is done to the files of a segment.
#[derive(Arbitrary, Debug)]
struct Changes {
    is_compressed: bool,
    /// Whether the checksums are put right behind it.
    is_mended: bool,
    changes: Vec<Change>,
}

/// Places count from the end of the index where they are in it, since what all depends on lies there.
#[derive(Arbitrary, Debug)]
enum Change {
    Index { from_end: u16, byte: u8 },
    IndexWord { from_end: u16, word: u32 },
    Arrow { at: u16, byte: u8 },
    ArrowWord { at: u16, word: u32 },
    IndexCut { from_end: u16 },
    ArrowCut { length: u16 },
}

/// The bytes of a plain and of a compressed segment, Arrow file and index.
static SEGMENTS: LazyLock<[[Vec<u8>; 2]; 2]> = LazyLock::new(|| {
    [false, true].map(|is_compressed| {
        let (dir, segment) = one_segment(ROWS, is_compressed);
        ["arrow", "idx"].map(|ending| dir.bytes(&format!("{segment}.{ending}")).unwrap())
    })
});
static POOL: LazyLock<rayon::ThreadPool> =
    LazyLock::new(|| rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap());
static FETCH: LazyLock<Fetch> = LazyLock::new(|| {
    let text = r#"{"organization_id":"acme","interval":{"start":"1970-01-01","end":"1970-01-03"},"granularity":"hour",
        "filters":{"type":"not","field":{"type":"selector","dimension":"session_id","value":"session_id 3"}},
        "group_by":["category","properties"],"aggregations":["count","sum","dim1_uniq","session_id_uniq"]}"#;
    Fetch::from_json(text.as_bytes(), &FetchContext::new()).unwrap()
});

/// Changes the files of a segment, and reads every part of what is left.
pub fn run(data: &[u8]) {
    let Ok(changes) = Changes::arbitrary(&mut Unstructured::new(data)) else { return };
    let [mut arrow, mut index] = SEGMENTS[usize::from(changes.is_compressed)].clone();
    for change in &changes.changes {
        let set = |bytes: &mut Vec<u8>, at: usize, new: &[u8]| {
            bytes.iter_mut().skip(at).zip(new).for_each(|(byte, new)| *byte = *new);
        };
        let length = index.len();
        let in_index = |from_end: u16| length.saturating_sub(usize::from(from_end));
        match *change {
            Change::Index { from_end, byte } => set(&mut index, in_index(from_end), &[byte]),
            Change::IndexWord { from_end, word } => {
                set(&mut index, in_index(from_end), &word.to_le_bytes());
            }
            Change::Arrow { at, byte } => set(&mut arrow, at.into(), &[byte]),
            Change::ArrowWord { at, word } => set(&mut arrow, at.into(), &word.to_le_bytes()),
            Change::IndexCut { from_end } => index.truncate(in_index(from_end)),
            Change::ArrowCut { length } => arrow.truncate(length.into()),
        }
    }
    if changes.is_mended {
        mend::index(&mut index, &arrow);
    }
    read(arrow, index);
}

fn read(arrow: Vec<u8>, index: Vec<u8>) {
    let sum = |bytes: &[u8]| FileSum { length: bytes.len() as u64, crc32c: crc32c::crc32c(bytes) };
    let files = SegmentFiles { arrow: sum(&arrow), index: sum(&index) };
    let memory = MemoryDir::new();
    for (path, bytes) in [("a.arrow", &arrow), ("a.idx", &index)] {
        memory.create(path).unwrap().append(bytes).unwrap();
    }
    let dir: Arc<dyn Dir> = Arc::new(memory);
    let cache = Arc::new(PartCache::new(CACHE_BYTES));
    if let Ok(segment) = open(&dir, "a.arrow", "a.idx", &files, 1, cache) {
        let segment = Arc::new(segment);
        let _ = parts(&segment);
        let _ = execute(&FETCH, &[segment], &ExecOptions::default(), &POOL, None);
    }
}

/// Reads every part, and every row.
fn parts(segment: &Segment) -> Result<(), SegmentError> {
    segment.runs()?;
    segment.timestamps()?;
    segment.ticks()?;
    segment.values()?;
    segment.fixed_values()?;
    for dimension in Dimension::ALL {
        segment.dictionary(dimension)?;
        segment.codes(dimension)?;
        segment.postings(dimension)?;
    }
    segment.for_each_row(|row| drop(row.to_event()))
}

/// Changes at random, half of them near the end of the index.
pub fn corpus() -> Vec<Kept> {
    crate::operations::noise(12, 120).into_iter().chain([("whole".to_owned(), vec![0; 8])]).collect()
}
