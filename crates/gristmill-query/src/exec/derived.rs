//! Columns that no segment has: what several dimensions together are told apart by.

use super::ExecError;
use super::prepare::Column;
use crate::filter::CodeSet;
use crate::narrow;
use crate::plan::Plan;
use crate::request::Distinct;
use gristmill_storage::hash::HashMap;
use gristmill_storage::segment::{
    Codes, Dictionary, DimensionCodes, Lists, NULL_CODE, Segment, SegmentError, TextDictionary,
};
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

/// A column of lists of what is told apart in each row of some spans, which rise; rows elsewhere have none.
pub(super) fn column(
    of: &Distinct,
    plan: &Plan<'_>,
    segment: &Segment,
    spans: &[Range<u32>],
) -> Result<Column, ExecError> {
    let columns = of
        .dimensions()
        .iter()
        .map(|dimension| {
            Ok(Column { codes: segment.codes(*dimension)?, dictionary: segment.dictionary(*dimension)? })
        })
        .collect::<Result<Vec<_>, SegmentError>>()?;
    match of {
        Distinct::Values(_) => values(&columns, plan, spans),
        Distinct::Rows(_) => combinations(&columns, plan, spans),
    }
}

/// The codes of a column of several values that are in a set.
pub(super) fn of_codes(
    column: &Column,
    set: &CodeSet,
    plan: &Plan<'_>,
    spans: &[Range<u32>],
) -> Result<Column, ExecError> {
    let (offsets, codes) = lists(plan, spans, |row, out| {
        for_each_code(&column.codes, row, |code| {
            if code != NULL_CODE && set.contains(code) {
                out.push(code);
            }
        });
        0
    })?;
    let lists = Lists { offsets: offsets.into(), codes: Codes::U32(codes.into()) };
    Ok(Column { codes: Arc::new(DimensionCodes::Multi(lists)), dictionary: Arc::clone(&column.dictionary) })
}

/// The values of all columns.
fn values(columns: &[Column], plan: &Plan<'_>, spans: &[Range<u32>]) -> Result<Column, ExecError> {
    let mut texts: Vec<(String, usize, u32)> = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        let codes = NULL_CODE + 1..narrow::id(column.dictionary.len());
        texts.extend(codes.filter_map(|code| Some((text(&column.dictionary, code)?, at, code))));
    }
    // Those of each dictionary are sorted already, which a stable sort makes use of.
    texts.sort();
    let mut names: Vec<Vec<u32>> =
        columns.iter().map(|column| vec![NULL_CODE; column.dictionary.len()]).collect();
    let mut next = NULL_CODE;
    let mut distinct: Vec<&str> = Vec::new();
    for (text, at, code) in &texts {
        if distinct.last() != Some(&text.as_str()) {
            distinct.push(text);
            next += 1;
        }
        names[*at][*code as usize] = next;
    }
    let lists = lists(plan, spans, |row, out| {
        for (column, names) in columns.iter().zip(&names) {
            for_each_code(&column.codes, row, |code| out.push(names[code as usize]));
        }
        out.retain(|code| *code != NULL_CODE);
        0
    })?;
    of_lists(&distinct, lists)
}

