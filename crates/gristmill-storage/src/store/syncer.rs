//! The thread that syncs appends which were acknowledged before they were durable.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{Writer, hold};

/// Syncs the log so long after an append at most; sleeps while everything is durable. It ends with [`Syncer::stop`] or
/// when it is dropped.
///
/// A sync that fails is not tried again, as of any log: the next change of the store goes on in a new one, and writes
/// there afresh what was not durable.
#[derive(Debug)]
pub(super) struct Syncer {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// When something must be durable; `None` where everything is.
    due: Option<Instant>,
    stopped: bool,
}

impl Syncer {
    /// Starts the thread.
    pub(super) fn start(writer: Arc<Mutex<Writer>>) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let of_thread = Arc::clone(&shared);
        let thread = thread::Builder::new().name("gristmill-sync".to_owned()).spawn(move || {
            while of_thread.wait_until_due() {
                let Ok(mut writer) = hold(&writer) else { return };
                // What fails here shows in the log, which takes no more appends.
                let _ = writer.settle();
            }
        })?;
        Ok(Self { shared, thread: Mutex::new(Some(thread)) })
    }

    /// Says that something was acknowledged that must be durable `most` from now.
    pub(super) fn note(&self, most: Duration) {
        let mut state = self.shared.lock();
        if state.due.is_none() {
            state.due = Some(Instant::now() + most);
            self.shared.changed.notify_one();
        }
    }

    /// Ends the thread, after the sync that it is at.
    pub(super) fn stop(&self) {
        self.shared.lock().stopped = true;
        self.shared.changed.notify_one();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A panic of it has poisoned the writer's lock, and shows there.
            let _ = thread.join();
        }
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    /// Sleeps until something is due, which is then taken as done; false once stopped.
    fn wait_until_due(&self) -> bool {
        let mut state = self.lock();
        loop {
            if state.stopped {
                return false;
            }
            let left = state.due.map(|due| due.saturating_duration_since(Instant::now()));
            state = match left {
                Some(Duration::ZERO) => {
                    state.due = None;
                    return true;
                }
                Some(left) => {
                    self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Nothing under this lock panics.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
