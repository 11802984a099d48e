//! A test on one value, made ready to run: the only place that says what a filter leaf means.

use super::alphanumeric;
use super::code_set::CodeSet;
use super::like::LikeMatcher;
use crate::narrow;
use crate::request::{Bound, Limit, Limits, NumberTest, Test, compile_regex};
use gristmill_storage::segment::{Dictionary, IntegerDictionary, NULL_CODE, TextDictionary};
use memchr::memmem::Finder;
use rayon::prelude::*;
use regex::Regex;
use std::cmp::Ordering;
use std::ops::Range;

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
#[derive(Clone, Debug)]
pub(crate) enum Predicate {
    Numeric(Limits<f64>),
    Strlen(Limits<String>),
    Alphanumeric(Limits<String>),
    Like(LikeMatcher),
    Regex {
        regex: Box<Regex>,
        /// What every text with a match starts with.
        prefix: String,
    },
    Contains {
        fragments: Vec<Finder<'static>>,
        case_sensitive: bool,
    },
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
            Test::Regex(pattern) => {
                let regex = Box::new(compile_regex(pattern)?);
                Self::Predicate(Predicate::Regex { regex, prefix: literal_prefix(pattern).to_owned() })
            }
            Test::Contains { fragments, case_sensitive } => {
                let finder = |text: &String| {
                    let text = if *case_sensitive { text.clone() } else { lower_case(text) };
                    Finder::new(text.as_bytes()).into_owned()
                };
                Self::Predicate(Predicate::Contains {
                    fragments: fragments.iter().map(finder).collect(),
                    case_sensitive: *case_sensitive,
                })
            }
        })
    }

    /// Whether one text, or null, matches.
    pub(crate) fn matches(&self, text: Option<&str>) -> bool {
        match (self, text) {
            (Self::Texts { null, .. }, None) => *null,
            (Self::Texts { texts, .. }, Some(text)) => {
                texts.binary_search_by(|known| known.as_str().cmp(text)).is_ok()
            }
            (Self::Integers(_) | Self::Lexicographic(_) | Self::Predicate(_), None) => false,
            (Self::Integers(integers), Some(text)) => {
                integers.iter().any(|integer| itoa::Buffer::new().format(*integer) == text)
            }
            (Self::Lexicographic(limits), Some(text)) => within(limits, |limit| text.cmp(limit)),
            (Self::Predicate(predicate), Some(text)) => predicate.matches(text),
        }
    }

    /// Whether an integer matches, which is the text of its digits to all tests but those on integers.
    pub(crate) fn matches_integer(&self, integer: i64) -> bool {
        match self {
            Self::Integers(integers) => integers.contains(&integer),
            Self::Texts { .. } | Self::Lexicographic(_) | Self::Predicate(_) => {
                self.matches(Some(itoa::Buffer::new().format(integer)))
            }
        }
    }

    /// Whether no value and no row can match.
    pub(crate) fn is_never(&self) -> bool {
        match self {
            Self::Texts { texts, null } => texts.is_empty() && !null,
            Self::Integers(integers) => integers.is_empty(),
            Self::Lexicographic(_) | Self::Predicate(_) => false,
        }
    }

    /// The codes whose value matches. `used` names the codes that can occur, where asking each of them is cheaper
    /// than asking the whole dictionary: what is said of others then means nothing.
    pub(crate) fn codes(&self, dictionary: &Dictionary, used: Option<&[u32]>) -> CodeSet {
        match (self, dictionary) {
            (Self::Texts { texts, null }, Dictionary::Text(dictionary)) => {
                let found = texts.iter().filter_map(|text| dictionary.find(text));
                CodeSet::from_codes(null.then_some(NULL_CODE).into_iter().chain(found), dictionary.len())
            }
            (Self::Texts { texts, null }, Dictionary::Integer(dictionary)) => {
                let found = texts.iter().filter_map(|text| find_digits(dictionary, text));
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
                let codes = NULL_CODE + 1..narrow::id(dictionary.len());
                ask(dictionary, codes, used, || |text: &str| within(limits, |limit| text.cmp(limit)))
            }
            (Self::Predicate(predicate), _) => {
                let (codes, certain) = predicate.candidates(dictionary);
                if certain {
                    return CodeSet::from_range(codes, dictionary.len());
                }
                match (predicate.part(), dictionary, used) {
                    (Some(part), Dictionary::Text(texts), None) if !part.needle().is_empty() => {
                        let found = in_pieces(codes.len(), |places| {
                            let code = |place: usize| codes.start + narrow::id(place);
                            texts.containing(code(places.start)..code(places.end), part)
                        });
                        CodeSet::from_rising(&found, dictionary.len())
                    }
                    _ => ask(dictionary, codes, used, || {
                        let predicate = predicate.clone();
                        move |text: &str| predicate.matches(text)
                    }),
                }
            }
        }
    }
}

