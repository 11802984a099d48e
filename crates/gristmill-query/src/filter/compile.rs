//! A checked filter with its leaves made ready to run; made once per fetch, shared by all segments.

use super::matcher::{Matcher, NumberMatcher};
use crate::request::{Filter, InstantTest};
use gristmill_storage::schema::Dimension;
use gristmill_storage::segment::SegmentMeta;
use std::ops::Range;

/// A filter whose leaves are compiled and whose constants are folded: `True` and `False` stand at the root only.
#[derive(Debug)]
pub(crate) enum Compiled {
    True,
    False,
    And(Vec<Compiled>),
    Or(Vec<Compiled>),
    Not(Box<Compiled>),
    Dimension(Dimension, Matcher),
    Value(NumberMatcher),
    /// Rising ranges that do not touch.
    Timestamp(Vec<Range<i64>>),
    SameValue(Vec<Dimension>),
}

impl Compiled {
    /// Compiles a filter.
    ///
    /// # Errors
    /// A regular expression that does not compile; a checked request has none.
    pub(crate) fn new(filter: &Filter) -> Result<Self, regex::Error> {
        Ok(match filter {
            Filter::True => Self::True,
            Filter::False => Self::False,
            Filter::And(fields) => Self::and(Self::all(fields)?),
            Filter::Or(fields) => Self::or(Self::all(fields)?),
            Filter::Not(field) => Self::not(Self::new(field)?),
            Filter::Dimension(dimension, test) => Self::dimension(*dimension, Matcher::new(test)?),
            Filter::Value(test) => match NumberMatcher::new(test) {
                matcher if matcher.is_never() => Self::False,
                matcher => Self::Value(matcher),
            },
            Filter::Timestamp(InstantTest::Within(ranges)) => match joined(ranges) {
                ranges if ranges.is_empty() => Self::False,
                ranges => Self::Timestamp(ranges),
            },
            Filter::SameValue(dimensions) => Self::SameValue(dimensions.clone()),
        })
    }

    /// A test on a dimension.
    pub(crate) fn dimension(dimension: Dimension, matcher: Matcher) -> Self {
        if matcher.is_never() { Self::False } else { Self::Dimension(dimension, matcher) }
    }

    /// All of them.
    pub(crate) fn and(fields: Vec<Self>) -> Self {
        if fields.iter().any(|field| matches!(field, Self::False)) {
            return Self::False;
        }
        Self::simplest(fields, Self::True, Self::And)
    }

    /// How many of `rows` rows of a segment match, as if all values of a dimension were equally frequent; `None` where it
    /// does more than ask for given values, which takes no time to look up.
    pub(crate) fn rows_expected(&self, meta: &SegmentMeta, rows: u64) -> Option<u64> {
        let of_values = |dimension: Dimension, values: usize| {
            let distinct = u64::from(meta.dimension(dimension).distinct).max(1);
            rows.min(rows.saturating_mul(values as u64) / distinct)
        };
        match self {
            Self::And(fields) => fields
                .iter()
                .map(|field| field.rows_expected(meta, rows))
                .try_fold(rows, |least, rows| Some(least.min(rows?))),
            Self::Dimension(dimension, Matcher::Texts { texts, null: false }) => {
                Some(of_values(*dimension, texts.len()))
            }
            Self::Dimension(dimension, Matcher::Integers(integers)) => {
                Some(of_values(*dimension, integers.len()))
            }
            Self::True
            | Self::False
            | Self::Or(_)
            | Self::Not(_)
            | Self::Dimension(..)
            | Self::Value(_)
            | Self::Timestamp(_)
            | Self::SameValue(_) => None,
        }
    }

    fn or(fields: Vec<Self>) -> Self {
        if fields.iter().any(|field| matches!(field, Self::True)) {
            return Self::True;
        }
        Self::simplest(fields, Self::False, Self::Or)
    }

    fn not(field: Self) -> Self {
        match field {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// Drops what is neutral, and a list of one.
    fn simplest(fields: Vec<Self>, neutral: Self, list: impl FnOnce(Vec<Self>) -> Self) -> Self {
        let is_constant = |field: &Self| matches!(field, Self::True | Self::False);
        let mut fields: Vec<Self> = fields.into_iter().filter(|field| !is_constant(field)).collect();
        match fields.len() {
            0 => neutral,
            1 => fields.remove(0),
            _ => list(fields),
        }
    }

    fn all(fields: &[Filter]) -> Result<Vec<Self>, regex::Error> {
        fields.iter().map(Self::new).collect()
    }
}

fn joined(ranges: &[Range<i64>]) -> Vec<Range<i64>> {
    let mut sorted: Vec<_> = ranges.iter().filter(|range| !range.is_empty()).cloned().collect();
    sorted.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<i64>> = Vec::new();
    for range in sorted {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{NumberTest, Test};

    fn compiled(filter: &Filter) -> Compiled {
        Compiled::new(filter).unwrap()
    }

    #[test]
    fn constants_fold_up_to_the_root() {
        let nothing = || Filter::Dimension(Dimension::Label, Test::Texts(Vec::new()));
        let some = || Filter::Dimension(Dimension::Label, Test::Texts(vec![None]));
        let never = [
            nothing(),
            Filter::Value(NumberTest::In(Vec::new())),
            Filter::Timestamp(InstantTest::Within(vec![Range { start: 7, end: 7 }])),
            Filter::And(vec![some(), nothing()]),
            Filter::Or(vec![Filter::False, nothing()]),
            Filter::Not(Box::new(Filter::True)),
        ];
        for filter in never {
            assert!(matches!(compiled(&filter), Compiled::False), "{filter:?}");
        }
        assert!(matches!(compiled(&Filter::Not(Box::new(nothing()))), Compiled::True));
        assert!(matches!(compiled(&Filter::Or(vec![some(), Filter::True])), Compiled::True));
        assert!(matches!(compiled(&Filter::And(vec![Filter::True, some()])), Compiled::Dimension(..)));
        let twice = Filter::Not(Box::new(Filter::Not(Box::new(some()))));
        assert!(matches!(compiled(&twice), Compiled::Dimension(..)));
    }

    #[test]
    fn ranges_of_time_are_sorted_and_joined() {
        assert_eq!(joined(&[20..30, 5..5, 0..10, 10..12, 25..27, 29..31]), [0..12, 20..31]);
    }
}
