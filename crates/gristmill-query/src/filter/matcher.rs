//! A test on one value, made ready to run: the only place that says what a filter leaf means.

use super::alphanumeric;
use super::code_set::CodeSet;
use super::like::LikeMatcher;
use crate::request::{Bound, Limit, Limits, Test, compile_regex};
use gristmill_storage::segment::{Dictionary, NULL_CODE, TextDictionary};
use regex::Regex;
use std::cmp::Ordering;

/// A [`Test`] with its patterns compiled.
#[derive(Debug)]
pub(crate) enum Matcher {
    /// These texts, sorted; and null or not.
    Texts {
        texts: Vec<String>,
        null: bool,
    },
    Integers(Vec<i64>),
    Lexicographic(Limits<String>),
    /// A predicate on a text that is not null.
    Predicate(Predicate),
}

/// A predicate on a text that is not null, and that says nothing of how texts sort.
#[derive(Debug)]
pub(crate) enum Predicate {
    Numeric(Limits<f64>),
    Strlen(Limits<String>),
    Alphanumeric(Limits<String>),
    Like(LikeMatcher),
    Regex(Box<Regex>),
    Contains { fragments: Vec<String>, case_sensitive: bool },
}

impl Matcher {
    /// Compiles a test.
    ///
    /// # Errors
    /// A regular expression that does not compile; a checked request has none.
    pub(crate) fn new(test: &Test) -> Result<Self, regex::Error> {
        Ok(match test {
            Test::Texts(values) => {
                let mut texts: Vec<String> = values.iter().flatten().cloned().collect();
                texts.sort_unstable();
                texts.dedup();
                Self::Texts { texts, null: values.contains(&None) }
            }
            Test::Integers(integers) => Self::Integers(integers.clone()),
            Test::Bound(Bound::Lexicographic(limits)) => Self::Lexicographic(limits.clone()),
            Test::Bound(Bound::Numeric(limits)) => Self::Predicate(Predicate::Numeric(limits.clone())),
            Test::Bound(Bound::Strlen(limits)) => Self::Predicate(Predicate::Strlen(limits.clone())),
            Test::Bound(Bound::Alphanumeric(limits)) => {
                Self::Predicate(Predicate::Alphanumeric(limits.clone()))
            }
            Test::Like(like) => Self::Predicate(Predicate::Like(LikeMatcher::new(like))),
            Test::Regex(pattern) => Self::Predicate(Predicate::Regex(Box::new(compile_regex(pattern)?))),
            Test::Contains { fragments, case_sensitive } => {
                let fold = |text: &String| if *case_sensitive { text.clone() } else { text.to_lowercase() };
                Self::Predicate(Predicate::Contains {
                    fragments: fragments.iter().map(fold).collect(),
                    case_sensitive: *case_sensitive,
                })
            }
        })
    }

    /// The codes whose value matches. `used` names the codes that can occur, where asking each of them is cheaper
    /// than asking the whole dictionary: what is said of others then means nothing.
    pub(crate) fn codes(&self, dictionary: &Dictionary, used: Option<&[u32]>) -> CodeSet {
        match (self, dictionary) {
            (Self::Texts { texts, null }, Dictionary::Text(dictionary)) => {
                let found = texts.iter().filter_map(|text| dictionary.find(text));
                CodeSet::from_codes(null.then_some(NULL_CODE).into_iter().chain(found), dictionary.len())
            }
            // What compares a number by its digits never reaches an integer column: the request turns it into
            // `Test::Integers`. The reading that remains is the plain one.
            (Self::Texts { texts, null }, Dictionary::Integer(dictionary)) => {
                let found = texts
                    .iter()
                    .filter_map(|text| text.parse().ok())
                    .filter_map(|value| dictionary.find(value));
                CodeSet::from_codes(null.then_some(NULL_CODE).into_iter().chain(found), dictionary.len())
            }
            (Self::Integers(integers), Dictionary::Integer(dictionary)) => {
                let found = integers.iter().filter_map(|integer| dictionary.find(*integer));
                CodeSet::from_codes(found, dictionary.len())
            }
            (Self::Integers(integers), Dictionary::Text(dictionary)) => {
                let found = integers.iter().filter_map(|integer| dictionary.find(&integer.to_string()));
                CodeSet::from_codes(found, dictionary.len())
            }
            (Self::Lexicographic(limits), Dictionary::Text(dictionary)) => lexicographic(limits, dictionary),
            (Self::Lexicographic(limits), Dictionary::Integer(_)) => {
                ask(dictionary, used, |text| within(limits, |limit| text.cmp(limit)))
            }
            (Self::Predicate(predicate), _) => ask(dictionary, used, |text| predicate.matches(text)),
        }
    }
}

