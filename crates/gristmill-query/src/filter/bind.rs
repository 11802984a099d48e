//! A compiled filter bound to one segment: predicates become sets of codes.

use super::code_set::CodeSet;
use super::compile::Compiled;
use super::leaf::{CodeLeaf, Leaf, code_scan_cost};
use super::matcher::{Matcher, NumberMatcher};
use super::row_set::{RowSet, zeros};
use super::same_value::SameValue;
use crate::exec::{RowStrategy, Tuning};
use gristmill_storage::schema::{Dimension, Kind};
use gristmill_storage::segment::{
    Alive, Codes, DimensionCodes, NULL_CODE, Postings, Segment, SegmentError, Timestamps,
};
use std::fmt;
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
    Leaf(Leaf<'p>),
    /// These rows, rising.
    Rows(Vec<u32>),
    /// All rows but those deleted.
    Alive(Alive),
    Timestamp {
        timestamps: Arc<Timestamps>,
        ranges: &'p [Range<i64>],
    },
}

impl Bound<'_> {
    /// Bytes of the columns that a scan of all leaves reads for each row.
    pub(crate) fn bytes_per_row(&self) -> f64 {
        match self {
            // Rows are known, and timestamps searched.
            Self::All | Self::None | Self::Rows(_) | Self::Alive(_) | Self::Timestamp { .. } => 0.0,
            Self::And(fields) | Self::Or(fields) => fields.iter().map(Self::bytes_per_row).sum(),
            Self::Not(field) => field.bytes_per_row(),
            Self::Leaf(leaf) => leaf.bytes_per_row(),
        }
    }
}

/// How the rows that match are found, in words.
impl fmt::Display for Bound<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = |f: &mut fmt::Formatter<'_>, name: &str, fields: &[Self]| {
            let fields: Vec<String> = fields.iter().map(ToString::to_string).collect();
            write!(f, "{name}({})", fields.join(", "))
        };
        match self {
            Self::All => f.write_str("every row"),
            Self::None => f.write_str("no row"),
            Self::And(fields) => all(f, "and", fields),
            Self::Or(fields) => all(f, "or", fields),
            Self::Not(field) => write!(f, "not({field})"),
            Self::Rows(rows) => write!(f, "{} rows of posting lists", rows.len()),
            Self::Alive(alive) => write!(f, "all but {} deleted rows", alive.count_deleted()),
            Self::Timestamp { .. } => f.write_str("search of timestamps"),
            Self::Leaf(Leaf::Codes(leaf)) => {
                let (wanted, all) = (leaf.set.count(leaf.dictionary_len), leaf.dictionary_len);
                write!(f, "scan of {} for {wanted} of {all} codes", leaf.dimension)
            }
            Self::Leaf(Leaf::Value { .. }) => f.write_str("scan of value"),
            Self::Leaf(Leaf::SameValue(_)) => f.write_str("comparison of columns"),
        }
    }
}

impl Bound<'_> {
    /// How many of `rows` rows match at most, as far as the rows are known.
    pub(crate) fn rows_at_most(&self, rows: u64) -> u64 {
        match self {
            Self::None => 0,
            Self::Rows(known) => rows.min(known.len() as u64),
            Self::And(fields) => fields.iter().map(|field| field.rows_at_most(rows)).min().unwrap_or(rows),
            Self::All
            | Self::Or(_)
            | Self::Not(_)
            | Self::Leaf(_)
            | Self::Alive(_)
            | Self::Timestamp { .. } => rows,
        }
    }
}

/// What a row that posting lists name costs, in picoseconds: it is read from a compressed bitmap, and taken in by
/// itself. Measured over 4 million rows of a dimension with codes of one byte: one row in 100 by lists takes as long as by a
/// scan (`cargo bench -p gristmill -- strategy/rows`).
const POSTED_ROW_COST: u64 = 3_500;

/// What it costs besides where several lists are merged by a bit a row.
const MERGED_ROW_COST: u64 = 1_000;

/// What a row costs that a scan passes by, in picoseconds, when the bits of the scan are read.
const PASSED_ROW_COST: u64 = 17;

/// Rows of several lists are merged by a bit a row where there is at most this many rows for each that is named, else
/// they are sorted. Sorting takes 4 to 17 ns a row, a bit 0.6 ns, and clearing and reading the bits of 4 million rows
/// 0.09 ms.
const MERGED_BY_BITS: usize = 512;

