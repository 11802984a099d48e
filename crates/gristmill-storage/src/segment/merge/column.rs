//! One column of every new segment.

use super::order::Arrangement;
use super::unite::{self, United};
use crate::schema::{Dimension, Kind};
use crate::segment::builder::{MAX_LIST_VALUES, full};
use crate::segment::file::code_width;
use crate::segment::heap::HeapDimension;
use crate::segment::index::index;
use crate::segment::{
    Codes, Dictionary, DimensionCodes, IntegerDictionary, Lists, NULL_CODE, Segment, SegmentError,
    TextDictionary, Values,
};
use arrow_buffer::{ArrowNativeType, BooleanBufferBuilder, NullBuffer, ScalarBuffer};
use std::sync::Arc;

/// The values of each new segment.
pub(super) fn values(
    sources: &[Arc<Segment>],
    arrangements: &[Arrangement],
) -> Result<Vec<Values>, SegmentError> {
    let mut merged: Vec<MergedValues> =
        arrangements.iter().map(|arrangement| MergedValues::new(arrangement.len())).collect();
    for (at, source) in sources.iter().enumerate() {
        let values = source.values()?;
        for (merged, arrangement) in merged.iter_mut().zip(arrangements) {
            for piece in arrangement.pieces(at) {
                merged.take(&values, piece.rows.clone(), piece.start);
            }
        }
    }
    Ok(merged.into_iter().map(MergedValues::finish).collect())
}

/// The values of a new segment in the making.
struct MergedValues {
    numbers: Vec<f64>,
    valid: BooleanBufferBuilder,
    nulls: usize,
}

impl MergedValues {
    fn new(rows: usize) -> Self {
        let mut valid = BooleanBufferBuilder::new(rows);
        valid.append_n(rows, true);
        Self { numbers: vec![0.0; rows], valid, nulls: 0 }
    }

    fn take(&mut self, values: &Values, rows: std::ops::Range<usize>, start: usize) {
        self.numbers[start..start + rows.len()].copy_from_slice(&values.numbers[rows.clone()]);
        if let Some(validity) = &values.validity {
            for (row, at) in rows.zip(start..) {
                if validity.is_null(row) {
                    // What stands at a null row of a file may be any number.
                    self.numbers[at] = 0.0;
                    self.valid.set_bit(at, false);
                    self.nulls += 1;
                }
            }
        }
    }

    fn finish(mut self) -> Values {
        let validity = (self.nulls > 0).then(|| NullBuffer::new(self.valid.finish()));
        Values { numbers: self.numbers.into(), validity }
    }
}

/// A dimension of each new segment.
pub(super) fn dimension(
    dimension: Dimension,
    sources: &[Arc<Segment>],
    arrangements: &[Arrangement],
) -> Result<Vec<HeapDimension>, SegmentError> {
    let mut merged: Vec<MergedDimension> =
        arrangements.iter().map(|of| MergedDimension::new(dimension, of.len())).collect();
    let mut marks = Marks::default();
    for (at, source) in sources.iter().enumerate() {
        let (dictionary, codes) = (source.dictionary(dimension)?, source.codes(dimension)?);
        marks.ranks.resize(marks.ranks.len().max(dictionary.len()), NULL_CODE);
        for (merged, arrangement) in merged.iter_mut().zip(arrangements) {
            merged.take(&dictionary, &codes, arrangement, at, &mut marks);
        }
    }
    merged.into_iter().zip(arrangements).map(|(merged, arrangement)| merged.finish(arrangement)).collect()
}

/// The ranks of codes among those that some rows have; null's rank is null's code, as is that of a code no row has.
#[derive(Default)]
struct Marks {
    ranks: Vec<u32>,
    used: Vec<u32>,
}

/// A dimension of a new segment in the making.
struct MergedDimension {
    kind: Kind,
    /// For each source, the values its rows have.
    texts: Vec<TextDictionary>,
    /// The same for integers.
    integers: Vec<IntegerDictionary>,
    /// For each source, the codes of its rows in the dictionary of those values, piece by piece.
    codes: Vec<Vec<u32>>,
    /// Values in each new row, in a dimension of any number a row.
    lengths: Option<Vec<u32>>,
}

impl MergedDimension {
    fn new(dimension: Dimension, rows: usize) -> Self {
        let kind = dimension.kind();
        let lengths = (kind == Kind::MultiText).then(|| vec![0; rows]);
        Self { kind, texts: Vec::new(), integers: Vec::new(), codes: Vec::new(), lengths }
    }

    /// Takes what a source has.
    fn take(
        &mut self,
        dictionary: &Dictionary,
        codes: &DimensionCodes,
        arrangement: &Arrangement,
        source: usize,
        marks: &mut Marks,
    ) {
        let mut taken = Vec::new();
        let pieces = arrangement.pieces(source);
        match (codes, &mut self.lengths) {
            (DimensionCodes::Multi(lists), Some(lengths)) => {
                for piece in pieces {
                    for (row, at) in piece.rows.clone().zip(piece.start..) {
                        lengths[at] = index(lists.range(row).len());
                    }
                    push_codes(&mut taken, &lists.codes, lists.range_of(&piece.rows));
                }
            }
            (DimensionCodes::Single(codes), _) => {
                pieces.iter().for_each(|piece| push_codes(&mut taken, codes, piece.rows.clone()));
            }
            // A dimension has one kind of codes, which is checked when a segment is read.
            (DimensionCodes::Multi(_), None) => {}
        }
        marks.rank(&mut taken);
        match dictionary {
            Dictionary::Text(texts) => self.texts.push(some_texts(texts, &marks.used)),
            Dictionary::Integer(integers) => self.integers.push(some_integers(integers, &marks.used)),
        }
        marks.clear();
        self.codes.push(taken);
    }

