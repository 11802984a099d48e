//! Models of concurrency: the files of the commit queue and of the view, compiled a second time with the locks of loom,
//! which goes through every order in which a few threads can take their steps.
//!
//! loom, since these models are small enough to be gone through as a whole; a checker that takes orders at random, as
//! shuttle does, reaches larger ones and proves less. The files see the locks of `super::locks` and here those of
//! [`locks`], so that no build but this one knows of loom.

mod commits;
mod snapshots;

#[expect(clippy::duplicate_mod, reason = "the same code with other locks is what is modelled")]
#[allow(dead_code, reason = "the models use a part of it")]
#[path = "../queue.rs"]
mod queue;
#[expect(clippy::duplicate_mod, reason = "the same code with other locks is what is modelled")]
#[allow(dead_code, unreachable_pub, reason = "the models use a part of it, and nobody outside")]
#[path = "../view.rs"]
mod view;

use super::{StoreError, pins};
use locks::{Mutex, MutexGuard};

/// The locks that loom watches.
mod locks {
    pub(super) use loom::sync::{Condvar, Mutex, MutexGuard};
    pub(super) use std::sync::PoisonError;
}

/// What the view's file uses of the store.
fn hold<T>(mutex: &Mutex<T>) -> Result<MutexGuard<'_, T>, StoreError> {
    mutex.lock().map_err(|_| StoreError::Closed)
}

/// Goes through the orders of a model in which threads are interrupted in at most so many places. Two find nearly every
/// mistake that there is, and the time grows with each one manyfold.
fn explore(interruptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(interruptions);
    builder.check(model);
}