/// Posting lists are looked into where, as if all values were equally frequent, they name at most this many times as
/// many rows as would pay. They are read for nothing where they then turn out to be too long.
const UNEVEN: u64 = 4;

/// Binds a filter to a segment, with the restriction to rows that are not deleted. `spans` are the rows that will be
/// asked about, rising.
pub(crate) fn bind<'p>(
    filter: &'p Compiled,
    segment: &Segment,
    spans: &[Range<u32>],
    tuning: Tuning,
) -> Result<Bound<'p>, SegmentError> {
    let bound = bind_columns(filter, segment, spans, tuning)?;
    if matches!(bound, Bound::None) || spans.iter().all(|rows| segment.alive().deleted_in(rows.clone()) == 0)
    {
        return Ok(bound);
    }
    let alive = Bound::Alive(segment.alive().clone());
    Ok(match bound {
        Bound::All => alive,
        Bound::And(mut fields) => {
            fields.push(alive);
            Bound::And(fields)
        }
        other => Bound::And(vec![other, alive]),
    })
}

fn bind_columns<'p>(
    filter: &'p Compiled,
    segment: &Segment,
    spans: &[Range<u32>],
    tuning: Tuning,
) -> Result<Bound<'p>, SegmentError> {
    Ok(match filter {
        Compiled::True => Bound::All,
        Compiled::False => Bound::None,
        Compiled::And(fields) => {
            let mut bound = Vec::with_capacity(fields.len());
            for field in fields {
                match bind_columns(field, segment, spans, tuning)? {
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
                match bind_columns(field, segment, spans, tuning)? {
                    Bound::All => return Ok(Bound::All),
                    Bound::None => {}
                    other => bound.push(other),
                }
            }
            list(bound, Bound::None, Bound::Or)
        }
        Compiled::Not(field) => match bind_columns(field, segment, spans, tuning)? {
            Bound::All => Bound::None,
            Bound::None => Bound::All,
            other => Bound::Not(Box::new(other)),
        },
        Compiled::Dimension(dimension, matcher) => {
            bind_dimension(*dimension, matcher, segment, spans, tuning)?
        }
        Compiled::Value(test) => bind_value(test, segment)?,
        Compiled::Timestamp(ranges) => bind_timestamp(ranges, segment)?,
        Compiled::SameValue(dimensions) => {
            Bound::Leaf(Leaf::SameValue(SameValue::bind(dimensions, segment, spans)?))
        }
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

/// A test on values, folded where the least and the largest value of the segment decide it.
fn bind_value<'p>(test: &'p NumberMatcher, segment: &Segment) -> Result<Bound<'p>, SegmentError> {
    let known = segment.meta().values;
    if let Some((least, most)) = test.limits() {
        if known.count == 0 || known.max < least || most < known.min {
            return Ok(Bound::None);
        }
        if known.count == segment.meta().rows && least <= known.min && known.max <= most {
            return Ok(Bound::All);
        }
    }
    Ok(Bound::Leaf(Leaf::Value { values: segment.values()?, test }))
}

/// A test on timestamps, folded where the first and the last one of the segment decide it.
fn bind_timestamp<'p>(ranges: &'p [Range<i64>], segment: &Segment) -> Result<Bound<'p>, SegmentError> {
    let (first, last) = (segment.meta().min_time, segment.meta().max_time);
    if ranges.iter().any(|range| range.contains(&first) && range.contains(&last)) {
        return Ok(Bound::All);
    }
    if ranges.iter().all(|range| last < range.start || range.end <= first) {
        return Ok(Bound::None);
    }
    Ok(Bound::Timestamp { timestamps: segment.timestamps()?, ranges })
}

fn bind_dimension<'p>(
    dimension: Dimension,
    matcher: &Matcher,
    segment: &Segment,
    spans: &[Range<u32>],
    tuning: Tuning,
) -> Result<Bound<'p>, SegmentError> {
    let dictionary = segment.dictionary(dimension)?;
    // A tenant with few rows must not pay for the values of all others.
    let few_rows = rows_of(spans) < dictionary.len() / 2;
    let used = if few_rows && matches!(matcher, Matcher::Predicate(_)) {
        Some(used_codes(&*segment.codes(dimension)?, dictionary.len(), spans))
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
        CodeSet::Range(_) | CodeSet::Few(_) | CodeSet::Bits(_) => {}
    }
    match posted_rows(dimension, &set, dictionary.len(), segment, spans, tuning)? {
        Some(rows) if rows.is_empty() => Ok(Bound::None),
        Some(rows) => Ok(Bound::Rows(rows)),
        None => Ok(Bound::Leaf(Leaf::Codes(CodeLeaf {
            dimension,
            codes: segment.codes(dimension)?,
            set,
            dictionary_len: dictionary.len(),
        }))),
    }
}

