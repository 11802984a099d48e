//! Which rows of a span match a bound filter.

use super::bind::{Bound, CodeLeaf};
use super::code_set::CodeSet;
use super::row_set::RowSet;
use crate::exec::RowStrategy;
use gristmill_storage::segment::{Codes, DimensionCodes, Lists, NULL_CODE, Postings, Timestamps};
use std::ops::Range;

/// Rows by posting lists pay where they name at most one row in this many of the span. Measured over a million rows:
/// one row in 4 costs 2.69 ms by lists and 1.18 ms by a scan, one in 50 costs 0.19 and 0.74 ms; at about 10 ns a named
/// row against 0.58 ms and 2.4 ns a row for the scan, they meet at one in 14 (`cargo bench -p gristmill -- strategy/rows`).
const POSTINGS_ROW_COST: usize = 16;

/// A list of rows is tested row by row, instead of by a scan of the span, where it has at most one row in this many.
const SPARSE: usize = 32;

/// The rows of `span` that match.
pub(crate) fn select(filter: &Bound<'_>, span: &Range<u32>, strategy: RowStrategy) -> RowSet {
    Selection { span: span.clone(), strategy }.narrow(filter, RowSet::Range(span.clone()))
}

struct Selection {
    span: Range<u32>,
    strategy: RowStrategy,
}

impl Selection {
    /// The rows of `candidates` that match.
    fn narrow(&self, filter: &Bound<'_>, candidates: RowSet) -> RowSet {
        if candidates.is_empty() {
            return RowSet::NONE;
        }
        match filter {
            Bound::All => candidates,
            Bound::None => RowSet::NONE,
            Bound::And(fields) => {
                let mut fields: Vec<_> = fields.iter().collect();
                // What leaves the fewest rows goes first, so that the rest has less to look at.
                fields.sort_by_cached_key(|field| self.estimate(field));
                fields.into_iter().fold(candidates, |rows, field| self.narrow(field, rows))
            }
            Bound::Or(fields) => fields.iter().fold(RowSet::NONE, |rows, field| {
                rows.unite(self.narrow(field, candidates.clone()), &self.span)
            }),
            Bound::Not(field) => {
                let matching = self.narrow(field, candidates.clone());
                candidates.subtract(&matching, &self.span)
            }
            Bound::Codes(leaf) => self.narrow_by_codes(leaf, candidates),
            Bound::Value { values, test } => {
                self.narrow_by_row(candidates, |row| test.matches(values.get(row as usize)))
            }
            Bound::Timestamp { timestamps, ranges } => self.narrow_by_time(timestamps, ranges, &candidates),
            Bound::SameValue(same) => self.narrow_by_row(candidates, |row| same.matches(row)),
        }
    }

    fn narrow_by_codes(&self, leaf: &CodeLeaf, candidates: RowSet) -> RowSet {
        if let RowSet::List(mut rows) = candidates {
            rows.retain(|row| leaf_matches(leaf, *row));
            return RowSet::List(rows);
        }
        let found = match &leaf.postings {
            Some(postings) if self.postings_pay(leaf) => self.by_postings(leaf, postings),
            _ => self.scan(leaf),
        };
        found.intersect(&candidates)
    }

    fn postings_pay(&self, leaf: &CodeLeaf) -> bool {
        match self.strategy {
            RowStrategy::Scan => false,
            RowStrategy::Postings => true,
            RowStrategy::Auto => leaf.named_rows <= self.span.len() / POSTINGS_ROW_COST,
        }
    }

    fn by_postings(&self, leaf: &CodeLeaf, postings: &Postings) -> RowSet {
        let mut rows = Vec::new();
        leaf.set.for_each(leaf.dictionary_len, |code| postings.rows_in(code, self.span.clone(), &mut rows));
        // Lists of several codes follow one another; a row with several values may be named by more than one.
        rows.sort_unstable();
        rows.dedup();
        RowSet::List(rows)
    }

    fn scan(&self, leaf: &CodeLeaf) -> RowSet {
        match &*leaf.codes {
            DimensionCodes::Single(Codes::U8(codes)) => self.scan_single(codes, &leaf.set),
            DimensionCodes::Single(Codes::U16(codes)) => self.scan_single(codes, &leaf.set),
            DimensionCodes::Single(Codes::U32(codes)) => self.scan_single(codes, &leaf.set),
            DimensionCodes::Multi(lists) => RowSet::from_words(self.span.clone(), |first, count| {
                word(count, |bit| list_matches(lists, first + bit, &leaf.set))
            }),
        }
    }

    fn scan_single<T: Copy + Into<u32>>(&self, codes: &[T], set: &CodeSet) -> RowSet {
        let words = |test: &dyn Fn(&[T]) -> u64| {
            RowSet::from_words(self.span.clone(), |first, count| {
                test(&codes[first as usize..(first + count) as usize])
            })
        };
        match set {
            CodeSet::Empty => RowSet::NONE,
            CodeSet::Full => RowSet::Range(self.span.clone()),
            CodeSet::Range(range) => {
                let (start, length) = (range.start, range.end - range.start);
                words(&move |codes| pack(codes, |code: u32| code.wrapping_sub(start) < length))
            }
            CodeSet::Bits(bits) => {
                words(&move |codes| pack(codes, |code: u32| bits[code as usize / 64] >> (code % 64) & 1 == 1))
            }
        }
    }