/// A range of texts is a range of codes.
fn lexicographic(limits: &Limits<String>, dictionary: &TextDictionary) -> CodeSet {
    let first_after = |limit: &Limit<String>, itself: bool| {
        let code = dictionary.lower_bound(limit.value.as_bytes());
        let present = (code as usize) < dictionary.len() && dictionary.bytes(code) == limit.value.as_bytes();
        code + u32::from(present && itself)
    };
    let start = limits.lower.as_ref().map_or(NULL_CODE + 1, |lower| first_after(lower, lower.strict));
    let length = u32::try_from(dictionary.len()).unwrap_or(u32::MAX);
    let end = limits.upper.as_ref().map_or(length, |upper| first_after(upper, !upper.strict));
    CodeSet::from_range(start..end, dictionary.len())
}

/// Asks about every value but null, or about the values of `used`.
fn ask(dictionary: &Dictionary, used: Option<&[u32]>, matches: impl Fn(&str) -> bool) -> CodeSet {
    let digits;
    let length = u32::try_from(dictionary.len()).unwrap_or(u32::MAX);
    let code_matches: &dyn Fn(u32) -> bool = match dictionary {
        Dictionary::Text(texts) => {
            digits = |code: u32| texts.get(code).is_some_and(&matches);
            &digits
        }
        Dictionary::Integer(integers) => {
            &|code: u32| integers.get(code).is_some_and(|value| matches(itoa::Buffer::new().format(value)))
        }
    };
    match used {
        Some(used) => {
            CodeSet::from_codes(used.iter().copied().filter(|code| code_matches(*code)), dictionary.len())
        }
        None => {
            CodeSet::from_codes((NULL_CODE + 1..length).filter(|code| code_matches(*code)), dictionary.len())
        }
    }
}

impl Predicate {
    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Numeric(limits) => number(text).is_some_and(|value| {
                within(limits, |limit| value.partial_cmp(limit).unwrap_or(Ordering::Equal))
            }),
            Self::Strlen(limits) => within(limits, |limit| {
                text.chars().count().cmp(&limit.chars().count()).then_with(|| text.cmp(limit))
            }),
            Self::Alphanumeric(limits) => within(limits, |limit| alphanumeric::compare(text, limit)),
            Self::Like(like) => like.matches(text),
            Self::Regex(regex) => regex.is_match(text),
            Self::Contains { fragments, case_sensitive: true } => {
                fragments.iter().all(|fragment| text.contains(fragment.as_str()))
            }
            Self::Contains { fragments, case_sensitive: false } => {
                let folded = text.to_lowercase();
                fragments.iter().all(|fragment| folded.contains(fragment.as_str()))
            }
        }
    }
}

/// The finite number that a text spells.
fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Whether a value lies within limits, told how the value compares with a limit.
pub(crate) fn within<T>(limits: &Limits<T>, compare: impl Fn(&T) -> Ordering) -> bool {
    let above = limits.lower.as_ref().is_none_or(|lower| match compare(&lower.value) {
        Ordering::Less => false,
        Ordering::Equal => !lower.strict,
        Ordering::Greater => true,
    });
    above
        && limits.upper.as_ref().is_none_or(|upper| match compare(&upper.value) {
            Ordering::Less => true,
            Ordering::Equal => !upper.strict,
            Ordering::Greater => false,
        })
}