/// How many rows lie in some spans.
pub(super) fn rows_of(spans: &[Range<u32>]) -> usize {
    spans.iter().map(ExactSizeIterator::len).sum()
}

/// The rows of some codes within the spans by their posting lists, rising; `None` where there are none or a scan of the
/// codes costs less.
fn posted_rows(
    dimension: Dimension,
    set: &CodeSet,
    dictionary_len: usize,
    segment: &Segment,
    spans: &[Range<u32>],
    tuning: Tuning,
) -> Result<Option<Vec<u32>>, SegmentError> {
    let codes = set.count(dictionary_len);
    let limit = match tuning.rows {
        RowStrategy::Scan => return Ok(None),
        RowStrategy::Postings => u64::MAX,
        RowStrategy::Auto => {
            let multi = dimension.kind() == Kind::MultiText;
            let scan = rows_of(spans) as u64 * (code_scan_cost(multi, dictionary_len, set) + PASSED_ROW_COST);
            scan / (POSTED_ROW_COST + if codes > 1 { MERGED_ROW_COST } else { 0 })
        }
    };
    let meta = segment.meta();
    let evenly = codes as u64 * u64::from(meta.rows) / u64::from(meta.dimension(dimension).distinct.max(1));
    if evenly > limit.saturating_mul(UNEVEN) {
        return Ok(None);
    }
    let Some(postings) = segment.postings(dimension)? else { return Ok(None) };
    if named_rows(set, dictionary_len, &postings, limit) > limit {
        return Ok(None);
    }
    let mut rows = Vec::new();
    for span in spans {
        set.for_each(dictionary_len, |code| postings.rows_in(code, span.clone(), &mut rows));
    }
    Ok(Some(if codes > 1 { merged(rows, spans) } else { rows }))
}

/// The rows of several lists, rising: a row with several values may stand in more than one of them.
fn merged(mut rows: Vec<u32>, spans: &[Range<u32>]) -> Vec<u32> {
    let hull = match spans {
        [first, .., last] => first.start..last.end,
        [one] => one.clone(),
        [] => return rows,
    };
    if hull.len() > rows.len().saturating_mul(MERGED_BY_BITS) {
        rows.sort_unstable();
        rows.dedup();
        return rows;
    }
    let mut words = zeros(&hull);
    for row in rows {
        let at = row - hull.start;
        words[at as usize / 64] |= 1 << (at % 64);
    }
    RowSet::Bits { rows: hull, words }.into_list()
}

