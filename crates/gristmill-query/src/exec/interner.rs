//! The distinct values of one dimension over all segments of a fetch, numbered.

use crate::narrow;
use gristmill_storage::hash::RandomState;
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
    /// By code; `UNKNOWN` until asked for.
    ids: Vec<u32>,
}

const UNKNOWN: u32 = u32::MAX;

impl<'d> Lift<'d> {
    pub(crate) fn new(dictionary: &'d Dictionary) -> Self {
        Self { dictionary, ids: vec![UNKNOWN; dictionary.len()] }
    }

    #[inline]
    pub(crate) fn id(&mut self, interner: &mut Interner, code: u32) -> u32 {
        let id = &mut self.ids[code as usize];
        if *id == UNKNOWN {
            *id = interner.lift(self.dictionary, code);
        }
        *id
    }
}
