//! A checked filter with its leaves made ready to run; made once per fetch, shared by all segments.

use super::matcher::Matcher;
use crate::request::{Filter, InstantTest, NumberTest};
use gristmill_storage::schema::Dimension;
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
    Value(NumberTest),
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
            Filter::Dimension(dimension, test) => Self::Dimension(*dimension, Matcher::new(test)?),
            Filter::Value(test) => Self::Value(test.clone()),
            Filter::Timestamp(InstantTest::Within(ranges)) => Self::Timestamp(joined(ranges)),
            Filter::SameValue(dimensions) => Self::SameValue(dimensions.clone()),
        })
    }

    /// All of them.
    pub(crate) fn and(fields: Vec<Self>) -> Self {
        if fields.iter().any(|field| matches!(field, Self::False)) {
            return Self::False;
        }
        Self::simplest(fields, Self::True, Self::And)
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
