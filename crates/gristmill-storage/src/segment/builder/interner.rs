//! Distinct values and the code each one gets on arrival.

use super::short_text::{RecentCodes, ShortText};
use crate::hash::{HashMap, RandomState};
use crate::segment::index::index;
use crate::segment::{Dictionary, IntegerDictionary, NULL_CODE, TextDictionary};
use arrow_buffer::{Buffer, ScalarBuffer};
use hashbrown::HashTable;

/// The most bytes all texts of one dictionary may have: its offsets are 32-bit and signed, as in Arrow.
pub(in crate::segment) const MAX_TEXT_BYTES: usize = i32::MAX as usize;

/// A finished dictionary and, for each code given out on arrival, its code in there.
#[derive(Debug)]
pub(super) struct Sorted {
    pub(super) dictionary: Dictionary,
    pub(super) ranks: Vec<u32>,
}

/// Distinct texts, one after the other in one block of bytes.
#[derive(Debug)]
pub(super) struct TextInterner {
    table: HashTable<u32>,
    hasher: RandomState,
    bytes: Vec<u8>,
    /// Where each text ends in `bytes`; entry 0 stands for null.
    ends: Vec<u32>,
    /// The code given out last for a text that is not short: values tend to repeat from row to row.
    last: u32,
    recent: RecentCodes,
}

impl TextInterner {
    pub(super) fn new() -> Self {
        Self {
            table: HashTable::new(),
            hasher: RandomState::new(),
            bytes: Vec::new(),
            ends: vec![0],
            last: NULL_CODE,
            recent: RecentCodes::new(),
        }
    }

    /// Bytes of all texts.
    pub(super) fn text_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The code of a text, which is new or known. The caller has checked that there is room.
    pub(super) fn code(&mut self, text: &str) -> u32 {
        self.code_of(text.as_bytes())
    }

    /// As [`TextInterner::code`], for bytes that are known to be UTF-8.
    #[inline]
    pub(super) fn code_of(&mut self, text: &[u8]) -> u32 {
        if let Some(short) = ShortText::of(text) {
            return if let Some(code) = self.recent.find(short) {
                code
            } else {
                let code = self.look_up(text);
                self.recent.keep(short, code)
            };
        }
        if self.last == NULL_CODE || entry(&self.bytes, &self.ends, self.last) != text {
            self.last = self.look_up(text);
        }
        self.last
    }

    fn look_up(&mut self, text: &[u8]) -> u32 {
        let Self { table, hasher, bytes, ends, .. } = self;
        let is_same = |&code: &u32| entry(bytes, ends, code) == text;
        let rehash = |&code: &u32| hasher.hash_one(entry(bytes, ends, code));
        match table.entry(hasher.hash_one(text), is_same, rehash) {
            hashbrown::hash_table::Entry::Occupied(known) => *known.get(),
            hashbrown::hash_table::Entry::Vacant(vacant) => {
                // Every text but one has a byte, so there are fewer codes than MAX_TEXT_BYTES + 2.
                let code = index(ends.len());
                vacant.insert(code);
                bytes.extend_from_slice(text);
                ends.push(index(bytes.len()));
                code
            }
        }
    }

    /// The texts behind the codes from 1 on.
    pub(super) fn texts(&self) -> impl Iterator<Item = &[u8]> {
        (1..index(self.ends.len())).map(|code| entry(&self.bytes, &self.ends, code))
    }

    /// Sorts the texts by their bytes.
    pub(super) fn sort(self) -> Sorted {
        let order = self.order();
        let mut ranks = vec![NULL_CODE; self.ends.len()];
        let mut offsets = Vec::with_capacity(order.len() + 2);
        offsets.extend([0, 0]);
        let mut bytes = Vec::with_capacity(self.bytes.len());
        for (rank, code) in (1..).zip(order) {
            ranks[code as usize] = rank;
            bytes.extend_from_slice(entry(&self.bytes, &self.ends, code));
            offsets.push(index(bytes.len()).cast_signed());
        }
        let dictionary = TextDictionary { offsets: offsets.into(), bytes: Buffer::from_vec(bytes) };
        Sorted { dictionary: Dictionary::Text(dictionary), ranks }
    }

    /// The codes from 1 on, by the bytes of their texts.
    ///
    /// The eight bytes after the prefix that all texts share decide nearly every comparison without a look at the
    /// texts, which lie scattered.
    fn order(&self) -> Vec<u32> {
        let text = |code: u32| entry(&self.bytes, &self.ends, code);
        let codes = 1..index(self.ends.len());
        let shared = codes.clone().map(text).reduce(common_prefix).unwrap_or_default().len();
        let mut keys: Vec<(u64, u32)> = codes.map(|code| (sort_key(&text(code)[shared..]), code)).collect();
        keys.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| text(a.1).cmp(text(b.1))));
        keys.into_iter().map(|(_, code)| code).collect()
    }

    /// Bytes reserved.
    pub(super) fn heap_bytes(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * 4 + self.table.allocation_size()
    }
}

/// The text behind a code.
fn entry<'a>(bytes: &'a [u8], ends: &[u32], code: u32) -> &'a [u8] {
    let code = code as usize;
    let start = if code == 0 { 0 } else { ends[code - 1] };
    &bytes[start as usize..ends[code] as usize]
}

fn common_prefix<'a>(a: &'a [u8], b: &[u8]) -> &'a [u8] {
    let shared = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    &a[..shared]
}

/// The first eight bytes as a number that sorts as they do; shorter texts are filled up with zeros.
fn sort_key(text: &[u8]) -> u64 {
    let mut key = [0; 8];
    let len = text.len().min(key.len());
    key[..len].copy_from_slice(&text[..len]);
    u64::from_be_bytes(key)
}

/// Distinct integers.
#[derive(Debug)]
pub(super) struct IntegerInterner {
    table: HashMap<i64, u32>,
    values: Vec<i64>,
    last: u32,
}

impl IntegerInterner {
    pub(super) fn new() -> Self {
        Self { table: HashMap::default(), values: vec![0], last: NULL_CODE }
    }

    /// The code of an integer, which is new or known.
    pub(super) fn code(&mut self, value: i64) -> u32 {
        if self.last == NULL_CODE || self.values[self.last as usize] != value {
            let next = index(self.values.len());
            self.last = *self.table.entry(value).or_insert(next);
            if self.last == next {
                self.values.push(value);
            }
        }
        self.last
    }

    /// The integers behind the codes from 1 on.
    pub(super) fn integers(&self) -> &[i64] {
        &self.values[1..]
    }

    /// Sorts the integers.
    pub(super) fn sort(self) -> Sorted {
        let mut order: Vec<u32> = (1..index(self.values.len())).collect();
        order.sort_unstable_by_key(|&code| self.values[code as usize]);
        let mut ranks = vec![NULL_CODE; self.values.len()];
        let mut values = vec![0];
        for (rank, code) in (1..).zip(order) {
            ranks[code as usize] = rank;
            values.push(self.values[code as usize]);
        }
        let dictionary = IntegerDictionary { values: ScalarBuffer::from(values) };
        Sorted { dictionary: Dictionary::Integer(dictionary), ranks }
    }

    /// Bytes reserved.
    pub(super) fn heap_bytes(&self) -> usize {
        self.values.capacity() * 8 + self.table.allocation_size()
    }
}