/// How many rows the posting lists of a set of codes name; more than `limit` where there are that many.
fn named_rows(set: &CodeSet, dictionary_len: usize, postings: &Postings, limit: u64) -> u64 {
    let mut rows = 0;
    let _ = set.try_for_each(dictionary_len, |code| {
        rows += u64::from(postings.count(code));
        if rows <= limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    rows
}

/// Codes are sorted where a dictionary has this many entries for each of them; where it has fewer, a bit each is less
/// work.
const SORTED_BELOW: usize = 256;

/// The distinct codes of some rows, rising; all are below `dictionary_len`.
pub(super) fn used_codes(codes: &DimensionCodes, dictionary_len: usize, spans: &[Range<u32>]) -> Vec<u32> {
    let (codes, entries): (&Codes, Vec<Range<usize>>) = match codes {
        DimensionCodes::Single(codes) => {
            (codes, spans.iter().map(|span| span.start as usize..span.end as usize).collect())
        }
        DimensionCodes::Multi(lists) => {
            let of_rows = |span: &Range<u32>| {
                lists.range(span.start as usize).start..lists.range(span.end as usize - 1).end
            };
            (&lists.codes, spans.iter().map(of_rows).collect())
        }
    };
    let count: usize = entries.iter().map(ExactSizeIterator::len).sum();
    // A row without a value has null, which stands in no list.
    let used = std::iter::once(NULL_CODE).chain(entries.into_iter().flatten().map(|at| codes.get(at)));
    if count < dictionary_len / SORTED_BELOW {
        let mut used: Vec<u32> = used.collect();
        used.sort_unstable();
        used.dedup();
        return used;
    }
    let mut bits = vec![0_u64; dictionary_len.div_ceil(64)].into_boxed_slice();
    used.for_each(|code| bits[code as usize / 64] |= 1 << (code % 64));
    let mut used = Vec::new();
    CodeSet::Bits(bits).for_each(dictionary_len, |code| used.push(code));
    used
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::select;
    use crate::request::{Filter, InstantTest, Limit, Limits, NumberTest, Test};
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
        let bound = bind(&compiled, segment, std::slice::from_ref(&span), Tuning::default()).unwrap();
        select(&bound, &span, Tuning::default())
    }

    fn is(dimension: Dimension, text: Option<&str>) -> Filter {
        Filter::Dimension(dimension, Test::Texts(vec![text.map(str::to_owned)]))
    }

    #[test]
    fn what_a_dictionary_decides_folds_away() {
        let segment = segment();
        let bound = |filter: &Filter| {
            let compiled = Compiled::new(filter).unwrap();
            let spans = std::slice::from_ref(&(0..10));
            format!("{:?}", bind(&compiled, &segment, spans, Tuning::default()).unwrap())
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
    fn what_bounds_of_values_and_times_decide_folds_away() {
        let build = |values: &[Option<f64>]| {
            let mut builder = SegmentBuilder::new();
            for (value, at) in values.iter().zip(100..) {
                let mut event = Event::new(Timestamp(at), "org", "vendor");
                event.value = *value;
                builder.push(&event.as_row()).unwrap();
            }
            builder.build().unwrap()
        };
        let check = |segment: &Segment, filter: Filter, expected: &str| {
            let compiled = Compiled::new(&filter).unwrap();
            let bound = bind(&compiled, segment, std::slice::from_ref(&(0..3)), Tuning::default()).unwrap();
            assert!(format!("{bound:?}").starts_with(expected), "{filter:?}: {bound:?}");
        };
        let limit = |value| Some(Limit { value, strict: false });
        let between = |least, most| {
            Filter::Value(NumberTest::Bound(Limits { lower: limit(least), upper: limit(most) }))
        };
        let (full, gapped, empty) = (
            build(&[Some(1.0), Some(2.0), Some(4.0)]),
            build(&[Some(1.0), None, Some(4.0)]),
            build(&[None; 3]),
        );
        for (least, most, of_full, of_gapped) in [
            (4.5, 9.0, "None", "None"),
            (0.0, 0.5, "None", "None"),
            (1.0, 4.0, "All", "Leaf"),
            (1.5, 4.0, "Leaf", "Leaf"),
            (1.0, 3.5, "Leaf", "Leaf"),
        ] {
            check(&full, between(least, most), of_full);
            check(&gapped, between(least, most), of_gapped);
            check(&empty, between(least, most), "None");
        }
        check(&empty, Filter::Value(NumberTest::In(vec![None])), "Leaf");
        let within = |ranges: &[Range<i64>]| Filter::Timestamp(InstantTest::Within(ranges.to_vec()));
        check(&full, within(&[100..103, 200..300]), "All");
        check(&full, within(&[0..100, 103..200]), "None");
        check(&full, within(&[0..50, 100..102]), "Timestamp");
        check(&full, within(&[0..101, 102..300]), "Timestamp");
    }

    #[test]
    fn lists_are_merged_whether_they_are_dense_or_sparse() {
        let rows = vec![70, 75, 200, 71, 75, 299];
        for span in [70..300, 3..1_000_000] {
            assert_eq!(merged(rows.clone(), std::slice::from_ref(&span)), [70, 71, 75, 200, 299], "{span:?}");
            assert_eq!(merged(rows.clone(), &[span.start..201, 290..span.end]), [70, 71, 75, 200, 299]);
        }
        assert!(merged(Vec::new(), &[0..7, 9..10]).is_empty());
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
        RowSet::Bits { rows: 5..8, words: vec![rows.iter().fold(0, |word, row| word | 1 << (row - 5))] }
    }
}
