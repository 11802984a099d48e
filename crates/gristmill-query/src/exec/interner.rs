//! The values of one dimension over all segments of a fetch, numbered.

use crate::narrow;
use gristmill_storage::hash::{HashMap, RandomState};
use gristmill_storage::segment::{Dictionary, NULL_CODE};
use hashbrown::HashTable;
use std::cmp::Ordering;
use std::hash::Hash;
use std::sync::Arc;

/// The number of null in every [`Values`].
pub(crate) const NULL_ID: u32 = NULL_CODE;

/// The values of one dimension behind numbers: number 0 is null, the next ones are the codes of one segment's dictionary,
/// and then come the values that only other segments have.
#[derive(Clone, Debug)]
pub(crate) struct Values {
    /// Absent where there is no value at all.
    base: Option<Arc<Dictionary>>,
    more: More,
}

/// Values that the dictionary does not have.
#[derive(Clone, Debug)]
enum More {
    Text(TextArena),
    Integer(Vec<i64>),
}

/// Texts one after the other.
#[derive(Clone, Debug, Default)]
struct TextArena {
    bytes: String,
    /// Where each text ends.
    ends: Vec<usize>,
}

impl TextArena {
    fn get(&self, at: usize) -> &str {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.bytes[start..self.ends[at]]
    }
}

/// One value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Value<'v> {
    /// None; before all others.
    Null,
    /// By its UTF-8 bytes.
    Text(&'v str),
    Integer(i64),
}

impl Values {
    /// No value but null.
    pub(crate) fn none() -> Self {
        Self { base: None, more: More::Text(TextArena::default()) }
    }

    /// The values of one dictionary.
    pub(crate) fn of(base: Arc<Dictionary>) -> Self {
        let more = match &*base {
            Dictionary::Text(_) => More::Text(TextArena::default()),
            Dictionary::Integer(_) => More::Integer(Vec::new()),
        };
        Self { base: Some(base), more }
    }

    /// How many numbers, null included.
    pub(crate) fn len(&self) -> usize {
        self.base_len() + self.more_len()
    }

    /// Whether numbers sort as their values do.
    pub(crate) fn are_sorted(&self) -> bool {
        self.more_len() == 0
    }

    /// How the values of two numbers sort: null first, texts by bytes, integers by number.
    pub(crate) fn compare(&self, a: u32, b: u32) -> Ordering {
        let base_len = self.base_len();
        if (a as usize) < base_len && (b as usize) < base_len {
            return a.cmp(&b);
        }
        self.get(a).cmp(&self.get(b))
    }

    /// The value of a number.
    pub(crate) fn get(&self, id: u32) -> Value<'_> {
        if let Some(at) = (id as usize).checked_sub(self.base_len()) {
            return match &self.more {
                More::Text(texts) => Value::Text(texts.get(at)),
                More::Integer(integers) => Value::Integer(integers[at]),
            };
        }
        let value = match self.base.as_deref() {
            Some(Dictionary::Text(texts)) => texts.get(id).map(Value::Text),
            Some(Dictionary::Integer(integers)) => integers.get(id).map(Value::Integer),
            None => None,
        };
        value.unwrap_or(Value::Null)
    }

    fn base_len(&self) -> usize {
        self.base.as_ref().map_or(1, |base| base.len())
    }

    fn more_len(&self) -> usize {
        match &self.more {
            More::Text(texts) => texts.ends.len(),
            More::Integer(integers) => integers.len(),
        }
    }
}

/// Numbers the values of a dimension.
#[derive(Debug)]
pub(crate) struct Interner {
    values: Values,
    /// The numbers of those that the base does not have.
    seen: HashTable<u32>,
    hasher: RandomState,
}

impl Interner {
    /// The codes of `base` are the numbers of its values.
    pub(crate) fn new(base: Arc<Dictionary>) -> Self {
        Self { values: Values::of(base), seen: HashTable::new(), hasher: RandomState::new() }
    }

    /// The number of a value that the base does not have.
    fn number(&mut self, dictionary: &Dictionary, code: u32) -> u32 {
        let next = narrow::id(self.values.len());
        let base = self.values.base_len();
        match (&mut self.values.more, dictionary) {
            (More::Text(texts), Dictionary::Text(dictionary)) => {
                let text = dictionary.get(code).unwrap_or_default();
                let id = find(&mut self.seen, &self.hasher, text, next, |id| texts.get(id as usize - base));
                if id == next {
                    texts.bytes.push_str(text);
                    texts.ends.push(texts.bytes.len());
                }
                id
            }
            (More::Integer(integers), Dictionary::Integer(dictionary)) => {
                let integer = dictionary.get(code).unwrap_or_default();
                let id = find(&mut self.seen, &self.hasher, integer, next, |id| integers[id as usize - base]);
                if id == next {
                    integers.push(integer);
                }
                id
            }
            // A dimension has one kind of dictionary in every segment, by the table of columns.
            (More::Text(_), Dictionary::Integer(_)) | (More::Integer(_), Dictionary::Text(_)) => NULL_ID,
        }
    }