    fn narrow_by_time(&self, timestamps: &Timestamps, ranges: &[Range<i64>], candidates: &RowSet) -> RowSet {
        let mut rows: Vec<Range<u32>> = Vec::new();
        let mut from = self.span.start;
        for range in ranges {
            // Timestamps never fall within a span, so a range of time is a range of rows.
            let start = timestamps.first_at_or_after(from..self.span.end, range.start);
            from = timestamps.first_at_or_after(start..self.span.end, range.end);
            match rows.last_mut() {
                _ if start == from => {}
                Some(last) if last.end == start => last.end = from,
                _ => rows.push(start..from),
            }
        }
        RowSet::from_ranges(rows, &self.span).intersect(candidates)
    }

    fn narrow_by_row(&self, candidates: RowSet, matches: impl Fn(u32) -> bool) -> RowSet {
        let sparse = candidates.len() <= self.span.len() / SPARSE;
        match candidates {
            RowSet::List(mut rows) => {
                rows.retain(|row| matches(*row));
                RowSet::List(rows)
            }
            candidates if sparse => {
                let mut rows = Vec::new();
                candidates.for_each(|row| {
                    if matches(row) {
                        rows.push(row);
                    }
                });
                RowSet::List(rows)
            }
            candidates => {
                RowSet::from_words(self.span.clone(), |first, count| word(count, |bit| matches(first + bit)))
                    .intersect(&candidates)
            }
        }
    }

    /// How many of a thousand rows a filter may leave; rough, and only used to order the parts of an `and`.
    fn estimate(&self, filter: &Bound<'_>) -> usize {
        match filter {
            Bound::None => 0,
            Bound::Timestamp { .. } => 1,
            Bound::Codes(leaf) => match &leaf.postings {
                Some(_) if self.strategy != RowStrategy::Scan => {
                    (leaf.named_rows * 1000 / self.span.len().max(1)).min(1000)
                }
                _ => leaf.set.count(leaf.dictionary_len) * 1000 / leaf.dictionary_len.max(1),
            },
            Bound::And(fields) => fields.iter().map(|field| self.estimate(field)).min().unwrap_or(1000),
            Bound::Or(fields) => fields.iter().map(|field| self.estimate(field)).sum::<usize>().min(1000),
            Bound::Not(field) => 1000 - self.estimate(field).min(1000),
            // Dear to test, so they go last.
            Bound::Value { .. } | Bound::SameValue(_) => 1001,
            Bound::All => 1002,
        }
    }
}

fn leaf_matches(leaf: &CodeLeaf, row: u32) -> bool {
    match &*leaf.codes {
        DimensionCodes::Single(codes) => leaf.set.contains(codes.get(row as usize)),
        DimensionCodes::Multi(lists) => list_matches(lists, row, &leaf.set),
    }
}

fn list_matches(lists: &Lists, row: u32, set: &CodeSet) -> bool {
    let mut entries = lists.range(row as usize);
    if entries.is_empty() {
        set.contains(NULL_CODE)
    } else {
        entries.any(|at| set.contains(lists.codes.get(at)))
    }
}

/// A word with a bit for each of `count` tests.
fn word(count: u32, test: impl Fn(u32) -> bool) -> u64 {
    (0..count).fold(0, |word, bit| word | u64::from(test(bit)) << bit)
}

