//! What the fuzz targets do with their bytes, one module a target, and how their kept corpus is made.
//!
//! | target | module | what the bytes are |
//! |---|---|---|
//! | `wal_frame` | [`wal`] | the last log of a store that was killed |
//! | `segment_open` | [`segment`] | edits of a segment's two files |
//! | `catalog_open` | [`catalog`] | the catalog of a store |
//! | `event_json` | [`events`] | a body of events |
//! | `fetch_json` | [`fetches`] | a fetch |
//! | `store_ops` | [`operations`] | operations on a store, with faults, kills and power cuts |
//!
//! Random changes hardly get past a checksum. So the first three put the checksums right after the change, where the
//! first byte says so: then what lies behind is reached, which in use only a forger reaches.

pub mod catalog;
pub mod events;
pub mod fetches;
mod mend;
pub mod operations;
#[allow(dead_code, reason = "shared with the tests of damage, which use all of it")]
#[path = "../../crates/gristmill-testkit/tests/damage/planted.rs"]
mod planted;
pub mod segment;
/// The model and the store of the crash simulation.
#[allow(dead_code, reason = "shared with the simulation, which uses all of it")]
#[path = "../../crates/gristmill-testkit/tests/simulation"]
mod simulation {
    pub(crate) mod life;
    pub(crate) mod model;
    pub(crate) mod operation;
    pub(crate) mod tally;
}
mod store;
pub mod wal;

/// One input of a kept corpus: its name and its bytes.
pub type Kept = (String, Vec<u8>);

/// Writes the kept corpus of a target, as the library makes it today, below the folder that `FUZZ_KEEP` names:
/// `FUZZ_KEEP=$PWD/fuzz/corpus fuzz/run 1` makes all of them anew.
pub fn keep(target: &str, corpus: fn() -> Vec<Kept>) {
    let Some(folder) = std::env::var_os("FUZZ_KEEP") else { return };
    let folder = std::path::Path::new(&folder).join(target);
    std::fs::create_dir_all(&folder).unwrap();
    for (name, bytes) in corpus() {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}
