//! The distinct values of one dimension over all segments of a fetch, numbered.

use crate::narrow;
use gristmill_storage::hash::{HashMap, RandomState};
use gristmill_storage::segment::{Dictionary, NULL_CODE};
use hashbrown::HashTable;
use std::cmp::Ordering;
use std::hash::Hash;

/// The number of null in every [`Interner`].
pub(crate) const NULL_ID: u32 = 0;

/// The distinct values of one dimension, numbered in the order they were met; number 0 is null.
#[derive(Debug)]
pub(crate) struct Interner {
    values: Values,
    /// Absent where every value comes from one dictionary, so that none is met twice.
    seen: Option<Seen>,
}

/// The numbers of the values that were met.
#[derive(Debug, Default)]
struct Seen {
    table: HashTable<u32>,
    hasher: RandomState,
}

impl Seen {
    /// The number of a value: the one it has, or `next`. `value` gives the value behind a number below `next`.
    fn id<T: Copy + Hash + Eq>(&mut self, wanted: T, next: u32, value: impl Fn(u32) -> T) -> u32 {
        let Self { table, hasher } = self;
        let hash = hasher.hash_one(wanted);
        if let Some(id) = table.find(hash, |id| value(*id) == wanted) {
            return *id;
        }
        // The table may grow before the value of `next` can be asked for, so its hash is given.
        table.insert_unique(hash, next, |id| hasher.hash_one(value(*id)));
        next
    }
}

/// The values of one dimension behind numbers from 1 on.
#[derive(Clone, Debug)]
pub(crate) enum Values {
    Text(TextArena),
    Integer(Vec<i64>),
}

/// Texts one after the other.
#[derive(Clone, Debug)]
pub(crate) struct TextArena {
    bytes: String,
    /// Where each text ends; the one behind number 0 is empty.
    ends: Vec<usize>,
}

impl TextArena {
    pub(crate) fn get(&self, id: u32) -> &str {
        let id = id as usize;
        let start = if id == 0 { 0 } else { self.ends[id - 1] };
        &self.bytes[start..self.ends[id]]
    }
}

impl Values {
    /// How many numbers, null included.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Text(texts) => texts.ends.len(),
            Self::Integer(integers) => integers.len(),
        }
    }

    /// The place of each number when values are sorted: null first, texts by bytes, integers by number.
    pub(crate) fn ranks(&self) -> Vec<u32> {
        let mut ids: Vec<u32> = (0..narrow::id(self.len())).collect();
        ids.sort_unstable_by(|a, b| match (*a, *b) {
            (NULL_ID, NULL_ID) => Ordering::Equal,
            (NULL_ID, _) => Ordering::Less,
            (_, NULL_ID) => Ordering::Greater,
            (a, b) => match self {
                Self::Text(texts) => texts.get(a).cmp(texts.get(b)),
                Self::Integer(integers) => integers[a as usize].cmp(&integers[b as usize]),
            },
        });
        let mut ranks = vec![0; ids.len()];
        for (rank, id) in (0..).zip(ids) {
            ranks[id as usize] = rank;
        }
        ranks
    }
}

impl Interner {
    /// For values of these dictionaries, each of which is asked about through one [`Lift`].
    pub(crate) fn of<'d>(mut dictionaries: impl Iterator<Item = &'d Dictionary>) -> Self {
        let values = match dictionaries.next() {
            Some(Dictionary::Integer(_)) => Values::Integer(vec![0]),
            Some(Dictionary::Text(_)) | None => {
                Values::Text(TextArena { bytes: String::new(), ends: vec![0] })
            }
        };
        let single = dictionaries.next().is_none();
        Self { values, seen: (!single).then(Seen::default) }
    }

    /// The number of the value behind a code.
    fn lift(&mut self, dictionary: &Dictionary, code: u32) -> u32 {
        if code == NULL_CODE {
            return NULL_ID;
        }
        let next = narrow::id(self.values.len());
        match (&mut self.values, dictionary) {
            (Values::Text(texts), Dictionary::Text(dictionary)) => {
                let text = dictionary.get(code).unwrap_or_default();
                let seen = self.seen.as_mut();
                let id = seen.map_or(next, |seen| seen.id(text, next, |id| texts.get(id)));
                if id == next {
                    texts.bytes.push_str(text);
                    texts.ends.push(texts.bytes.len());
                }
                id
            }
            (Values::Integer(integers), Dictionary::Integer(dictionary)) => {
                let integer = dictionary.get(code).unwrap_or_default();
                let seen = self.seen.as_mut();
                let id = seen.map_or(next, |seen| seen.id(integer, next, |id| integers[id as usize]));
                if id == next {
                    integers.push(integer);
                }
                id
            }
            // A dimension has one kind of dictionary in every segment, by the table of columns.
            (Values::Text(_), Dictionary::Integer(_)) | (Values::Integer(_), Dictionary::Text(_)) => NULL_ID,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    pub(crate) fn into_values(self) -> Values {
        self.values
    }
}

/// The numbers of one segment's codes, looked up once each.
#[derive(Debug)]
pub(crate) struct Lift<'d> {
    dictionary: &'d Dictionary,
    known: Known,
}

