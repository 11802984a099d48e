//! Sealing: unsealed events into segment files, after which their logs can go.

use std::sync::{Arc, MutexGuard};

use crate::segment::{Segment, SegmentBuilder, SegmentError};
use crate::wal;

use super::edit::{durable_tokens, edit};
use super::partition;
use super::rotate::rotate;
use super::staging::Staging;
use super::view::Backlog;
use super::{Store, StoreError, hold};

/// At so many times the threshold, appends wait for the seal that runs.
const WAIT_AT: u64 = 2;
/// At so many times the threshold, which only a failing seal can reach, appends are refused.
const REFUSE_AT: u64 = 4;

/// What is known of the seals so far; held by the one that runs.
#[derive(Debug, Default)]
pub(super) struct Sealing {
    /// Why the last one failed, and how much had to be sealed then. It is tried again when there is a quarter of the
    /// threshold more, not at every append.
    failure: Option<(String, Backlog)>,
}

impl Store {
    /// Writes every event that is only in the log into segments, and drops the log. It happens by itself when
    /// [`super::StoreOptions::segment_rows`] or [`super::StoreOptions::wal_bytes`] is reached.
    ///
    /// Batches handed in before by [`Store::append_later`] are stored first, whether or not somebody waits for them.
    ///
    /// When it fails, nothing is lost: the events stay in the log, and are sealed the next time.
    pub fn seal(&self) -> Result<(), StoreError> {
        self.flush()?;
        run(self, &mut *hold(&self.sealing)?)
    }

    /// Why the last seal failed; `None` where it did not.
    pub fn seal_failure(&self) -> Result<Option<String>, StoreError> {
        Ok(hold(&self.sealing)?.failure.as_ref().map(|(reason, _)| reason.clone()))
    }
}

/// Seals where that is due, as part of an append that has succeeded: a failure is kept for [`Store::seal_failure`].
pub(super) fn when_due(store: &Store) {
    let Ok(backlog) = store.view.with(|view| view.backlog()) else { return };
    if !reaches(store, backlog, 1, 1) {
        return;
    }
    let Some(mut sealing) = turn(store, reaches(store, backlog, WAIT_AT, 1)) else { return };
    let Ok(backlog) = store.view.with(|view| view.backlog()) else { return };
    let due = match sealing.failure {
        None => reaches(store, backlog, 1, 1),
        Some((_, then)) => {
            let more = Backlog {
                events: backlog.events.saturating_sub(then.events),
                bytes: backlog.bytes.saturating_sub(then.bytes),
            };
            reaches(store, more, 1, 4)
        }
    };
    if due {
        let _ = run(store, &mut sealing);
    }
}

/// Refuses an append while sealing fails and far too much waits for it.
pub(super) fn make_room(store: &Store) -> Result<(), StoreError> {
    let backlog = store.view.with(|view| view.backlog())?;
    if !reaches(store, backlog, REFUSE_AT, 1) {
        return Ok(());
    }
    store.seal().map_err(|source| StoreError::Backlog { events: backlog.events, source: Box::new(source) })
}

/// The right to seal; `None` where another thread has it and this one should not wait.
fn turn(store: &Store, wait: bool) -> Option<MutexGuard<'_, Sealing>> {
    if wait { store.sealing.lock().ok() } else { store.sealing.try_lock().ok() }
}

/// Whether a backlog is at least `times / parts` of a threshold.
fn reaches(store: &Store, backlog: Backlog, times: u64, parts: u64) -> bool {
    let over =
        |amount: u64, threshold: u64| amount.saturating_mul(parts) >= threshold.max(1).saturating_mul(times);
    over(backlog.events, u64::from(store.options.segment_rows))
        || over(backlog.bytes, store.options.wal_bytes)
}

fn run(store: &Store, sealing: &mut Sealing) -> Result<(), StoreError> {
    store.check_open()?;
    let backlog = store.view.with(|view| view.backlog())?;
    if backlog.events == 0 {
        return Ok(());
    }
    let result = try_run(store);
    sealing.failure = result.as_ref().err().map(|error| (error.to_string(), backlog));
    store.signal.wake();
    result
}

/// Sorts the events of some segments into new ones, by day.
fn write_segments(
    store: &Store,
    chunks: &[Arc<Segment>],
    staging: &mut Staging<'_>,
) -> Result<(), StoreError> {
    let mut builder = SegmentBuilder::new();
    let mut write = |builder| partition::write(builder, store.options.segment_rows, 1, staging);
    for chunk in chunks {
        match builder.push_segment(chunk) {
            Err(SegmentError::Full { .. }) if !builder.is_empty() => {
                write(std::mem::take(&mut builder))?;
                builder.push_segment(chunk)?;
            }
            result => result?,
        }
    }
    write(builder)
}

fn try_run(store: &Store) -> Result<(), StoreError> {
    let rotated = rotate(store)?;
    store.view.freeze(rotated.sequence)?;
    let chunks = store.view.with(|view| view.chunks_upto(rotated.sequence))?;

    let mut staging = Staging::new(store);
    write_segments(store, &chunks, &mut staging)?;
    let segments = staging.install()?;

    let mut catalog = hold(&store.catalog)?;
    let tokens = durable_tokens(store, &mut catalog, &mut *hold(&store.writer)?)?;
    let dropped: Vec<u64> = catalog.logs.iter().map(|log| log.id).filter(|&id| id < rotated.log).collect();
    staging.publish(|entries| {
        edit(store, &mut catalog, tokens, |next| {
            next.segments.extend(entries);
            next.sealed = rotated.sequence;
            next.logs.retain(|log| log.id >= rotated.log);
        })
    })?;
    hold(&store.writer)?.log.note_catalog(catalog.number);
    store.view.with(|view| view.seal(rotated.sequence, segments.into_iter().map(Arc::new)))?;
    drop(catalog);

    for log in dropped {
        // Nothing lists it any more; if it stays, the next open removes it.
        let _ = store.dir.remove(&wal::path(log));
    }
    Ok(())
}
