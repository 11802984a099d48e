//! What a store must hold.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use gristmill::event::Event;
use gristmill::schema::Dimension;
use gristmill::{Snapshot, Timestamp};

/// Events are of so many kinds; deletions take one kind.
pub(crate) const KINDS: u64 = 5;
/// Events lie on so many days; the last one always has one.
pub(crate) const DAYS: u64 = 40;
const DAY: i64 = 86_400_000;

pub(crate) const ORGANIZATION: &str = "organization";

/// The event of a number: no two are alike.
pub(crate) fn event(number: u64) -> Event {
    let millis = day(number).cast_signed() * DAY + number.cast_signed() % DAY;
    let mut event = Event::new(Timestamp(millis), ORGANIZATION, "vendor");
    event.set(Dimension::SessionId, Some(&number.to_string()));
    event.set(Dimension::Label, Some(&kind_name(kind(number))));
    event
}

fn kind(number: u64) -> u64 {
    number * 7 / 3 % KINDS
}

/// The label of the events of a kind.
pub(crate) fn kind_name(kind: u64) -> String {
    format!("kind {kind}")
}

fn day(number: u64) -> u64 {
    number * 17 % (DAYS - 1)
}

/// An event of an organization of its own on the last day, which no deletion takes: it tells how old the others are.
pub(crate) fn newest() -> Event {
    Event::new(Timestamp((DAYS - 1).cast_signed() * DAY), NEWEST, "vendor")
}

/// The organization of the newest event, which is kept for ever.
pub(crate) const NEWEST: &str = "newest";

/// What a store must hold, and what it may.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    /// The number of the next new event.
    next: u64,
    /// Events that are there.
    there: BTreeSet<u64>,
    /// Batches that are there whole or not at all.
    in_doubt: Vec<Range<u64>>,
    /// Deletions that took all of these or none.
    maybe_deleted: Vec<BTreeSet<u64>>,
}

impl Model {
    /// The numbers of so many new events.
    pub(crate) fn numbers(&mut self, count: u64) -> Range<u64> {
        let first = self.next;
        self.next += count;
        first..self.next
    }

    /// Notes that a batch is being stored.
    pub(crate) fn put(&mut self, numbers: &Range<u64>) {
        self.in_doubt.push(numbers.clone());
    }

    /// Notes that the store of a batch was acknowledged.
    pub(crate) fn stored(&mut self, numbers: &Range<u64>) {
        self.in_doubt.retain(|batch| batch != numbers);
        self.there.extend(numbers.clone());
    }

    /// The events of a kind.
    pub(crate) fn of_kind(&self, wanted: u64) -> BTreeSet<u64> {
        self.there.iter().copied().filter(|number| kind(*number) == wanted).collect()
    }

    /// The events before the last so many days.
    pub(crate) fn before_last(&self, days: u64) -> BTreeSet<u64> {
        let first_kept = DAYS - 1 - days.min(DAYS - 1);
        self.there.iter().copied().filter(|number| day(*number) < first_kept).collect()
    }

    /// Notes that events are being deleted.
    pub(crate) fn delete(&mut self, numbers: &BTreeSet<u64>) {
        self.maybe_deleted.push(numbers.clone());
    }

    /// Notes that a deletion was acknowledged.
    pub(crate) fn deleted(&mut self, numbers: &BTreeSet<u64>) {
        self.maybe_deleted.retain(|other| other != numbers);
        self.there.retain(|number| !numbers.contains(number));
    }

    /// How many events are there, where none is in doubt.
    pub(crate) fn events(&self) -> Option<u64> {
        let sure = self.in_doubt.is_empty() && self.maybe_deleted.is_empty();
        sure.then_some(self.there.len() as u64)
    }

    /// Whether a snapshot holds what it must and nothing else.
    pub(crate) fn check(&self, snapshot: &Snapshot) -> Result<BTreeSet<u64>, String> {
        let found = events_of(snapshot)?;
        if let Some((number, times)) = found.iter().find(|(_, times)| **times != 1) {
            return Err(format!("event {number} is there {times} times"));
        }
        let found: BTreeSet<u64> = found.into_keys().collect();
        let mut may: BTreeSet<u64> = self.in_doubt.iter().cloned().flatten().collect();
        may.extend(&self.there);
        if let Some(number) = found.difference(&may).next() {
            return Err(format!("event {number} is there, which was never stored, or was deleted"));
        }
        let maybe_gone: BTreeSet<u64> = self.maybe_deleted.iter().flatten().copied().collect();
        let missing =
            self.there.iter().find(|number| !found.contains(number) && !maybe_gone.contains(number));
        if let Some(number) = missing {
            return Err(format!("acknowledged event {number} is not there"));
        }
        let batches = self.in_doubt.iter().map(|numbers| numbers.clone().collect::<BTreeSet<u64>>());
        for group in batches.chain(self.maybe_deleted.iter().cloned()) {
            let there = group.intersection(&found).count();
            if there != 0 && there != group.len() {
                return Err(format!("of {group:?}, all or none, {there} are there"));
            }
        }
        Ok(found)
    }

    /// Takes what was found for what is there.
    pub(crate) fn settle(&mut self, found: BTreeSet<u64>) {
        self.there = found;
        self.in_doubt.clear();
        self.maybe_deleted.clear();
    }
}

/// How often each event of a snapshot is there.
fn events_of(snapshot: &Snapshot) -> Result<BTreeMap<u64, u32>, String> {
    let mut found: BTreeMap<u64, u32> = BTreeMap::new();
    for segment in snapshot.segments() {
        let count = |row: &gristmill::event::EventRow<'_>| {
            if let Some(session) = row.text(Dimension::SessionId) {
                *found.entry(session.parse().unwrap()).or_default() += 1;
            }
        };
        segment.for_each_row(count).map_err(|error| error.to_string())?;
    }
    Ok(found)
}
