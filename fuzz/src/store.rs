//! A store with changed bytes: it is read or refused, by a reader as by a writer.

use std::sync::{Arc, LazyLock};

use gristmill::dir::{Dir, MemoryDir};
use gristmill::{Error, Snapshot};

use crate::planted::{Planted, options};

/// Events of a batch.
const ROWS: u64 = 3;

/// The store whose files are changed.
pub(crate) static PLANTED: LazyLock<Planted> = LazyLock::new(|| Planted::new(ROWS));

/// Opens a store for reading, for writing, and for reading again: all three find the same events, or it is refused. A
/// segment may be damaged; what is read of the others counts.
pub(crate) fn ask(dir: &MemoryDir) {
    let before = read(dir);
    let written = options().open_dir(Arc::new(dir.clone())).and_then(|store| {
        let events = readable(&store.snapshot()?);
        store.close()?;
        Ok(events)
    });
    match (before, written) {
        (Ok(before), Ok(written)) => {
            assert_eq!(before, written, "events for a reader and for a writer");
            assert_eq!(read(dir).ok(), Some(written), "events once a writer has closed the store");
        }
        // A writer changes more than a reader looks at: numbers may be at their end.
        (Ok(_) | Err(_), Err(_)) => {}
        (Err(error), Ok(_)) => panic!("a writer opens what a reader refuses: {error}"),
    }
}

fn read(dir: &MemoryDir) -> Result<u64, Error> {
    let dir: Arc<dyn Dir> = Arc::new(dir.clone());
    options().open_reader_dir(&dir).map(|reader| readable(&reader.snapshot()))
}

/// How many events can be read.
fn readable(snapshot: &Snapshot) -> u64 {
    let mut count = 0;
    for segment in snapshot.segments() {
        let mut of_segment = 0;
        if segment.for_each_row(|_| of_segment += 1).is_ok() {
            count += of_segment;
        }
    }
    count
}
