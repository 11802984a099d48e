//! What is done in the background.

use crate::store::{Round, Store, StoreError};
use crate::timestamp::Timestamp;

/// One kind of work.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// What it does, for messages.
    pub(super) name: &'static str,
    /// Does a bounded part of it. Asks often whether to give up.
    pub(super) run: fn(&Store, &(dyn Fn() -> bool + Sync)) -> Result<Done, StoreError>,
}

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    /// There was nothing to do.
    Nothing,
    /// A part, in which so many bytes were written. There may be more.
    Part { bytes: u64 },
}

/// Every kind of work, in the order in which it is done.
pub(super) const STEPS: [Step; 4] = [
    Step { name: "delete what is kept no longer", run: expire },
    Step { name: "purge deleted events", run: purge },
    Step { name: "compact", run: compact },
    Step { name: "remove files", run: remove_files },
];

/// Threads beside the one of the background.
const NO_OTHERS: usize = 0;

fn expire(store: &Store, _: &(dyn Fn() -> bool + Sync)) -> Result<Done, StoreError> {
    store.expire(Timestamp::now().millis())?;
    Ok(Done::Nothing)
}

fn purge(store: &Store, is_stopped: &(dyn Fn() -> bool + Sync)) -> Result<Done, StoreError> {
    Ok(done(store.purge_round(Timestamp::now().millis(), NO_OTHERS, is_stopped)?))
}

fn compact(store: &Store, is_stopped: &(dyn Fn() -> bool + Sync)) -> Result<Done, StoreError> {
    Ok(done(store.compact_round(NO_OTHERS, is_stopped)?))
}

fn done(round: Round) -> Done {
    if round.merged == 0 { Done::Nothing } else { Done::Part { bytes: round.bytes } }
}

/// Removes files that readers in other processes have let go of.
fn remove_files(store: &Store, _: &(dyn Fn() -> bool + Sync)) -> Result<Done, StoreError> {
    store.check_open()?;
    store.pins.sweep();
    Ok(Done::Nothing)
}
