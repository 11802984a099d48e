//! A step with what is known of its tries.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::store::{Store, StoreError, hold};

use super::signal::Signal;
use super::steps::{Done, Step};

/// After a first failure, a step is tried again so much later, then twice as much, and so on: a full disk is not written to
/// all the time, and one with room again is found within seconds or minutes.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// A step with what is known of its tries.
#[derive(Debug)]
pub(super) struct Task {
    step: Step,
    /// After a failure: how long to wait then, and until when.
    pause: Option<(Duration, Instant)>,
}

/// What to do after a task had its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// There may be more to do.
    GoOn,
    /// Nothing was left to do.
    Wait,
    /// It is tried again at that time.
    Retry(Instant),
}

impl Task {
    pub(super) fn new(step: Step) -> Self {
        Self { step, pause: None }
    }

    /// Does a part of the work where it is due at `now`, and notes how it went. A panic is a failure.
    pub(super) fn turn(&mut self, store: &Store, signal: &Signal, now: Instant) -> Next {
        if let Some((_, until)) = self.pause
            && now < until
        {
            return Next::Retry(until);
        }
        let run = || (self.step.run)(store, &|| signal.is_stopped());
        // What a panic may have left half done is behind locks that nobody takes after it.
        let done = match catch_unwind(AssertUnwindSafe(run)) {
            Ok(Err(StoreError::Stopped)) => return Next::Wait,
            Ok(result) => result.map_err(|error| error.to_string()),
            Err(_) => Err("its thread panicked".to_owned()),
        };
        if let Ok(mut report) = hold(&store.maintenance) {
            match &done {
                Ok(Done::Nothing) => {}
                Ok(Done::Part { bytes }) => {
                    report.jobs += 1;
                    report.bytes += bytes;
                }
                Err(reason) => report.failure = Some(format!("cannot {}: {reason}", self.step.name)),
            }
            if done.is_ok() && self.pause.is_some() {
                report.failure = None;
            }
        }
        self.after(done.as_ref().ok().copied(), now)
    }

    fn after(&mut self, done: Option<Done>, now: Instant) -> Next {
        if let Some(done) = done {
            self.pause = None;
            return if done == Done::Nothing { Next::Wait } else { Next::GoOn };
        }
        let pause = self.pause.map_or(FIRST_PAUSE, |(pause, _)| (pause * 2).min(LONGEST_PAUSE));
        let until = now + pause;
        self.pause = Some((pause, until));
        Next::Retry(until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_until_a_step_succeeds() {
        let step = Step { name: "fail", run: |_, _| Ok(Done::Nothing) };
        let mut task = Task::new(step);
        let now = Instant::now();
        let pauses: Vec<u64> = (0..11)
            .map(|_| match task.after(None, now) {
                Next::Retry(until) => (until - now).as_secs(),
                next => panic!("{next:?}"),
            })
            .collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(task.after(Some(Done::Part { bytes: 1 }), now), Next::GoOn);
        assert_eq!(task.after(Some(Done::Nothing), now), Next::Wait);
        assert_eq!(task.after(None, now), Next::Retry(now + FIRST_PAUSE));
    }
}