/// The code of the integer that is written with just this text: `1` is 1, `01` and `+1` are none.
pub(super) fn find_digits(dictionary: &IntegerDictionary, text: &str) -> Option<u32> {
    let value: i64 = text.parse().ok()?;
    (itoa::Buffer::new().format(value) == text).then(|| dictionary.find(value))?
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

/// Entries that one thread asks about at a time. A predicate takes 10 to 100 ns a value, so that is some hundredths of a
/// millisecond, against some microseconds for handing them to another thread.
const ASKED_AT_ONCE: usize = 1024;

/// Asks about the values of a range of codes without null, or about those of them that are in `used`, which rises. Each
/// thread has a predicate of its own, since a regular expression keeps its threads waiting for one another.
fn ask<P: FnMut(&str) -> bool>(
    dictionary: &Dictionary,
    codes: Range<u32>,
    used: Option<&[u32]>,
    predicate: impl Fn() -> P + Sync,
) -> CodeSet {
    let matching = |asked: &mut dyn Iterator<Item = u32>| -> Vec<u32> {
        let mut matches = predicate();
        match dictionary {
            Dictionary::Text(texts) => {
                asked.filter(|code| texts.get(*code).is_some_and(&mut matches)).collect()
            }
            Dictionary::Integer(integers) => {
                let mut digits = |value| matches(itoa::Buffer::new().format(value));
                asked.filter(|code| integers.get(*code).is_some_and(&mut digits)).collect()
            }
        }
    };
    let used = used.map(|used| {
        let start = used.partition_point(|code| *code < codes.start);
        let length = used[start..].partition_point(|code| *code < codes.end);
        &used[start..start + length]
    });
    let count = used.map_or(codes.len(), <[u32]>::len);
    let found = in_pieces(count, |asked| match used {
        Some(used) => matching(&mut used[asked].iter().copied()),
        None => matching(&mut asked.map(|at| codes.start + narrow::id(at))),
    });
    CodeSet::from_rising(&found, dictionary.len())
}

/// What is found for `count` entries, some at a time, in order: by the threads of the pool that the calling thread belongs
/// to, if it does.
fn in_pieces(count: usize, find: impl Fn(Range<usize>) -> Vec<u32> + Sync) -> Vec<u32> {
    let pieces = 0..count.div_ceil(ASKED_AT_ONCE);
    let piece = |at: usize| find(at * ASKED_AT_ONCE..count.min((at + 1) * ASKED_AT_ONCE));
    let found: Vec<Vec<u32>> = if rayon::current_thread_index().is_some() {
        pieces.into_par_iter().map(piece).collect()
    } else {
        pieces.map(piece).collect()
    };
    found.concat()
}

/// The codes of the texts that start with `prefix`, null left out.
fn with_prefix(dictionary: &TextDictionary, prefix: &[u8]) -> Range<u32> {
    let start = dictionary.lower_bound(prefix);
    // The texts that start with it lie together, so the first that does not ends them.
    let (mut low, mut high) = (start, narrow::id(dictionary.len()));
    while low < high {
        let middle = low + (high - low) / 2;
        if dictionary.bytes(middle).starts_with(prefix) { low = middle + 1 } else { high = middle }
    }
    start..low
}

impl Predicate {
    /// The codes of a dictionary that may match, null left out, and whether all of them do.
    fn candidates(&self, dictionary: &Dictionary) -> (Range<u32>, bool) {
        let all = NULL_CODE + 1..narrow::id(dictionary.len());
        let Dictionary::Text(dictionary) = dictionary else { return (all, false) };
        match self {
            // A finite number starts with a digit, a sign or a point, which lie between these two.
            Self::Numeric(_) => (dictionary.lower_bound(b"+")..dictionary.lower_bound(b":"), false),
            Self::Like(like) => (with_prefix(dictionary, like.prefix().as_bytes()), like.is_prefix()),
            Self::Regex { prefix, .. } => (with_prefix(dictionary, prefix.as_bytes()), false),
            Self::Strlen(_) | Self::Alphanumeric(_) | Self::Contains { .. } => (all, false),
        }
    }

    /// The part that a text matches for having in it, where that is all.
    fn part(&self) -> Option<&Finder<'static>> {
        match self {
            Self::Like(like) => like.part(),
            Self::Contains { fragments, case_sensitive: true } => match fragments.as_slice() {
                [part] => Some(part),
                _ => None,
            },
            _ => None,
        }
    }

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
            Self::Regex { regex, .. } => regex.is_match(text),
            Self::Contains { fragments, case_sensitive: true } => {
                fragments.iter().all(|fragment| fragment.find(text.as_bytes()).is_some())
            }
            Self::Contains { fragments, case_sensitive: false } => {
                let holds_all =
                    |folded: &[u8]| fragments.iter().all(|fragment| fragment.find(folded).is_some());
                let mut buffer = [0; FOLDED_IN_PLACE];
                match buffer.get_mut(..text.len()) {
                    Some(folded) if text.is_ascii() => {
                        folded.copy_from_slice(text.as_bytes());
                        folded.make_ascii_lowercase();
                        holds_all(folded)
                    }
                    _ => holds_all(lower_case(text).as_bytes()),
                }
            }
        }
    }
}

