//! The thread of the background.

use std::io;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use crate::store::{Store, hold};

use super::signal::Signal;
use super::steps::STEPS;
use super::task::{Next, Task};

/// So often is looked for work when nothing wakes the thread, which seals and loads do.
const IDLE: Duration = Duration::from_mins(1);
/// After a part of the work the thread rests as long as it worked, but no longer than this: half of a core is left to
/// appends and fetches at least, and many small parts are not put off.
const LONGEST_REST: Duration = Duration::from_secs(2);

/// The thread that works in the background of a store, until this is dropped or the store is closed. It does not keep the
/// store alive.
#[derive(Debug)]
pub struct Background {
    signal: Arc<Signal>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Background {
    /// Starts the thread. A store needs one at most.
    ///
    /// # Errors
    /// The operating system has no thread left.
    pub fn start(store: &Arc<Store>) -> io::Result<Self> {
        let signal = Arc::clone(&store.signal);
        let weak = Arc::downgrade(store);
        let thread = {
            let signal = Arc::clone(&signal);
            Builder::new().name("gristmill-background".to_owned()).spawn(move || work(&weak, &signal))?
        };
        Ok(Self { signal, thread: Mutex::new(Some(thread)) })
    }

    /// Ends the thread and waits for it. A step that is under way gives up: between two columns, which takes a fraction of a
    /// second.
    pub fn stop(&self) {
        self.signal.stop();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A panic in a step was caught there; one elsewhere ended the thread, and harms nobody.
        let _ = thread.map(JoinHandle::join);
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.stop();
    }
}

fn work(store: &Weak<Store>, signal: &Signal) {
    let mut tasks = STEPS.map(Task::new);
    while !signal.is_stopped() {
        let begin = Instant::now();
        let Some(store) = store.upgrade() else { return };
        if let Ok(mut report) = hold(&store.maintenance) {
            report.rounds += 1;
        }
        let turns = tasks.each_mut().map(|task| task.turn(&store, signal, begin));
        // Before waiting: the store lives only as long as others hold it.
        drop(store);
        if turns.contains(&Next::GoOn) {
            signal.rest(begin.elapsed().min(LONGEST_REST));
        } else {
            let retries = turns.iter().filter_map(|turn| match turn {
                Next::Retry(at) => Some(at.saturating_duration_since(Instant::now())),
                _ => None,
            });
            signal.wait(retries.min().unwrap_or(IDLE).min(IDLE));
        }
    }
}