/// The numbers of codes that were looked up.
#[derive(Debug)]
enum Known {
    /// By code; `UNKNOWN` until asked for.
    All(Vec<u32>),
    Some(HashMap<u32, u32>),
}

const UNKNOWN: u32 = u32::MAX;

/// A slot for each entry of a dictionary is kept where it has at most this many for each question: a question to a hash
/// table costs about as much as clearing so many slots.
const SLOTS_PER_QUESTION: usize = 64;

impl<'d> Lift<'d> {
    /// For about so many questions.
    pub(crate) fn new(dictionary: &'d Dictionary, questions: usize) -> Self {
        let known = if dictionary.len() <= questions.saturating_mul(SLOTS_PER_QUESTION) {
            Known::All(vec![UNKNOWN; dictionary.len()])
        } else {
            Known::Some(HashMap::default())
        };
        Self { dictionary, known }
    }

    #[inline]
    pub(crate) fn id(&mut self, interner: &mut Interner, code: u32) -> u32 {
        match &mut self.known {
            Known::All(ids) => {
                let id = &mut ids[code as usize];
                if *id == UNKNOWN {
                    *id = interner.lift(self.dictionary, code);
                }
                *id
            }
            Known::Some(ids) => *ids.entry(code).or_insert_with(|| interner.lift(self.dictionary, code)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gristmill_storage::Timestamp;
    use gristmill_storage::event::Event;
    use gristmill_storage::schema::Dimension;
    use gristmill_storage::segment::{Segment, SegmentBuilder};
    use std::sync::Arc;

    fn segment(labels: &[&str], versions: &[i64]) -> Segment {
        let mut builder = SegmentBuilder::new();
        for (label, version) in labels.iter().zip(versions) {
            let mut event = Event::new(Timestamp(0), "org", "vendor");
            event.set(Dimension::Label, Some(label));
            event.event_version = *version;
            builder.push(&event.as_row()).unwrap();
        }
        builder.build().unwrap()
    }

    fn dictionaries(dimension: Dimension) -> [Arc<Dictionary>; 2] {
        [segment(&["", "b", "c"], &[-1, 10, 2]), segment(&["a", "b", ""], &[2, 3, 0])]
            .map(|segment| segment.dictionary(dimension).unwrap())
    }

    /// The numbers of all codes of both dictionaries, the values, and their ranks.
    fn lifted(dictionaries: &[Arc<Dictionary>], questions: usize) -> (Vec<u32>, Values) {
        let mut interner = Interner::of(dictionaries.iter().map(|dictionary| &**dictionary));
        let mut ids = Vec::new();
        for dictionary in dictionaries {
            let mut lift = Lift::new(dictionary, questions);
            // Twice: what was looked up is the same again.
            let codes = (0..narrow::id(dictionary.len())).chain(0..narrow::id(dictionary.len()));
            ids.extend(codes.map(|code| lift.id(&mut interner, code)));
        }
        (ids, interner.into_values())
    }

    #[test]
    fn the_same_value_of_two_dictionaries_has_one_number() {
        for questions in [0, 100] {
            let (ids, values) = lifted(&dictionaries(Dimension::Label), questions);
            // Codes follow the order of values: null, "", b, c; then null, "", a, b.
            assert_eq!(ids, [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 4, 2, 0, 1, 4, 2]);
            let Values::Text(texts) = &values else { panic!("labels are texts") };
            assert_eq!((1..5).map(|id| texts.get(id)).collect::<Vec<_>>(), ["", "b", "c", "a"]);
            assert_eq!(values.ranks(), [0, 1, 3, 4, 2]);
        }
    }

    #[test]
    fn integers_rank_by_number_and_null_before_them() {
        let (ids, values) = lifted(&dictionaries(Dimension::EventVersion), 100);
        assert_eq!(ids, [0, 1, 2, 3, 0, 1, 2, 3, 0, 4, 2, 5, 0, 4, 2, 5]);
        assert!(matches!(&values, Values::Integer(integers) if integers[1..] == [-1, 2, 10, 0, 3]));
        assert_eq!(values.ranks(), [0, 1, 3, 5, 2, 4]);
    }

    #[test]
    fn one_dictionary_alone_needs_no_table() {
        let [first, _] = dictionaries(Dimension::Label);
        let interner = Interner::of(std::iter::once(&*first));
        assert!(interner.seen.is_none() && interner.len() == 1);
        assert_eq!(lifted(&[first], 100).0, [0, 1, 2, 3, 0, 1, 2, 3]);
    }
}
