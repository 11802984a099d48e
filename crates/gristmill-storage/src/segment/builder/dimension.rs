//! One dimension while rows arrive.

use super::code_vec::{CodeVec, narrow};
use super::interner::{IntegerInterner, MAX_TEXT_BYTES, Sorted, TextInterner};
use crate::event::EventRow;
use crate::schema::{Dimension, Kind};
use crate::segment::heap::HeapDimension;
use crate::segment::index::index;
use crate::segment::{Codes, Dictionary, DimensionCodes, Lists, NULL_CODE, SegmentError};
use arrow_buffer::ScalarBuffer;
use std::ops::Range;
use std::sync::Arc;

/// The most values all rows of a multi-value dimension may have together: offsets are 32-bit and signed, as in Arrow.
pub(in crate::segment) const MAX_LIST_VALUES: usize = i32::MAX as usize;

/// One dimension while rows arrive: codes in the order of arrival, standing for values in the order of arrival.
#[derive(Debug)]
pub(crate) struct DimensionBuilder {
    dimension: Dimension,
    values: Interner,
    codes: CodeVec,
    /// `None` where each row has one code.
    lists: Option<ListEnds>,
}

/// Which codes are those of a row, in a dimension of any number of codes a row.
#[derive(Debug, Default)]
struct ListEnds {
    /// Where the codes of each row end.
    ends: Vec<u32>,
    /// For each code, how many rows had come with the last one that has it: what a row has already.
    seen: Vec<u32>,
}

#[derive(Debug)]
enum Interner {
    Text(TextInterner),
    Integer(IntegerInterner),
}

impl DimensionBuilder {
    pub(super) fn new(dimension: Dimension) -> Self {
        let values = match dimension.kind() {
            Kind::Text | Kind::Source | Kind::MultiText => Interner::Text(TextInterner::new()),
            Kind::Integer => Interner::Integer(IntegerInterner::new()),
        };
        let lists = (dimension.kind() == Kind::MultiText).then(ListEnds::default);
        Self { dimension, values, codes: CodeVec::new(), lists }
    }

    /// Which dimension it is.
    #[cfg(feature = "parquet")]
    pub(super) fn dimension(&self) -> Dimension {
        self.dimension
    }

