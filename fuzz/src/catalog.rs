//! A catalog of random bytes.

use crate::store::{PLANTED, ask};
use crate::{Kept, mend};

/// The first byte says whether length and checksum are put right; the others are the catalog of a closed store.
pub fn run(data: &[u8]) {
    let Some((mended, catalog)) = data.split_first() else { return };
    let mut catalog = catalog.to_vec();
    if mended & 1 == 1 {
        mend::catalog(&mut catalog);
    }
    let dir = PLANTED.closed.fork();
    dir.set_bytes("CATALOG", catalog).unwrap();
    ask(&dir);
}

/// Catalogs as the library writes them.
pub fn corpus() -> Vec<Kept> {
    let now = PLANTED.closed.bytes("CATALOG").unwrap();
    let mut kept = vec![
        ("closed".to_owned(), [&[0], &now[..]].concat()),
        ("mended".to_owned(), [&[1], &now[..]].concat()),
    ];
    let older = PLANTED.older.get("CATALOG").into_iter().flatten().enumerate();
    kept.extend(older.map(|(at, catalog)| (format!("older-{at}"), [&[1], &catalog[..]].concat())));
    kept
}