/// What every text in which a pattern is found starts with, as far as the pattern's first characters tell: nothing
/// where it is not tied to the start of the text.
fn literal_prefix(pattern: &str) -> &str {
    let Some(rest) = pattern.strip_prefix('^') else { return "" };
    // Further ways to match make the start of the first one worth nothing.
    if pattern.contains('|') {
        return "";
    }
    let special =
        |character: char| !(character.is_alphanumeric() || "_- /:@%&=~,;<>!'\"".contains(character));
    let Some(at) = rest.find(special) else { return rest };
    let prefix = &rest[..at];
    match rest.as_bytes()[at] {
        // The last character may be absent.
        b'*' | b'?' | b'{' => prefix.char_indices().next_back().map_or("", |(last, _)| &prefix[..last]),
        _ => prefix,
    }
}

/// Texts of ASCII up to this many bytes are brought to lower case without an allocation.
const FOLDED_IN_PLACE: usize = 256;

/// Each character in lower case. Unlike [`str::to_lowercase`], which writes a sigma at the end of a word differently,
/// this keeps a part of a text a part of it.
fn lower_case(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// A [`NumberTest`] made ready to be asked once a row.
#[derive(Debug)]
pub(crate) enum NumberMatcher {
    /// These numbers, rising; and null or not.
    In {
        numbers: Vec<f64>,
        null: bool,
    },
    Bound(Limits<f64>),
}

impl NumberMatcher {
    pub(crate) fn new(test: &NumberTest) -> Self {
        match test {
            NumberTest::In(values) => {
                let mut numbers: Vec<f64> = values.iter().flatten().copied().collect();
                numbers.sort_unstable_by(f64::total_cmp);
                Self::In { numbers, null: values.contains(&None) }
            }
            NumberTest::Bound(limits) => Self::Bound(limits.clone()),
        }
    }

    /// Whether no value matches.
    pub(crate) fn is_never(&self) -> bool {
        matches!(self, Self::In { numbers, null: false } if numbers.is_empty())
    }

    /// The least and the largest number that match, where those between match too and null does not.
    pub(crate) fn limits(&self) -> Option<(f64, f64)> {
        match self {
            Self::In { numbers, null: false } => match numbers.as_slice() {
                [number] => Some((*number, *number)),
                _ => None,
            },
            Self::In { null: true, .. } => None,
            Self::Bound(limits) => {
                let end = |limit: &Option<Limit<f64>>, open: f64, inwards: fn(f64) -> f64| match limit {
                    None => open,
                    Some(Limit { value, strict: false }) => *value,
                    Some(Limit { value, strict: true }) => inwards(*value),
                };
                let least = end(&limits.lower, f64::NEG_INFINITY, f64::next_up);
                Some((least, end(&limits.upper, f64::INFINITY, f64::next_down)))
            }
        }
    }

    /// Stored values and checked numbers are finite, so they always compare; -0.0 and 0.0 are the same.
    pub(crate) fn matches(&self, value: Option<f64>) -> bool {
        match (self, value) {
            (Self::In { null, .. }, None) => *null,
            (Self::In { numbers, .. }, Some(value)) => {
                let at = numbers.partition_point(|number| *number < value);
                numbers.get(at) == Some(&value)
            }
            (Self::Bound(_), None) => false,
            (Self::Bound(limits), Some(value)) => {
                within(limits, |limit| value.partial_cmp(limit).unwrap_or(Ordering::Equal))
            }
        }
    }
}

/// The finite number that a text spells.
fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Whether a value lies within limits, told how the value compares with a limit.
fn within<T>(limits: &Limits<T>, compare: impl Fn(&T) -> Ordering) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;
    use gristmill_storage::Timestamp;
    use gristmill_storage::event::Event;
    use gristmill_storage::schema::Dimension;
    use gristmill_storage::segment::SegmentBuilder;

    fn versions(versions: &[i64]) -> Dictionary {
        let mut builder = SegmentBuilder::new();
        for version in versions {
            let mut event = Event::new(Timestamp(0), "org", "vendor");
            event.event_version = *version;
            builder.push(&event.as_row()).unwrap();
        }
        Dictionary::clone(&builder.build().unwrap().dictionary(Dimension::EventVersion).unwrap())
    }

    #[test]
    fn an_integer_is_the_text_of_its_digits() {
        let dictionary = versions(&[-1, 0, 1]);
        let codes = |text: &str| {
            Matcher::new(&Test::Texts(vec![Some(text.to_owned())])).unwrap().codes(&dictionary, None)
        };
        assert_eq!(codes("-1"), CodeSet::Range(1..2));
        assert_eq!(codes("1"), CodeSet::Range(3..4));
        for text in ["01", "+1", "-0", "1.0", "", "one"] {
            assert_eq!(codes(text), CodeSet::Empty, "{text:?}");
        }
    }

    #[test]
    fn a_part_is_found_whatever_its_case() {
        let contains = |fragment: &str, text: &str| {
            let test = Test::Contains { fragments: vec![fragment.to_owned()], case_sensitive: false };
            let Matcher::Predicate(predicate) = Matcher::new(&test).unwrap() else { return false };
            predicate.matches(text)
        };
        assert!(contains("KAUPPA", "verkkokauppa") && contains("\u{c4}", "\u{e4}"));
        assert!(contains("k", "\u{212a}") && contains("\u{212a}", "K"));
        let long = format!("{}Needle", "hay".repeat(FOLDED_IN_PLACE));
        assert!(contains("nEEDLE", &long) && !contains("needles", &long));
        assert!(!contains("a", "\u{e4}"));
        // Sigma has a second small form, which str::to_lowercase writes at the end of a word.
        for (fragment, text) in [("\u{3a3}", "\u{39f}\u{3a3}"), ("\u{39f}\u{3a3}", "\u{39f}\u{3a3}\u{391}")] {
            assert!(contains(fragment, text), "{fragment} in {text}");
        }
    }

    #[test]
    fn numbers_match_by_value_and_null_by_itself() {
        let some = NumberMatcher::new(&NumberTest::In(vec![Some(2.5), Some(-0.0), None, Some(-7.0)]));
        for value in [Some(2.5), Some(0.0), Some(-0.0), Some(-7.0), None] {
            assert!(some.matches(value), "{value:?}");
        }
        assert!(!some.matches(Some(2.0)) && !some.matches(Some(9.0)));
        let zero = NumberMatcher::new(&NumberTest::In(vec![Some(0.0)]));
        assert!(zero.matches(Some(-0.0)) && !zero.matches(None));
        assert!(NumberMatcher::new(&NumberTest::In(Vec::new())).is_never());
        let limit = |value| Some(Limit { value, strict: true });
        let above = NumberMatcher::new(&NumberTest::Bound(Limits { lower: limit(0.0), upper: None }));
        assert!(above.matches(Some(5e-324)) && !above.matches(Some(-0.0)) && !above.matches(None));
    }

    #[test]
    fn the_start_of_a_pattern_is_taken_where_it_is_certain() {
        for (pattern, prefix) in [
            ("^/shop/", "/shop/"),
            ("^/shop/.*x$", "/shop/"),
            ("^ab*", "a"),
            ("^ab?c", "a"),
            ("^ab{0,2}", "a"),
            ("^ab+", "ab"),
            ("^a\u{e4}*", "a"),
            ("^*", ""),
            ("^ab|c", ""),
            ("^a(?:b|c)", ""),
            ("^(?i)ab", ""),
            ("^a\\.b", "a"),
            ("ab", ""),
            ("(?i)^ab", ""),
            ("^", ""),
        ] {
            assert_eq!(literal_prefix(pattern), prefix, "{pattern}");
        }
    }

    #[test]
    fn numbers_match_as_one_by_one_within_their_limits() {
        let limit = |value, strict| Some(Limit { value, strict });
        let ends = [
            None,
            limit(0.0, false),
            limit(0.0, true),
            limit(-0.0, true),
            limit(2.5, false),
            limit(2.5, true),
        ];
        let values = [f64::MIN, -2.5, -5e-324, -0.0, 0.0, 5e-324, 2.5, 2.5_f64.next_up(), f64::MAX];
        for lower in &ends {
            for upper in &ends {
                let limits = Limits { lower: lower.clone(), upper: upper.clone() };
                let matcher = NumberMatcher::new(&NumberTest::Bound(limits));
                let (least, most) = matcher.limits().unwrap();
                for value in values {
                    assert_eq!(
                        (least..=most).contains(&value),
                        matcher.matches(Some(value)),
                        "{value} for {matcher:?}"
                    );
                }
            }
        }
        let one_of = |values: &[Option<f64>]| NumberMatcher::new(&NumberTest::In(values.to_vec())).limits();
        assert_eq!(one_of(&[Some(2.5)]), Some((2.5, 2.5)));
        assert_eq!((one_of(&[Some(2.5), None]), one_of(&[Some(2.5), Some(3.5)])), (None, None));
    }
}
