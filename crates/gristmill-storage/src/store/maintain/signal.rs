//! Waking and stopping the thread of the background.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Tells a thread that there may be work, or that it must end.
#[derive(Debug, Default)]
pub(in crate::store) struct Signal {
    woken: Mutex<bool>,
    changed: Condvar,
    stopped: AtomicBool,
}

impl Signal {
    /// There may be work.
    pub(in crate::store) fn wake(&self) {
        *self.lock() = true;
        self.changed.notify_all();
    }

    /// The thread must end, also in the middle of its work.
    pub(in crate::store) fn stop(&self) {
        let turn = self.lock();
        self.stopped.store(true, Ordering::Relaxed);
        drop(turn);
        self.changed.notify_all();
    }

    /// Whether the thread must end.
    pub(in crate::store) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Waits so long at most for work, or for the end.
    pub(super) fn wait(&self, most: Duration) {
        let waiting = |woken: &mut bool| !*woken && !self.is_stopped();
        let (mut woken, _) = self
            .changed
            .wait_timeout_while(self.lock(), most, waiting)
            .unwrap_or_else(PoisonError::into_inner);
        *woken = false;
    }

    /// Waits so long, unless the end comes before.
    pub(super) fn rest(&self, time: Duration) {
        let waiting = |_: &mut bool| !self.is_stopped();
        let _rested = self.changed.wait_timeout_while(self.lock(), time, waiting);
    }

    /// Nothing panics under it.
    fn lock(&self) -> MutexGuard<'_, bool> {
        self.woken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
