//! Random filters, checked.

use super::event::{number, optional_text, text, version};
use super::instant;
use gristmill::request::{Bound, Filter, Having, InstantTest, Like, Limit, Limits, NumberTest, Test};
use gristmill::schema::{Dimension, Kind};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

const PATTERNS: [&str; 10] = ["a", "^a", "b$", "^$", "", "(?i)A", "[0-9]+", "^(a|b)$", ".", "\u{e9}|2"];
const LIKES: [&str; 10] = ["%", "a%", "%b", "_", "a_b", "a!_b", "", "%a%b%", "!%", "_%2"];

/// Any filter.
pub fn filter() -> impl Strategy<Value = Filter> {
    leaf().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..4).prop_map(Filter::And),
            vec(inner.clone(), 1..4).prop_map(Filter::Or),
            inner.prop_map(|filter| Filter::Not(Box::new(filter))),
        ]
    })
}

/// Any filter on the rows of an answer with these columns.
pub(super) fn having(group_by: Vec<Dimension>, metrics: usize) -> impl Strategy<Value = Having> {
    let metric = (0..metrics, number_test()).prop_map(|(metric, test)| Having::Metric(metric, test));
    let count = (0..metrics, 0..4_u8).prop_map(|(metric, least)| {
        let lower = Some(Limit { value: f64::from(least), strict: false });
        Having::Metric(metric, NumberTest::Bound(Limits { lower, upper: None }))
    });
    let within = vec((instant(), instant()), 0..3).prop_map(|ends| match within(ends) {
        Filter::Timestamp(test) => Having::Timestamp(test),
        _ => Having::False,
    });
    let leaf = if group_by.is_empty() {
        prop_oneof![metric, count, within, Just(Having::True)].boxed()
    } else {
        let group = select(group_by).prop_flat_map(|dimension| (Just(dimension), test_of(dimension)));
        let group = group.prop_map(|(dimension, test)| Having::Group(dimension, test));
        prop_oneof![metric, count, within, group, Just(Having::False)].boxed()
    };
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..3).prop_map(Having::And),
            vec(inner.clone(), 1..3).prop_map(Having::Or),
            inner.prop_map(|having| Having::Not(Box::new(having))),
        ]
    })
}

fn leaf() -> impl Strategy<Value = Filter> {
    prop_oneof![
        1 => Just(Filter::True),
        1 => Just(Filter::False),
        12 => dimension_test().prop_map(|(dimension, test)| Filter::Dimension(dimension, test)),
        2 => number_test().prop_map(Filter::Value),
        1 => vec((instant(), instant()), 0..3).prop_map(within),
        1 => vec(dimension(), 2..4).prop_map(Filter::SameValue),
    ]
}

/// Any dimension, those more often that events fill.
pub(super) fn dimension() -> impl Strategy<Value = Dimension> {
    let often = [
        Dimension::Properties,
        Dimension::Properties,
        Dimension::Dim1,
        Dimension::Dim1,
        Dimension::Dim2,
        Dimension::Category,
        Dimension::VisitorId,
        Dimension::EventVersion,
        Dimension::Source,
        Dimension::Vendor,
    ];
    prop_oneof![8 => select(often.to_vec()), 1 => select(&Dimension::ALL[..])]
}

fn dimension_test() -> impl Strategy<Value = (Dimension, Test)> {
    dimension().prop_flat_map(|dimension| (Just(dimension), test_of(dimension)))
}

/// Any test on a dimension.
fn test_of(dimension: Dimension) -> impl Strategy<Value = Test> {
    let equal = if dimension.kind() == Kind::Integer {
        vec(version(), 0..4).prop_map(Test::Integers).boxed()
    } else {
        let texts = vec(optional_text(), 0..4);
        texts
            .prop_map(|texts| Test::Texts(texts.into_iter().map(|text| text.map(str::to_owned)).collect()))
            .boxed()
    };
    prop_oneof![3 => equal, 4 => text_test()]
}

fn text_test() -> impl Strategy<Value = Test> {
    prop_oneof![
        4 => bound().prop_map(Test::Bound),
        1 => (select(&LIKES[..]), Just(Some('!'))).prop_map(|(pattern, escape)| like(pattern, escape)),
        1 => text().prop_map(|pattern| like(pattern, None)),
        1 => select(&PATTERNS[..]).prop_map(|pattern| Test::Regex(pattern.to_owned())),
        1 => (vec(text(), 1..3), any::<bool>()).prop_map(|(fragments, case_sensitive)| Test::Contains {
            fragments: fragments.into_iter().map(str::to_owned).collect(),
            case_sensitive,
        }),
    ]
}

/// A pattern that does not end in its escape character.
fn like(pattern: &str, escape: Option<char>) -> Test {
    Test::Like(Like { pattern: pattern.to_owned(), escape })
}

fn bound() -> impl Strategy<Value = Bound> {
    let text_limits = || limits(text().prop_map(str::to_owned));
    prop_oneof![
        text_limits().prop_map(Bound::Lexicographic),
        limits(number()).prop_map(Bound::Numeric),
        text_limits().prop_map(Bound::Strlen),
        text_limits().prop_map(Bound::Alphanumeric),
    ]
}

fn number_test() -> impl Strategy<Value = NumberTest> {
    prop_oneof![
        vec(option::weighted(0.7, number()), 0..4).prop_map(NumberTest::In),
        limits(number()).prop_map(NumberTest::Bound),
    ]
}

/// A lower limit, an upper limit, or both.
fn limits<T: Clone + std::fmt::Debug>(value: impl Strategy<Value = T>) -> impl Strategy<Value = Limits<T>> {
    let limit = (value, any::<bool>()).prop_map(|(value, strict)| Limit { value, strict });
    vec(limit, 2).prop_flat_map(|limits| {
        let ends = prop_oneof![Just((true, false)), Just((false, true)), Just((true, true))];
        ends.prop_map(move |(lower, upper)| Limits {
            lower: lower.then(|| limits[0].clone()),
            upper: upper.then(|| limits[1].clone()),
        })
    })
}

/// As a checked filter has them: rising, and apart from each other.
fn within(ends: Vec<(i64, i64)>) -> Filter {
    let mut instants: Vec<i64> = ends.into_iter().flat_map(|(a, b)| [a, b]).collect();
    instants.sort_unstable();
    instants.dedup();
    Filter::Timestamp(InstantTest::Within(instants.chunks_exact(2).map(|ends| ends[0]..ends[1]).collect()))
}