    pub(crate) fn into_values(self) -> Values {
        self.values
    }
}

/// The number of a value: the one it has, or `next`. `value` gives the value behind a number below `next`.
fn find<T: Copy + Hash + Eq>(
    seen: &mut HashTable<u32>,
    hasher: &RandomState,
    wanted: T,
    next: u32,
    value: impl Fn(u32) -> T,
) -> u32 {
    let hash = hasher.hash_one(wanted);
    if let Some(id) = seen.find(hash, |id| value(*id) == wanted) {
        return *id;
    }
    // The table may grow before the value of `next` can be asked for, so its hash is given.
    seen.insert_unique(hash, next, |id| hasher.hash_one(value(*id)));
    next
}

/// The numbers of one segment's codes, looked up once each.
#[derive(Debug)]
pub(crate) struct Lift<'d> {
    dictionary: &'d Arc<Dictionary>,
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

/// Two dictionaries are walked side by side where they have at most this many entries together for each question: a
/// search by halves costs about as much as so many steps of the walk.
const STEPS_PER_QUESTION: usize = 16;

impl<'d> Lift<'d> {
    /// From the codes of a dictionary to numbers that start from `base`, for about so many questions.
    pub(crate) fn new(dictionary: &'d Arc<Dictionary>, base: &Dictionary, questions: usize) -> Self {
        let known = if dictionary.len() + base.len() <= questions.saturating_mul(STEPS_PER_QUESTION) {
            Known::All(side_by_side(dictionary, base))
        } else if dictionary.len() <= questions.saturating_mul(SLOTS_PER_QUESTION) {
            Known::All(vec![UNKNOWN; dictionary.len()])
        } else {
            Known::Some(HashMap::default())
        };
        Self { dictionary, known }
    }

    /// Whether it is for the codes of that dictionary.
    pub(crate) fn is_of(&self, dictionary: &Arc<Dictionary>) -> bool {
        Arc::ptr_eq(self.dictionary, dictionary)
    }

    /// The number of a code's value.
    #[inline]
    pub(crate) fn id(&mut self, interner: &mut Interner, code: u32) -> u32 {
        let dictionary = self.dictionary;
        match &mut self.known {
            Known::All(ids) => {
                let id = &mut ids[code as usize];
                if *id == UNKNOWN {
                    *id = look_up(interner, dictionary, code);
                }
                *id
            }
            Known::Some(ids) => *ids.entry(code).or_insert_with(|| look_up(interner, dictionary, code)),
        }
    }
}

fn look_up(interner: &mut Interner, dictionary: &Dictionary, code: u32) -> u32 {
    if code == NULL_CODE {
        return NULL_ID;
    }
    let found = match (interner.values.base.as_deref(), dictionary) {
        (Some(Dictionary::Text(base)), Dictionary::Text(texts)) => {
            texts.get(code).and_then(|text| base.find(text))
        }
        (Some(Dictionary::Integer(base)), Dictionary::Integer(integers)) => {
            integers.get(code).and_then(|integer| base.find(integer))
        }
        _ => None,
    };
    found.unwrap_or_else(|| interner.number(dictionary, code))
}

/// The code that each value of a dictionary has in `base`; [`UNKNOWN`] where it is not there.
fn side_by_side(dictionary: &Dictionary, base: &Dictionary) -> Vec<u32> {
    let mut ids = vec![UNKNOWN; dictionary.len()];
    ids[NULL_CODE as usize] = NULL_ID;
    let mut compare: Box<dyn FnMut(u32, u32) -> Ordering> = match (dictionary, base) {
        (Dictionary::Text(texts), Dictionary::Text(base)) => {
            Box::new(|code, other| texts.bytes(code).cmp(base.bytes(other)))
        }
        (Dictionary::Integer(integers), Dictionary::Integer(base)) => {
            Box::new(|code, other| integers.get(code).cmp(&base.get(other)))
        }
        _ => return ids,
    };
    let mut other = NULL_CODE + 1;
    for code in NULL_CODE + 1..narrow::id(dictionary.len()) {
        while (other as usize) < base.len() {
            match compare(code, other) {
                Ordering::Less => break,
                Ordering::Equal => {
                    ids[code as usize] = other;
                    break;
                }
                Ordering::Greater => other += 1,
            }
        }
    }
    ids
}