/// The combinations of the values of all columns.
fn combinations(columns: &[Column], plan: &Plan<'_>, spans: &[Range<u32>]) -> Result<Column, ExecError> {
    let mut numbers: HashMap<Vec<u32>, u32> = HashMap::default();
    let mut tuples: Vec<Vec<u32>> = Vec::new();
    // Each combination is a key of the map, is listed and gets a name.
    let bytes_of_one = 3 * size_of::<String>() + 2 * columns.len() * size_of::<u32>();
    let found = lists(plan, spans, |row, out| {
        let before = tuples.len();
        let mut rows = vec![Vec::with_capacity(columns.len())];
        for column in columns {
            let mut longer = Vec::with_capacity(rows.len());
            for_each_code(&column.codes, row, |code| {
                longer.extend(rows.iter().map(|head| [head.as_slice(), &[code]].concat()));
            });
            rows = longer;
        }
        for tuple in rows {
            let next = narrow::id(tuples.len());
            out.push(*numbers.entry(tuple).or_insert_with_key(|tuple| {
                tuples.push(tuple.clone());
                next
            }));
        }
        (tuples.len() - before) * bytes_of_one
    })?;
    let name = |tuple: &Vec<u32>| {
        let mut name = String::new();
        for (column, code) in columns.iter().zip(tuple) {
            // The length of each text in front of it tells where it ends; null has none.
            match text(&column.dictionary, *code) {
                None => name.push('-'),
                Some(text) => {
                    let _infallible = write!(name, "{}:{text}", text.len());
                }
            }
        }
        name
    };
    let mut names: Vec<(String, u32)> = tuples.iter().map(name).zip(0..).collect();
    names.sort_unstable();
    let mut codes = vec![NULL_CODE; names.len()];
    for ((_, number), code) in names.iter().zip(NULL_CODE + 1..) {
        codes[*number as usize] = code;
    }
    let (offsets, found) = found;
    let renamed = found.into_iter().map(|number| codes[number as usize]).collect();
    let texts: Vec<&str> = names.iter().map(|(name, _)| name.as_str()).collect();
    of_lists(&texts, (offsets, renamed))
}

/// The text of a code; `None` for null.
fn text(dictionary: &Dictionary, code: u32) -> Option<String> {
    match dictionary {
        Dictionary::Text(texts) => texts.get(code).map(str::to_owned),
        Dictionary::Integer(integers) => integers.get(code).map(|integer| integer.to_string()),
    }
}

/// Calls with each code of a row, and with null's where it has none.
fn for_each_code(codes: &DimensionCodes, row: u32, mut call: impl FnMut(u32)) {
    match codes {
        DimensionCodes::Single(codes) => call(codes.get(row as usize)),
        DimensionCodes::Multi(lists) => {
            let entries = lists.range(row as usize);
            if entries.is_empty() {
                call(NULL_CODE);
            }
            entries.for_each(|at| call(lists.codes.get(at)));
        }
    }
}

/// Rows after which the fetch may be stopped.
const CHECKED_ROWS: u32 = 1 << 14;

/// Lists for each row up to the end of the last span, and what they hold; each number of a row once. `of_row` tells how
/// many bytes it keeps.
fn lists(
    plan: &Plan<'_>,
    spans: &[Range<u32>],
    mut of_row: impl FnMut(u32, &mut Vec<u32>) -> usize,
) -> Result<(Vec<i32>, Vec<u32>), ExecError> {
    let mut share = plan.account.share();
    let mut offsets = vec![0];
    let mut all = Vec::new();
    let mut own = Vec::new();
    let mut kept = 0;
    for span in spans {
        let before = offsets.last().copied().unwrap_or_default();
        offsets.resize(span.start as usize + 1, before);
        for row in span.clone() {
            kept += of_row(row, &mut own);
            own.sort_unstable();
            own.dedup();
            all.append(&mut own);
            offsets.push(narrow::id(all.len()).cast_signed());
            if row % CHECKED_ROWS == 0 {
                plan.stop.check()?;
                share.set(size_of_val(&*offsets) + size_of_val(&*all) + kept)?;
            }
        }
    }
    plan.account.take(size_of_val(&*offsets) + size_of_val(&*all))?;
    Ok((offsets, all))
}

/// The most bytes that all texts of a column may have.
const MAX_TEXT_BYTES: usize = i32::MAX as usize;

/// A column of texts that rise.
fn of_lists(texts: &[&str], (offsets, codes): (Vec<i32>, Vec<u32>)) -> Result<Column, ExecError> {
    if texts.iter().map(|text| text.len()).sum::<usize>() > MAX_TEXT_BYTES {
        return Err(ExecError::Segment(SegmentError::Full {
            what: "bytes of the values of several dimensions together that a fetch tells apart",
            limit: MAX_TEXT_BYTES as u64,
        }));
    }
    let dictionary = TextDictionary::of_rising(texts.iter().map(|text| text.as_bytes()));
    Ok(Column {
        codes: Arc::new(DimensionCodes::Multi(Lists {
            offsets: offsets.into(),
            codes: Codes::U32(codes.into()),
        })),
        dictionary: Arc::new(Dictionary::Text(dictionary)),
    })
}
