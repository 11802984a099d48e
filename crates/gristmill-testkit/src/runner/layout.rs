//! Where the events of a store lie, which no answer may show.

use super::{Refusal, Runner, Store, checked, refused};
use crate::corpus::{EventSet, Question};
use gristmill::Options;
use gristmill::dir::{Dir, MemoryDir};
use gristmill::event::{Batch, Event};
use gristmill::request::{Delete, Filter};
use gristmill::schema::Dimension;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Where the events of a store lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// In the buffer, appended at once.
    Heap,
    /// In the buffer, appended one by one.
    Trickled,
    /// In segment files.
    Sealed,
    /// The first half in segment files, the others in the buffer.
    HalfSealed,
    /// In many small segment files.
    Scattered,
    /// In the log of a store that was closed and opened again.
    Reopened,
    /// In segment files of a store that was closed and opened again, and more in its log.
    HalfSealedAndReopened,
    /// Bulk loaded.
    Loaded,
    /// In compressed segment files, made of small ones.
    Compacted,
    /// In compressed segment files, more in others that were sealed since, and more in the buffer.
    PartlyCompacted,
    /// In segment files among as many others that were deleted, of a store that was opened again, and more in the buffer.
    AmongDeleted,
    /// The same in compressed segment files.
    CompactedAmongDeleted,
    /// In segment files that were rewritten without the others.
    Purged,
    /// In segment files that the rounds of a background have merged, as far as they go.
    Merged,
}

/// The session of events that are deleted again; no other event has it.
const DELETED_SESSION: &str = "\u{1}deleted";

impl Layout {
    /// Every layout.
    pub const ALL: [Self; 14] = [
        Self::Heap,
        Self::Trickled,
        Self::Sealed,
        Self::HalfSealed,
        Self::Scattered,
        Self::Reopened,
        Self::HalfSealedAndReopened,
        Self::Loaded,
        Self::Compacted,
        Self::PartlyCompacted,
        Self::AmongDeleted,
        Self::CompactedAmongDeleted,
        Self::Purged,
        Self::Merged,
    ];

    /// A store in memory that holds these events in this way.
    ///
    /// # Errors
    /// What the store says.
    pub fn store(self, options: &Options, events: &[Event]) -> Result<gristmill::Store, gristmill::Error> {
        let dir: Arc<dyn Dir> = Arc::new(MemoryDir::new());
        let is_small =
            matches!(self, Self::Scattered | Self::Compacted | Self::PartlyCompacted | Self::Merged);
        let options = options.clone().background(false);
        let options = if is_small { options.segment_rows(3) } else { options };
        let open = || options.clone().open_dir(Arc::clone(&dir));
        let store = open()?;
        let (first, second) = events.split_at(events.len() / 2);
        match self {
            Self::Heap => append(&store, events)?,
            Self::Trickled => events.chunks(1).try_for_each(|event| append(&store, event))?,
            Self::Sealed => {
                append(&store, events)?;
                store.seal()?;
            }
            Self::Scattered => {
                events.chunks(5).try_for_each(|events| append(&store, events))?;
                store.seal()?;
            }
            Self::Compacted => {
                events.chunks(5).try_for_each(|events| append(&store, events))?;
                store.seal()?;
                store.compact(&|_| {})?;
            }
            Self::Merged => {
                for events in events.chunks(2) {
                    append(&store, events)?;
                    store.seal()?;
                }
                while store.compact_round()?.merged > 0 {}
            }
            Self::PartlyCompacted => {
                let (second, third) = second.split_at(second.len() / 2);
                append(&store, first)?;
                store.seal()?;
                store.compact(&|_| {})?;
                append(&store, second)?;
                store.seal()?;
                append(&store, third)?;
            }
            Self::AmongDeleted => {
                append(&store, &among_others(first))?;
                delete_others(&store, first)?;
                append(&store, second)?;
                store.close()?;
                return open();
            }
            Self::CompactedAmongDeleted | Self::Purged => {
                append(&store, &among_others(first))?;
                store.seal()?;
                store.compact(&|_| {})?;
                append(&store, &among_others(second))?;
                delete_others(&store, events)?;
                if self == Self::Purged {
                    store.purge(&|_| {})?;
                }
            }
            Self::HalfSealed => {
                append(&store, first)?;
                store.seal()?;
                append(&store, second)?;
            }
            Self::Reopened => {
                append(&store, events)?;
                store.close()?;
                return open();
            }
            Self::HalfSealedAndReopened => {
                append(&store, first)?;
                store.seal()?;
                append(&store, second)?;
                store.close()?;
                return open();
            }
            Self::Loaded => {
                let mut loader = store.loader();
                for event in events {
                    loader.push(&event.as_row())?;
                }
                loader.commit()?;
            }
        }
        Ok(store)
    }
}

/// Each event, and one that is the same but for its session.
fn among_others(events: &[Event]) -> Vec<Event> {
    let other = |event: &Event| {
        let mut other = event.clone();
        other.set(Dimension::SessionId, Some(DELETED_SESSION));
        other
    };
    // Before and behind by turns, as rows of one instant keep their order.
    let pair = |(at, event): (usize, &Event)| match at % 2 {
        0 => [event.clone(), other(event)],
        _ => [other(event), event.clone()],
    };
    events.iter().enumerate().flat_map(pair).collect()
}

fn delete_others(store: &gristmill::Store, events: &[Event]) -> Result<(), gristmill::Error> {
    let organizations: BTreeSet<&str> =
        events.iter().filter_map(|event| event.text(Dimension::OrganizationId)).collect();
    for organization in organizations {
        store.delete(&Delete::new(organization, Filter::is(Dimension::SessionId, DELETED_SESSION)))?;
    }
    Ok(())
}

fn append(store: &gristmill::Store, events: &[Event]) -> Result<(), gristmill::Error> {
    store.append(Batch::from_events(events)?)?;
    Ok(())
}

/// Answers by the engine.
#[derive(Clone, Debug)]
pub struct StoreRunner {
    /// Where the events lie.
    pub layout: Layout,
    /// Threads that answer.
    pub threads: usize,
}

impl Runner for StoreRunner {
    fn name(&self) -> String {
        format!("{:?} with {} threads", self.layout, self.threads)
    }

    #[expect(clippy::expect_used, reason = "a store that cannot be made must stop the test")]
    fn store(&self, events: &EventSet) -> Box<dyn Store> {
        let options = Options::new().threads(self.threads);
        Box::new(self.layout.store(&options, &events.events).expect("a store of these events"))
    }
}

impl Store for gristmill::Store {
    fn ask(&self, question: &Question) -> Result<String, Refusal> {
        self.fetch(&checked(question)?).map(|answer| answer.to_json()).map_err(|error| refused(&error))
    }
}
