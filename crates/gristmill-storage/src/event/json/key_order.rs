//! Which key is likely to come next.

use super::keys::{COLUMNS, slot};
use crate::schema::Column;
use std::array;
use std::sync::LazyLock;

/// The keys of the columns in the order in which events have them: a sender writes each event alike but for what is
/// absent. It is learned from the events and only ever a guess, so that a wrong one costs time.
#[derive(Debug)]
pub(super) struct KeyOrder {
    /// For each slot the one that comes next, in a ring of all that were met; [`START`] is in it too.
    next: [usize; COLUMNS + 1],
    /// The slots that are in the ring, a bit each.
    met: u32,
    /// The slot of the key that came last.
    last: usize,
}

/// Stands before the first key.
const START: usize = COLUMNS;
/// So many keys in a row may be absent from an event before the next one has to be looked up.
const MOST_ABSENT: usize = 8;

/// A key as it stands in JSON, with its quotes and the colon.
struct Key {
    column: Column,
    text: String,
    /// The first seven bytes: they tell nearly all keys apart.
    first: u64,
    /// Where seven more bytes begin, and these; the last ones end with the key and may overlap those before.
    rest: Vec<(usize, u64)>,
}

impl Key {
    fn new(column: Column) -> Self {
        let text = format!("\"{}\":", column.name());
        // A value stands behind each key.
        let padded = [text.as_bytes(), b"0"].concat();
        let seven = |at: usize| first_seven(&padded[at..]).unwrap_or_default();
        let last = text.len() - SEVEN;
        let places = (SEVEN..last).step_by(SEVEN).chain((last > 0).then_some(last));
        Self { column, first: seven(0), rest: places.map(|at| (at, seven(at))).collect(), text }
    }

    /// Whether bytes start with it, whose first seven are known to be.
    fn goes_on_in(&self, bytes: &[u8]) -> bool {
        self.rest.iter().all(|(at, seven)| bytes.get(*at..).and_then(first_seven) == Some(*seven))
    }
}

/// Bytes that are compared at once.
const SEVEN: usize = 7;

/// Indexed by slot.
static KEYS: LazyLock<[Key; COLUMNS]> = LazyLock::new(|| {
    let mut columns: Vec<Column> = Column::all().collect();
    columns.sort_by_key(|&column| slot(column));
    array::from_fn(|slot| Key::new(columns[slot]))
});

/// The first seven of at least eight bytes. All keys have so many with their quotes and colon, which a test sees to.
fn first_seven(bytes: &[u8]) -> Option<u64> {
    bytes.first_chunk().map(|eight| u64::from_le_bytes(*eight) & (u64::MAX >> u8::BITS))
}

impl KeyOrder {
    pub(super) fn new() -> Self {
        Self { next: [START; COLUMNS + 1], met: 0, last: START }
    }

    /// Goes to the start of an event.
    pub(super) fn start(&mut self) {
        self.last = START;
    }

    /// The column whose key stands at the start of these bytes, and the length of key and colon; `None` where it is not
    /// one of those expected.
    pub(super) fn expected(&mut self, bytes: &[u8]) -> Option<(Column, usize)> {
        let first = first_seven(bytes)?;
        let mut slot = self.last;
        for _ in 0..=MOST_ABSENT {
            slot = self.next[slot];
            let key = KEYS.get(slot)?;
            if key.first == first && key.goes_on_in(bytes) {
                self.last = slot;
                return Some((key.column, key.text.len()));
            }
        }
        None
    }

    /// Takes in which key came, as it was not expected. One that was met before keeps its place.
    pub(super) fn learn(&mut self, slot: usize) {
        if self.met & (1 << slot) == 0 {
            self.met |= 1 << slot;
            self.next[slot] = self.next[self.last];
            self.next[self.last] = slot;
        }
        self.last = slot;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_seven_bytes_to_compare() {
        for (key, at) in KEYS.iter().zip(0..) {
            assert_eq!(slot(key.column), at);
            assert!(key.text.len() >= SEVEN, "{}", key.text);
        }
    }

    #[test]
    fn a_key_is_told_from_those_that_differ_in_one_byte() {
        for key in KEYS.iter() {
            let text = format!("{}0", key.text);
            assert!(key.goes_on_in(text.as_bytes()), "{text}");
            for at in SEVEN..key.text.len() {
                let mut other = text.clone().into_bytes();
                other[at] ^= 1;
                assert!(!key.goes_on_in(&other), "{text} at {at}");
            }
        }
    }

    #[test]
    fn an_order_is_learned_and_absent_keys_are_skipped() {
        let [timestamp, value, vendor] =
            ["timestamp", "value", "vendor"].map(|name| Column::from_name(name).unwrap());
        let mut order = KeyOrder::new();
        assert_eq!(order.expected(b"\"timestamp\":1"), None);
        for column in [timestamp, vendor, value] {
            order.learn(slot(column));
        }
        order.start();
        assert_eq!(order.expected(b"\"timestamp\":1"), Some((timestamp, 12)));
        assert_eq!(order.expected(b"\"value\": 1,"), Some((value, 8)));
        assert_eq!(order.expected(b"\"vendor\": 1,"), None);
        order.start();
        assert_eq!(order.expected(b"\"vendor\":\"\""), Some((vendor, 9)));
        assert_eq!(order.expected(b"\"valu"), None);
    }
}
