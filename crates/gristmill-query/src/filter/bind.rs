//! A compiled filter bound to one segment: predicates become sets of codes.

use super::code_set::CodeSet;
use super::compile::Compiled;
use super::matcher::Matcher;
use super::same_value::SameValue;
use crate::request::NumberTest;
use gristmill_storage::schema::Dimension;
use gristmill_storage::segment::{DimensionCodes, Postings, Segment, SegmentError, Timestamps, Values};
use std::ops::Range;
use std::sync::Arc;

/// A filter over the rows of one segment. Constants stand at the root only.
#[derive(Debug)]
pub(crate) enum Bound<'p> {
    All,
    None,
    And(Vec<Bound<'p>>),
    Or(Vec<Bound<'p>>),
    Not(Box<Bound<'p>>),
    Codes(CodeLeaf),
    Value { values: Arc<Values>, test: &'p NumberTest },
    Timestamp { timestamps: Arc<Timestamps>, ranges: &'p [Range<i64>] },
    SameValue(SameValue),
}

/// Rows of which a code is in a set.
#[derive(Debug)]
pub(crate) struct CodeLeaf {
    pub(crate) codes: Arc<DimensionCodes>,
    pub(crate) set: CodeSet,
    /// Entries of the dictionary, null included.
    pub(crate) dictionary_len: usize,
    pub(crate) postings: Option<Arc<Postings>>,
}

/// Binds a filter to a segment. `spans` are the rows that will be asked about.
pub(crate) fn bind<'p>(
    filter: &'p Compiled,
    segment: &Segment,
    spans: &[Range<u32>],
) -> Result<Bound<'p>, SegmentError> {
    Ok(match filter {
        Compiled::True => Bound::All,
        Compiled::False => Bound::None,
        Compiled::And(fields) => {
            let mut bound = Vec::with_capacity(fields.len());
            for field in fields {
                match bind(field, segment, spans)? {
                    Bound::None => return Ok(Bound::None),
                    Bound::All => {}
                    other => bound.push(other),
                }
            }
            list(bound, Bound::All, Bound::And)
        }
        Compiled::Or(fields) => {
            let mut bound = Vec::with_capacity(fields.len());
            for field in fields {
                match bind(field, segment, spans)? {
                    Bound::All => return Ok(Bound::All),
                    Bound::None => {}
                    other => bound.push(other),
                }
            }
            list(bound, Bound::None, Bound::Or)
        }
        Compiled::Not(field) => match bind(field, segment, spans)? {
            Bound::All => Bound::None,
            Bound::None => Bound::All,
            other => Bound::Not(Box::new(other)),
        },
        Compiled::Dimension(dimension, matcher) => bind_dimension(*dimension, matcher, segment, spans)?,
        Compiled::Value(test) => Bound::Value { values: segment.values()?, test },
        Compiled::Timestamp(ranges) => Bound::Timestamp { timestamps: segment.timestamps()?, ranges },
        Compiled::SameValue(dimensions) => Bound::SameValue(SameValue::bind(dimensions, segment)?),
    })
}

fn list<'p>(
    mut bound: Vec<Bound<'p>>,
    empty: Bound<'p>,
    many: impl FnOnce(Vec<Bound<'p>>) -> Bound<'p>,
) -> Bound<'p> {
    match bound.len() {
        0 => empty,
        1 => bound.remove(0),
        _ => many(bound),
    }
}

fn bind_dimension<'p>(
    dimension: Dimension,
    matcher: &Matcher,
    segment: &Segment,
    spans: &[Range<u32>],
) -> Result<Bound<'p>, SegmentError> {
    let dictionary = segment.dictionary(dimension)?;
    let rows: usize = spans.iter().map(ExactSizeIterator::len).sum();
    // A tenant with few rows must not pay for the values of all others.
    let used = if rows < dictionary.len() && matches!(matcher, Matcher::Predicate(_)) {
        Some(used_codes(&*segment.codes(dimension)?, spans))
    } else {
        None
    };
    let set = matcher.codes(&dictionary, used.as_deref());
    match set {
        CodeSet::Empty => return Ok(Bound::None),
        CodeSet::Full => return Ok(Bound::All),
        CodeSet::Range(_) | CodeSet::Bits(_) => {}
    }
    Ok(Bound::Codes(CodeLeaf {
        codes: segment.codes(dimension)?,
        set,
        dictionary_len: dictionary.len(),
        postings: segment.postings(dimension)?,
    }))
}

/// The distinct codes of some rows, rising.
fn used_codes(codes: &DimensionCodes, spans: &[Range<u32>]) -> Vec<u32> {
    let mut used: Vec<u32> = Vec::new();
    for span in spans {
        let (start, end) = (span.start as usize, span.end as usize);
        match codes {
            DimensionCodes::Single(codes) => used.extend((start..end).map(|row| codes.get(row))),
            DimensionCodes::Multi(lists) => {
                let entries = lists.range(start).start..lists.range(end - 1).end;
                used.extend(entries.map(|at| lists.codes.get(at)));
            }
        }
    }
    used.sort_unstable();
    used.dedup();
    used
}
