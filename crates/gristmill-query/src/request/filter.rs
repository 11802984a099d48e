//! A filter, checked: a tree of tests on columns. It is data only, without any way to evaluate it.

use gristmill_storage::schema::Dimension;

/// A two-valued filter: a row matches or it does not.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// Every row.
    True,
    /// No row.
    False,
    /// All of them; not empty.
    And(Vec<Filter>),
    /// Any of them; not empty.
    Or(Vec<Filter>),
    /// The exact complement, null rows included.
    Not(Box<Filter>),
    /// A test on the values of a dimension. A row with several values matches when any of them does; a row without
    /// one matches when null does.
    Dimension(Dimension, Test),
    /// A test on the event's value.
    Value(NumberTest),
    /// A test on the event's timestamp, in milliseconds.
    Timestamp(InstantTest),
    /// `columnComparison`: rows in which every two of these dimensions have a value in common, or are both null. At
    /// least two. `event_version` and `source` compare by their text.
    SameValue(Vec<Dimension>),
}

/// Which rows of an answer are given. It is two-valued, as [`Filter`] is.
#[derive(Clone, Debug, PartialEq)]
pub enum Having {
    /// Every row.
    True,
    /// No row.
    False,
    /// All of them; not empty.
    And(Vec<Having>),
    /// Any of them; not empty.
    Or(Vec<Having>),
    /// The exact complement.
    Not(Box<Having>),
    /// A test on the value of a grouped dimension. A group of a dimension with several values has one of them.
    Group(Dimension, Test),
    /// A test on a figure, by its position in [`Fetch::metrics`](crate::request::Fetch::metrics).
    Metric(usize, NumberTest),
    /// A test on where the bucket starts, in milliseconds.
    Timestamp(InstantTest),
}

/// A test on one value of a dimension. `event_version` presents its decimal digits to every test but
/// [`Test::Integers`].
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// One of these; `None` is null. From `selector`, `in`, `equals` and `null` on dimensions of text.
    Texts(Vec<Option<String>>),
    /// One of these; from the same filters on `event_version`. What was no integer was left out, since it never
    /// matches.
    Integers(Vec<i64>),
    /// Between two limits; never null.
    Bound(Bound),
    /// Matches a pattern as a whole; never null.
    Like(Like),
    /// Has a match of a regular expression somewhere (Rust regex syntax); never null.
    Regex(String),
    /// Holds every one of these texts; never null.
    Contains {
        /// What to look for; not empty.
        fragments: Vec<String>,
        /// Whether `a` and `A` differ. Where not, both sides are compared in Unicode lower case.
        case_sensitive: bool,
    },
}

/// Limits on a dimension's value; at least one is there.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    /// By UTF-8 bytes.
    Lexicographic(Limits<String>),
    /// By number: the value's text as a finite `f64`; a value that is none never matches.
    Numeric(Limits<f64>),
    /// By number of characters (Unicode scalar values), then by UTF-8 bytes.
    Strlen(Limits<String>),
    /// Runs of ASCII digits by number, all else by characters, as Druid's alphanumeric ordering has it.
    Alphanumeric(Limits<String>),
}

/// A lower and an upper limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits<T> {
    /// Where it starts.
    pub lower: Option<Limit<T>>,
    /// Where it ends.
    pub upper: Option<Limit<T>>,
}

/// One end of a range.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit<T> {
    /// The value at the end.
    pub value: T,
    /// Whether the value itself is out.
    pub strict: bool,
}

/// A pattern in which `%` stands for any text and `_` for any one character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Like {
    /// The pattern as written.
    pub pattern: String,
    /// The character that makes the next one stand for itself.
    pub escape: Option<char>,
}

/// A test on the event's value.
#[derive(Clone, Debug, PartialEq)]
pub enum NumberTest {
    /// One of these; `None` is null.
    In(Vec<Option<f64>>),
    /// Between two limits; never null.
    Bound(Limits<f64>),
}

/// A test on the event's timestamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstantTest {
    /// In any of these ranges `[start, end)` of milliseconds. No range at all matches nothing.
    Within(Vec<std::ops::Range<i64>>),
}