    /// Makes room for so many more rows, of one value each in a multi-value dimension.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.codes.reserve(rows);
        if let Some(lists) = &mut self.lists {
            lists.ends.reserve_exact(rows);
        }
    }

    /// Refuses what would not fit if every value were new.
    pub(super) fn check_room(&self, text_bytes: usize, list_values: usize) -> Result<(), SegmentError> {
        if let Interner::Text(texts) = &self.values
            && text_bytes > MAX_TEXT_BYTES - texts.text_bytes()
        {
            return Err(full("bytes of distinct values in a column", MAX_TEXT_BYTES));
        }
        if self.lists.is_some() && list_values > MAX_LIST_VALUES - self.codes.len() {
            return Err(full("values of all rows in a multi-value column", MAX_LIST_VALUES));
        }
        Ok(())
    }

    /// Refuses a row that would not fit.
    pub(super) fn check_row(&self, row: &EventRow<'_>) -> Result<(), SegmentError> {
        match self.dimension.kind() {
            Kind::Text => self.check_room(row.text(self.dimension).map_or(0, str::len), 0),
            Kind::MultiText => {
                let bytes = row.properties.iter().map(|text| text.len()).fold(0, usize::saturating_add);
                self.check_room(bytes, row.properties.len())
            }
            Kind::Integer | Kind::Source => Ok(()),
        }
    }

    /// Refuses the rows of a segment that would not fit.
    pub(super) fn check_segment(
        &self,
        dictionary: &Dictionary,
        codes: &DimensionCodes,
    ) -> Result<(), SegmentError> {
        let text_bytes = match dictionary {
            Dictionary::Text(texts) => texts.bytes.len(),
            Dictionary::Integer(_) => 0,
        };
        let list_values = match codes {
            DimensionCodes::Multi(lists) => lists.codes.len(),
            DimensionCodes::Single(_) => 0,
        };
        self.check_room(text_bytes, list_values)
    }

    /// Takes this dimension of a row that was checked; answers the row's code, or null's for a list.
    pub(super) fn push(&mut self, row: &EventRow<'_>) -> u32 {
        match &mut self.values {
            Interner::Integer(integers) => push_code(&mut self.codes, integers.code(row.event_version)),
            Interner::Text(texts) => match (&mut self.lists, self.dimension.kind()) {
                (Some(lists), _) => {
                    lists.push(texts, &mut self.codes, &row.properties);
                    NULL_CODE
                }
                (None, Kind::Source) => push_code(&mut self.codes, texts.code(row.source.name())),
                (None, _) => {
                    let code = row.text(self.dimension).map_or(NULL_CODE, |text| texts.code(text));
                    push_code(&mut self.codes, code)
                }
            },
        }
    }

    /// Takes some rows of a segment that was checked.
    pub(super) fn extend(&mut self, dictionary: &Dictionary, codes: &DimensionCodes, rows: &[Range<usize>]) {
        match codes {
            DimensionCodes::Single(codes) => self.extend_codes(dictionary, codes, rows),
            DimensionCodes::Multi(lists) => {
                if let Some(own) = &mut self.lists {
                    own.extend(index(self.codes.len()), lists, rows);
                }
                let values: Vec<Range<usize>> = rows.iter().map(|rows| lists.range_of(rows)).collect();
                self.extend_codes(dictionary, &lists.codes, &values);
            }
        }
    }

    /// Refuses the rows of another builder of this dimension that would not fit.
    pub(super) fn check_other(&self, other: &Self) -> Result<(), SegmentError> {
        let text_bytes = match &other.values {
            Interner::Text(texts) => texts.text_bytes(),
            Interner::Integer(_) => 0,
        };
        self.check_room(text_bytes, other.codes.len())
    }

    /// Takes all rows of another builder of this dimension, which was checked.
    pub(super) fn append(&mut self, other: &Self) {
        if let (Some(own), Some(lists)) = (&mut self.lists, &other.lists) {
            let before = index(self.codes.len());
            own.ends.extend(lists.ends.iter().map(|end| before + end));
        }
        let names = self.values.codes_of_other(&other.values);
        self.codes.append(&other.codes, &names);
    }

    /// Takes one integer a row.
    #[cfg(feature = "parquet")]
    pub(super) fn push_integers(&mut self, column: &[i64]) {
        if let Interner::Integer(integers) = &mut self.values {
            column.iter().for_each(|&integer| self.codes.push(integers.code(integer)));
        }
    }

    /// Takes one text a row that was checked, or null.
    #[cfg(feature = "parquet")]
    pub(super) fn push_texts<'t>(&mut self, column: impl Iterator<Item = Option<&'t str>>) {
        if let Interner::Text(texts) = &mut self.values {
            let codes = column.map(|text| text.map_or(NULL_CODE, |text| texts.code(text)));
            codes.for_each(|code| self.codes.push(code));
        }
    }

    /// Takes the codes at some places; only the values they stand for are looked up.
    fn extend_codes(&mut self, dictionary: &Dictionary, codes: &Codes, places: &[Range<usize>]) {
        let used = codes.used(places, dictionary.len());
        let names = self.values.codes_of(dictionary, &used);
        self.codes.extend(codes, places, &names);
    }

    /// The codes of all rows.
    pub(super) fn codes(&self) -> &CodeVec {
        &self.codes
    }

    /// Sorts the dictionary; the rows stay as they came.
    pub(super) fn sort(self) -> SortedDimension {
        let Sorted { dictionary, ranks } = match self.values {
            Interner::Text(texts) => texts.sort(),
            Interner::Integer(integers) => integers.sort(),
        };
        let list_ends = self.lists.map(|lists| lists.ends);
        SortedDimension { dictionary, ranks, codes: self.codes, list_ends }
    }

    /// Bytes reserved.
    pub(super) fn heap_bytes(&self) -> usize {
        let values = match &self.values {
            Interner::Text(texts) => texts.heap_bytes(),
            Interner::Integer(integers) => integers.heap_bytes(),
        };
        values + self.codes.heap_bytes() + self.lists.as_ref().map_or(0, ListEnds::heap_bytes)
    }
}

pub(in crate::segment) fn full(what: &'static str, limit: usize) -> SegmentError {
    SegmentError::Full { what, limit: limit as u64 }
}

fn push_code(codes: &mut CodeVec, code: u32) -> u32 {
    codes.push(code);
    code
}

impl ListEnds {
    /// Takes the texts of a row; a text that comes again is dropped.
    fn push(&mut self, texts: &mut TextInterner, codes: &mut CodeVec, row: &[&str]) {
        let rows = index(self.ends.len() + 1);
        for text in row {
            let code = texts.code(text);
            if self.seen.len() <= code as usize {
                self.seen.resize(code as usize + 1, 0);
            }
            if self.seen[code as usize] != rows {
                self.seen[code as usize] = rows;
                codes.push(code);
            }
        }
        self.ends.push(index(codes.len()));
    }