    /// Unites what the sources had.
    fn finish(self, arrangement: &Arrangement) -> Result<HeapDimension, SegmentError> {
        let united = match self.kind {
            Kind::Integer => unite::integers(&self.integers),
            Kind::Text | Kind::Source | Kind::MultiText => unite::texts(&self.texts)?,
        };
        let offsets = self.lengths.map(|lengths| offsets(&lengths)).transpose()?;
        let place = Place { codes: &self.codes, united: &united, arrangement, offsets: offsets.as_deref() };
        let codes = match code_width(index(united.dictionary.len())) {
            1 => Codes::U8(place.all()),
            2 => Codes::U16(place.all()),
            _ => Codes::U32(place.all()),
        };
        let codes = match offsets {
            None => DimensionCodes::Single(codes),
            Some(offsets) => DimensionCodes::Multi(Lists { offsets: offsets.into(), codes }),
        };
        Ok(HeapDimension { dictionary: Arc::new(united.dictionary), codes: Arc::new(codes) })
    }
}

impl Marks {
    /// Replaces each code by its rank among them.
    fn rank(&mut self, codes: &mut [u32]) {
        for &code in &*codes {
            let mark = &mut self.ranks[code as usize];
            if *mark == NULL_CODE && code != NULL_CODE {
                *mark = code;
                self.used.push(code);
            }
        }
        self.used.sort_unstable();
        for (&code, rank) in self.used.iter().zip(1..) {
            self.ranks[code as usize] = rank;
        }
        codes.iter_mut().for_each(|code| *code = self.ranks[*code as usize]);
    }

    fn clear(&mut self) {
        for code in self.used.drain(..) {
            self.ranks[code as usize] = NULL_CODE;
        }
    }
}

fn push_codes(out: &mut Vec<u32>, codes: &Codes, places: std::ops::Range<usize>) {
    match codes {
        Codes::U8(codes) => out.extend(codes[places].iter().map(|&code| u32::from(code))),
        Codes::U16(codes) => out.extend(codes[places].iter().map(|&code| u32::from(code))),
        Codes::U32(codes) => out.extend_from_slice(&codes[places]),
    }
}

/// Null, and the texts of some codes that rise.
fn some_texts(texts: &TextDictionary, codes: &[u32]) -> TextDictionary {
    let mut offsets = Vec::with_capacity(codes.len() + 2);
    offsets.extend([0, 0]);
    let mut bytes = Vec::with_capacity(codes.iter().map(|&code| texts.bytes(code).len()).sum());
    for &code in codes {
        bytes.extend_from_slice(texts.bytes(code));
        offsets.push(index(bytes.len()).cast_signed());
    }
    TextDictionary { offsets: offsets.into(), bytes: bytes.into() }
}

/// Null, and the integers of some codes that rise.
fn some_integers(integers: &IntegerDictionary, codes: &[u32]) -> IntegerDictionary {
    let some = codes.iter().filter_map(|&code| integers.get(code));
    IntegerDictionary { values: std::iter::once(0).chain(some).collect() }
}

/// Where lists of so many values begin and end.
fn offsets(lengths: &[u32]) -> Result<Vec<i32>, SegmentError> {
    let mut end = 0_usize;
    let mut offsets = Vec::with_capacity(lengths.len() + 1);
    offsets.push(0);
    for &length in lengths {
        end += length as usize;
        if end > MAX_LIST_VALUES {
            return Err(full("values of all rows in a multi-value column", MAX_LIST_VALUES));
        }
        offsets.push(index(end).cast_signed());
    }
    Ok(offsets)
}

/// Codes on their way to their rows.
struct Place<'a> {
    /// For each source, in its own dictionary.
    codes: &'a [Vec<u32>],
    united: &'a United,
    arrangement: &'a Arrangement,
    /// Where the codes of each row begin; `None` where each row has one.
    offsets: Option<&'a [i32]>,
}

impl Place<'_> {
    /// All codes under their new names, row by row.
    fn all<T: ArrowNativeType>(&self) -> ScalarBuffer<T> {
        let mut placed = vec![T::default(); self.start(self.arrangement.len())];
        for (source, (codes, names)) in self.codes.iter().zip(&self.united.names).enumerate() {
            // A name is below the length of the dictionary, whose width this is.
            let names: Vec<T> = names.iter().map(|&name| T::usize_as(name as usize)).collect();
            let mut codes = codes.iter();
            for piece in self.arrangement.pieces(source) {
                let places = self.start(piece.start)..self.start(piece.start + piece.rows.len());
                for (place, &code) in placed[places].iter_mut().zip(&mut codes) {
                    *place = names[code as usize];
                }
            }
        }
        placed.into()
    }

    /// Where the codes of a new row begin.
    fn start(&self, row: usize) -> usize {
        self.offsets.map_or(row, |offsets| offsets[row].cast_unsigned() as usize)
    }
}
