//! A log of random bytes.

use crate::store::{PLANTED, ask};
use crate::{Kept, mend};

/// The first byte says whether the checksums are put right; the others are the last log of a store that was killed.
pub fn run(data: &[u8]) {
    let Some((mended, log)) = data.split_first() else { return };
    let mut log = log.to_vec();
    if mended & 1 == 1 {
        mend::log(&mut log);
    }
    let dir = PLANTED.killed.fork();
    dir.set_bytes(&PLANTED.last_log, log).unwrap();
    ask(&dir);
}

/// Logs as the library writes them.
pub fn corpus() -> Vec<Kept> {
    let whole = PLANTED.killed.bytes(&PLANTED.last_log).unwrap();
    let closed = PLANTED.closed.bytes(&PLANTED.last_log).unwrap();
    let older = PLANTED.older.get(&PLANTED.last_log).cloned().unwrap_or_default();
    let torn = whole[..whole.len() - 100].to_vec();
    let mut kept = vec![
        ("killed".to_owned(), [&[0], &whole[..]].concat()),
        ("mended".to_owned(), [&[1], &whole[..]].concat()),
        ("closed".to_owned(), [&[1], &closed[..]].concat()),
        ("torn".to_owned(), [&[1], &torn[..]].concat()),
    ];
    kept.extend(
        older.into_iter().enumerate().map(|(at, log)| (format!("older-{at}"), [&[1], &log[..]].concat())),
    );
    kept
}