    /// Takes the lists of some rows, whose codes come behind `end` others.
    fn extend(&mut self, mut end: u32, lists: &Lists, rows: &[Range<usize>]) {
        for row in rows.iter().cloned().flatten() {
            end += index(lists.range(row).len());
            self.ends.push(end);
        }
    }

    /// Bytes reserved.
    fn heap_bytes(&self) -> usize {
        (self.ends.capacity() + self.seen.capacity()) * 4
    }
}

impl Interner {
    /// The code here for each code of a dictionary that is used and whose value fits; null's for the others.
    fn codes_of(&mut self, dictionary: &Dictionary, used: &[bool]) -> Vec<u32> {
        let mut names = vec![NULL_CODE; used.len()];
        let named = (0..).zip(&mut names).skip(1).filter(|&(code, _)| used[code as usize]);
        for (code, name) in named {
            match (&mut *self, dictionary) {
                (Self::Text(own), Dictionary::Text(texts)) => *name = own.code_of(texts.bytes(code)),
                (Self::Integer(own), Dictionary::Integer(integers)) => {
                    *name = own.code(integers.get(code).unwrap_or_default());
                }
                // A dimension has one kind of dictionary, which is checked when a segment is read.
                (Self::Text(_), Dictionary::Integer(_)) | (Self::Integer(_), Dictionary::Text(_)) => {}
            }
        }
        names
    }
}

impl Interner {
    /// The code here for each code of another interner of the same kind.
    fn codes_of_other(&mut self, other: &Self) -> Vec<u32> {
        let null = std::iter::once(NULL_CODE);
        match (self, other) {
            (Self::Text(own), Self::Text(other)) => {
                null.chain(other.texts().map(|text| own.code_of(text))).collect()
            }
            (Self::Integer(own), Self::Integer(other)) => {
                null.chain(other.integers().iter().map(|&integer| own.code(integer))).collect()
            }
            // A dimension has one kind of interner.
            (Self::Text(_), Self::Integer(_)) | (Self::Integer(_), Self::Text(_)) => vec![NULL_CODE],
        }
    }
}

/// One dimension with its dictionary sorted and its rows still in the order of arrival.
#[derive(Debug)]
pub(super) struct SortedDimension {
    dictionary: Dictionary,
    ranks: Vec<u32>,
    codes: CodeVec,
    list_ends: Option<Vec<u32>>,
}

impl SortedDimension {
    /// The finished code for each code given out on arrival.
    pub(super) fn ranks(&self) -> &[u32] {
        &self.ranks
    }

    /// Some rows in the order given, with a dictionary of the values that they have.
    pub(super) fn take(&self, order: &[u32]) -> Taken {
        let (offsets, ranked) = match &self.list_ends {
            None => (None, self.codes.ranked(order.iter().copied(), &self.ranks)),
            Some(ends) => {
                let list = |&row: &u32| list(ends, row);
                let ranked = self.codes.ranked(order.iter().flat_map(list), &self.ranks);
                (Some(offsets(order.iter().map(|row| list(row).len()))), ranked)
            }
        };
        let (dictionary, names) = self.dictionary.keep(&ranked);
        let codes = narrow(&ranked, &names, dictionary.len());
        let codes = match offsets {
            None => DimensionCodes::Single(codes),
            Some(offsets) => DimensionCodes::Multi(Lists { offsets, codes }),
        };
        Taken { dimension: HeapDimension { dictionary: Arc::new(dictionary), codes: Arc::new(codes) }, names }
    }
}

/// One dimension of some rows.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) dimension: HeapDimension,
    /// The code of each value of the whole dictionary; null's for those that the rows do not have.
    pub(super) names: Vec<u32>,
}

/// Where the codes of a row lie.
fn list(ends: &[u32], row: u32) -> Range<u32> {
    let start = if row == 0 { 0 } else { ends[row as usize - 1] };
    start..ends[row as usize]
}

/// Where lists of these lengths start, and where the last one ends.
fn offsets(lengths: impl ExactSizeIterator<Item = usize>) -> ScalarBuffer<i32> {
    let mut offsets = Vec::with_capacity(lengths.len() + 1);
    let mut end = 0_u32;
    offsets.push(0_i32);
    for length in lengths {
        end += index(length);
        offsets.push(end.cast_signed());
    }
    offsets.into()
}