/// A word with a bit for each code, the first in the lowest bit.
#[inline]
fn pack<T: Copy + Into<u32>>(codes: &[T], test: impl Fn(u32) -> bool) -> u64 {
    let mut word = 0;
    for (bit, code) in codes.iter().enumerate() {
        word |= u64::from(test((*code).into())) << bit;
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{Compiled, bind};
    use crate::request::{Filter, InstantTest, NumberTest, Test};
    use gristmill_storage::Timestamp;
    use gristmill_storage::event::Event;
    use gristmill_storage::schema::Dimension;
    use gristmill_storage::segment::{Segment, SegmentBuilder};
    use std::sync::Arc;

    const ROWS: u32 = 300;
    const SPAN: Range<u32> = 70..290;
    const STRATEGIES: [RowStrategy; 3] = [RowStrategy::Auto, RowStrategy::Scan, RowStrategy::Postings];

    /// Row `n` is of instant `n`; every third has no tag, and every hundredth the tag `rare`.
    fn segment() -> Segment {
        let mut builder = SegmentBuilder::new();
        for row in 0..ROWS {
            let mut event = Event::new(Timestamp(i64::from(row)), "org", "vendor");
            event.value = (row % 5 != 0).then(|| f64::from(row));
            event.set(Dimension::Category, Some(["a", "b", "c", "d"][row as usize % 4]));
            let tags = ["red", "green"].into_iter().take(row as usize % 3);
            event.set_properties(tags.chain((row % 100 == 0).then_some("rare")));
            builder.push(&event.as_row()).unwrap();
        }
        builder.build().unwrap()
    }

    fn postings(codes: &DimensionCodes, entries: usize) -> Postings {
        let has = |row: u32, code: u32| match codes {
            DimensionCodes::Single(codes) => codes.get(row as usize) == code,
            DimensionCodes::Multi(lists) => {
                let mut own = lists.range(row as usize).map(|at| lists.codes.get(at));
                if own.len() == 0 { code == NULL_CODE } else { own.any(|other| other == code) }
            }
        };
        let (mut starts, mut rows) = (vec![0], Vec::new());
        for code in (0..entries).map(crate::narrow::id) {
            rows.extend((0..ROWS).filter(|row| has(*row, code)));
            starts.push(crate::narrow::id(rows.len()));
        }
        Postings::Ordered { starts: starts.into(), rows: rows.into() }
    }

    /// Gives every leaf the posting lists that only a segment in a file has.
    fn with_postings(bound: &mut Bound<'_>) {
        match bound {
            Bound::And(fields) | Bound::Or(fields) => fields.iter_mut().for_each(with_postings),
            Bound::Not(field) => with_postings(field),
            Bound::Codes(leaf) => {
                let postings = postings(&leaf.codes, leaf.dictionary_len);
                leaf.set
                    .for_each(leaf.dictionary_len, |code| leaf.named_rows += postings.count(code) as usize);
                leaf.postings = Some(Arc::new(postings));
            }
            _ => {}
        }
    }

    fn check(filter: &Filter, expected: impl Fn(u32) -> bool) {
        let segment = segment();
        let compiled = Compiled::new(filter).unwrap();
        let scanned = bind(&compiled, &segment, std::slice::from_ref(&SPAN)).unwrap();
        let mut listed = bind(&compiled, &segment, std::slice::from_ref(&SPAN)).unwrap();
        with_postings(&mut listed);
        let expected: Vec<u32> = SPAN.filter(|row| expected(*row)).collect();
        for bound in [&scanned, &listed] {
            for strategy in STRATEGIES {
                let mut rows = Vec::new();
                select(bound, &SPAN, strategy).for_each(|row| rows.push(row));
                assert_eq!(rows, expected, "{filter:?} by {strategy:?}");
            }
        }
    }

    fn tagged(tags: &[Option<&str>]) -> Filter {
        let texts = tags.iter().map(|tag| tag.map(str::to_owned)).collect();
        Filter::Dimension(Dimension::Properties, Test::Texts(texts))
    }

    fn category(text: &str) -> Filter {
        Filter::Dimension(Dimension::Category, Test::Texts(vec![Some(text.to_owned())]))
    }

    fn at(ranges: &[Range<i64>]) -> Filter {
        Filter::Timestamp(InstantTest::Within(ranges.to_vec()))
    }

    #[test]
    fn a_row_of_several_values_matches_by_any_and_a_null_row_by_null() {
        check(&tagged(&[Some("rare")]), |row| row % 100 == 0);
        check(&tagged(&[Some("green"), Some("red")]), |row| row % 3 > 0);
        check(&tagged(&[None]), |row| row % 3 == 0 && row % 100 != 0);
        check(&Filter::Not(Box::new(tagged(&[Some("red")]))), |row| row % 3 == 0);
    }

    #[test]
    fn ranges_of_time_are_ranges_of_rows() {
        check(&at(&[0..75, 100..101, 101..103, 280..1000]), |row| {
            row < 75 || (100..103).contains(&row) || row >= 280
        });
        check(&at(&[i64::MIN..0, 80..90, 290..i64::MAX]), |row| (80..90).contains(&row));
        check(&at(std::slice::from_ref(&(500..600))), |_| false);
        check(&at(std::slice::from_ref(&(i64::MIN..i64::MAX))), |_| true);
    }

    #[test]
    fn the_parts_of_a_tree_narrow_one_another() {
        let value = || Filter::Value(NumberTest::In(vec![Some(101.0), Some(201.0), None]));
        let by_value = |row: u32| row == 101 || row == 201 || row.is_multiple_of(5);
        check(&Filter::And(vec![value(), category("b")]), |row| by_value(row) && row % 4 == 1);
        check(
            &Filter::And(vec![value(), tagged(&[Some("rare")]), at(std::slice::from_ref(&(0..250)))]),
            |row| row % 100 == 0 && row < 250,
        );
        check(&Filter::Or(vec![value(), category("c")]), |row| by_value(row) || row % 4 == 2);
        let neither = Filter::Not(Box::new(Filter::Or(vec![value(), category("c"), tagged(&[None])])));
        check(&neither, |row| !by_value(row) && row % 4 != 2 && row % 3 != 0);
    }
}
