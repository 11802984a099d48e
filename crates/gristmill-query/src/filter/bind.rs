//! A compiled filter bound to one segment: predicates become sets of codes.

use super::code_set::CodeSet;
use super::compile::Compiled;
use super::matcher::{Matcher, NumberMatcher};
use super::same_value::SameValue;
use gristmill_storage::schema::Dimension;
use gristmill_storage::segment::{
    DimensionCodes, NULL_CODE, Postings, Segment, SegmentError, Timestamps, Values,
};
use std::ops::{ControlFlow, Range};
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
    Value { values: Arc<Values>, test: &'p NumberMatcher },
    Timestamp { timestamps: Arc<Timestamps>, ranges: &'p [Range<i64>] },
    SameValue(SameValue),
}

impl Bound<'_> {
    /// Bytes of the columns that a scan of all leaves reads for each row.
    pub(crate) fn bytes_per_row(&self) -> f64 {
        match self {
            Self::All | Self::None => 0.0,
            Self::And(fields) | Self::Or(fields) => fields.iter().map(Self::bytes_per_row).sum(),
            Self::Not(field) => field.bytes_per_row(),
            Self::Codes(leaf) => leaf.codes.bytes_per_row(),
            Self::Value { .. } | Self::Timestamp { .. } => size_of::<f64>() as f64,
            Self::SameValue(_) => 0.0,
        }
    }
}

/// Rows of which a code is in a set.
#[derive(Debug)]
pub(crate) struct CodeLeaf {
    pub(crate) codes: Arc<DimensionCodes>,
    pub(crate) set: CodeSet,
    /// Entries of the dictionary, null included.
    pub(crate) dictionary_len: usize,
    pub(crate) postings: Option<Arc<Postings>>,
    /// How many rows of the whole segment the posting lists of the set name, counted up to the rows that are asked
    /// about; 0 without postings.
    pub(crate) named_rows: usize,
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
    // Null is in every dictionary, every other entry stands in a row.
    let no_nulls = segment.meta().dimension(dimension).nulls == 0;
    match &set {
        CodeSet::Empty => return Ok(Bound::None),
        CodeSet::Full => return Ok(Bound::All),
        CodeSet::Range(codes) if no_nulls && codes.end == NULL_CODE + 1 => return Ok(Bound::None),
        CodeSet::Range(codes)
            if no_nulls && codes.start == NULL_CODE + 1 && codes.end as usize == dictionary.len() =>
        {
            return Ok(Bound::All);
        }
        CodeSet::Range(_) | CodeSet::Bits(_) => {}
    }
    let postings = segment.postings(dimension)?;
    Ok(Bound::Codes(CodeLeaf {
        codes: segment.codes(dimension)?,
        named_rows: postings
            .as_ref()
            .map_or(0, |postings| named_rows(&set, dictionary.len(), postings, rows)),
        set,
        dictionary_len: dictionary.len(),
        postings,
    }))
}

/// How many rows the posting lists of a set of codes name; at least `enough` where there are that many.
fn named_rows(set: &CodeSet, dictionary_len: usize, postings: &Postings, enough: usize) -> usize {
    let mut rows = 0;
    let _ = set.try_for_each(dictionary_len, |code| {
        rows += postings.count(code) as usize;
        if rows < enough { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    rows
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::RowStrategy;
    use crate::filter::{RowSet, select};
    use crate::request::{Filter, Test};
    use gristmill_storage::Timestamp;
    use gristmill_storage::event::Event;
    use gristmill_storage::segment::SegmentBuilder;

    /// Ten rows, each with a session of its own; odd ones have a category.
    fn segment() -> Segment {
        let mut builder = SegmentBuilder::new();
        for at in 0..10_u32 {
            let mut event = Event::new(Timestamp(i64::from(at)), "org", "vendor");
            event.set(Dimension::SessionId, Some(&format!("session-{at}")));
            event.set(Dimension::Category, (at % 2 == 1).then_some("odd"));
            builder.push(&event.as_row()).unwrap();
        }
        builder.build().unwrap()
    }

    fn rows(filter: &Filter, segment: &Segment, span: Range<u32>) -> RowSet {
        let compiled = Compiled::new(filter).unwrap();
        let bound = bind(&compiled, segment, std::slice::from_ref(&span)).unwrap();
        select(&bound, &span, RowStrategy::Auto)
    }

    fn is(dimension: Dimension, text: Option<&str>) -> Filter {
        Filter::Dimension(dimension, Test::Texts(vec![text.map(str::to_owned)]))
    }

    #[test]
    fn what_a_dictionary_decides_folds_away() {
        let segment = segment();
        let bound = |filter: &Filter| {
            let compiled = Compiled::new(filter).unwrap();
            format!("{:?}", bind(&compiled, &segment, std::slice::from_ref(&(0..10))).unwrap())
        };
        let absent = || is(Dimension::SessionId, Some("none of them"));
        let unlabelled = || is(Dimension::Label, None);
        let odd = || is(Dimension::Category, Some("odd"));
        assert_eq!(bound(&absent()), "None");
        // All rows have the empty label, which is not null.
        assert_eq!(bound(&unlabelled()), "None");
        assert_eq!(bound(&is(Dimension::Label, Some(""))), "All");
        assert_eq!(bound(&Filter::Not(Box::new(absent()))), "All");
        assert_eq!(bound(&Filter::And(vec![odd(), absent()])), "None");
        assert_eq!(bound(&Filter::Or(vec![odd(), Filter::Not(Box::new(absent()))])), "All");
        assert_eq!(bound(&Filter::Or(vec![odd(), absent()])), bound(&odd()));
        // Nobody has a first dimension: its dictionary is null and nothing else.
        assert_eq!(bound(&is(Dimension::Dim1, None)), "All");
    }

    #[test]
    fn few_rows_are_asked_for_their_own_values() {
        let segment = segment();
        let ends_in =
            |digits: &str| Filter::Dimension(Dimension::SessionId, Test::Regex(format!("[{digits}]$")));
        // Three rows and eleven entries: the other entries are not asked about.
        assert_eq!(rows(&ends_in("068"), &segment, 5..8), rows_of(&[6]));
        assert_eq!(rows(&Filter::Not(Box::new(ends_in("068"))), &segment, 5..8), rows_of(&[5, 7]));
        assert_eq!(rows(&ends_in("0"), &segment, 5..8), RowSet::NONE);
        assert_eq!(rows(&Filter::Not(Box::new(ends_in("0"))), &segment, 5..8), RowSet::Range(5..8));
    }

    /// The rows as bits of the span 5..8.
    fn rows_of(rows: &[u32]) -> RowSet {
        RowSet::from_words(5..8, |first, _| rows.iter().fold(0, |word, row| word | 1 << (row - first)))
    }
}
