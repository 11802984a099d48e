//! Which rows of a span match a bound filter.

use super::bind::Bound;
use super::leaf::{Leaf, PROBE_COST};
use super::row_set::{RowSet, zeros};
use crate::exec::{Instructions, Tuning};
use gristmill_storage::segment::{Alive, Timestamps};
use std::ops::Range;

/// Leaves fold their words into others this many at a time: a block that has nothing left is not scanned.
const BLOCK_WORDS: usize = 64;

/// Rows of one block.
const BLOCK_ROWS: usize = 64 * BLOCK_WORDS;

/// The rows of `span` that match.
pub(crate) fn select(filter: &Bound<'_>, span: &Range<u32>, tuning: Tuning) -> RowSet {
    let selection = Selection { span: span.clone(), instructions: tuning.instructions };
    selection.narrow(filter, RowSet::Range(span.clone()))
}

struct Selection {
    span: Range<u32>,
    instructions: Instructions,
}

impl Selection {
    /// The rows of `candidates` that match.
    fn narrow(&self, filter: &Bound<'_>, candidates: RowSet) -> RowSet {
        if candidates.is_empty() {
            return RowSet::NONE;
        }
        if let Some((leaf, wanted)) = as_leaf(filter) {
            return self.narrow_by_leaf(leaf, wanted, candidates);
        }
        match filter {
            Bound::All => candidates,
            Bound::None | Bound::Leaf(_) => RowSet::NONE,
            Bound::And(fields) => {
                let mut fields: Vec<_> = fields.iter().map(|field| (rank(field), field)).collect();
                // What takes the most rows away for the least work goes first.
                fields.sort_by(|(a, _), (b, _)| a.total_cmp(b));
                fields.into_iter().fold(candidates, |rows, (_, field)| self.narrow(field, rows))
            }
            Bound::Or(fields) => self.narrow_by_any(fields, &candidates),
            Bound::Not(field) => {
                let matching = self.narrow(field, candidates.clone());
                candidates.subtract(&matching, &self.span)
            }
            Bound::Rows(rows) => RowSet::of_list(rows, &candidates.hull()).intersect(&candidates),
            Bound::Alive(alive) => self.without_deleted(alive, candidates),
            Bound::Timestamp { timestamps, ranges } => self.narrow_by_time(timestamps, ranges, &candidates),
        }
    }

    fn without_deleted(&self, alive: &Alive, candidates: RowSet) -> RowSet {
        let deleted = alive.deleted().into_iter().flat_map(|deleted| deleted.range(candidates.hull()));
        let deleted = RowSet::List(deleted.collect());
        candidates.subtract(&deleted, &self.span)
    }

    /// Rows that pass a leaf, or with `wanted` false those that do not.
    fn narrow_by_leaf(&self, leaf: &Leaf<'_>, wanted: bool, candidates: RowSet) -> RowSet {
        match Self::sparse(leaf, candidates) {
            RowSet::List(mut rows) => {
                rows.retain(|row| leaf.matches(*row) == wanted);
                RowSet::List(rows)
            }
            RowSet::Range(range) => {
                let rows = self.aligned(&range);
                let mut words = zeros(&rows);
                leaf.scan(&rows, &mut words, self.instructions);
                if !wanted {
                    words.iter_mut().for_each(|word| *word = !*word);
                }
                RowSet::Bits { rows, words }.intersect(&RowSet::Range(range))
            }
            RowSet::Bits { rows, mut words } => {
                for (words, rows) in blocks(&rows, &mut words) {
                    if words.iter().any(|word| *word != 0) {
                        self.fold(leaf, &rows, words, |word, found| {
                            *word &= if wanted { found } else { !found };
                        });
                    }
                }
                RowSet::Bits { rows, words }
            }
        }
    }

    /// A list where so few candidates are left that to ask each of them costs less than a scan.
    fn sparse(leaf: &Leaf<'_>, candidates: RowSet) -> RowSet {
        match &candidates {
            RowSet::Bits { rows, .. }
                if candidates.len() as u64 * PROBE_COST < rows.len() as u64 * leaf.scan_cost() =>
            {
                RowSet::List(candidates.into_list())
            }
            _ => candidates,
        }
    }

    /// The rows that match any of some filters. Leaves write into the same words.
    fn narrow_by_any(&self, fields: &[Bound<'_>], candidates: &RowSet) -> RowSet {
        if let RowSet::List(_) = candidates {
            let each = fields.iter().map(|field| self.narrow(field, candidates.clone()));
            return each.fold(RowSet::NONE, |rows, found| rows.unite(found, &self.span));
        }
        let rows = self.aligned(&candidates.hull());
        let mut words = zeros(&rows);
        let mut matching = RowSet::NONE;
        for field in fields {
            if let Some((leaf, wanted)) = as_leaf(field) {
                for (words, rows) in blocks(&rows, &mut words) {
                    self.fold(leaf, &rows, words, |word, found| *word |= if wanted { found } else { !found });
                }
            } else {
                matching = matching.unite(self.narrow(field, candidates.clone()), &self.span);
            }
        }
        let by_leaves = RowSet::Bits { rows, words }.intersect(candidates);
        matching.unite(by_leaves, &self.span)
    }

    /// Folds the words of a leaf into those of a block.
    fn fold(&self, leaf: &Leaf<'_>, rows: &Range<u32>, words: &mut [u64], fold: impl Fn(&mut u64, u64)) {
        let mut found = [0; BLOCK_WORDS];
        leaf.scan(rows, &mut found[..words.len()], self.instructions);
        words.iter_mut().zip(found).for_each(|(word, found)| fold(word, found));
    }

    fn narrow_by_time(&self, timestamps: &Timestamps, ranges: &[Range<i64>], candidates: &RowSet) -> RowSet {
        let hull = candidates.hull();
        let mut rows: Vec<Range<u32>> = Vec::new();
        let mut from = hull.start;
        for range in ranges {
            // Timestamps never fall within a span, so a range of time is a range of rows.
            let start = timestamps.first_at_or_after(from..hull.end, range.start);
            from = timestamps.first_at_or_after(start..hull.end, range.end);
            match rows.last_mut() {
                _ if start == from => {}
                Some(last) if last.end == start => last.end = from,
                _ => rows.push(start..from),
            }
        }
        RowSet::from_ranges(&rows, &self.aligned(&hull)).intersect(candidates)
    }

    /// The rows from the start of the word of the span in which a range starts.
    fn aligned(&self, rows: &Range<u32>) -> Range<u32> {
        rows.start - (rows.start - self.span.start) % u64::BITS..rows.end
    }
}

/// The leaf that a filter is, and whether its rows are wanted or all others.
fn as_leaf<'b, 'p>(filter: &'b Bound<'p>) -> Option<(&'b Leaf<'p>, bool)> {
    match filter {
        Bound::Leaf(leaf) => Some((leaf, true)),
        Bound::Not(field) => match &**field {
            Bound::Leaf(leaf) => Some((leaf, false)),
            _ => None,
        },
        _ => None,
    }
}

/// Blocks of words with the rows they stand for.
fn blocks<'w>(rows: &Range<u32>, words: &'w mut [u64]) -> impl Iterator<Item = (&'w mut [u64], Range<u32>)> {
    let (starts, end) = (rows.clone().step_by(BLOCK_ROWS), rows.end);
    let block = move |start: u32| start..end.min(start.saturating_add(crate::narrow::id(BLOCK_ROWS)));
    words.chunks_mut(BLOCK_WORDS).zip(starts.map(block))
}

/// What a filter costs for each row that it takes away; rough, and only used to order the parts of an `and`.
fn rank(filter: &Bound<'_>) -> f64 {
    let (cost, share) = estimate(filter);
    cost / (1.0 - share).max(f64::EPSILON)
}

/// The cost of a filter for each row, in picoseconds, and the share of rows that may pass, from 0 to 1.
fn estimate(filter: &Bound<'_>) -> (f64, f64) {
    match filter {
        Bound::All => (0.0, 1.0),
        // These are found without a look at the rows.
        Bound::None | Bound::Timestamp { .. } | Bound::Rows(_) => (0.0, 0.0),
        // Last: rows that others have left are fewer, and most of them pass.
        Bound::Alive(_) => (1.0, 1.0),
        Bound::Leaf(leaf) => (leaf.scan_cost() as f64, leaf.share()),
        Bound::Not(field) => {
            let (cost, share) = estimate(field);
            (cost, 1.0 - share)
        }
        Bound::And(fields) => fields
            .iter()
            .map(estimate)
            .fold((0.0, 1.0), |(cost, share), field| (cost + field.0, share * field.1)),
        Bound::Or(fields) => fields
            .iter()
            .map(estimate)
            .fold((0.0, 0.0), |(cost, share), field| (cost + field.0, (share + field.1).min(1.0))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::RowStrategy;
    use crate::filter::{Compiled, bind};
    use crate::request::{Filter, InstantTest, NumberTest, Test};
    use gristmill_storage::Timestamp;
    use gristmill_storage::dir::{Dir, MemoryDir};
    use gristmill_storage::event::Event;
    use gristmill_storage::schema::Dimension;
    use gristmill_storage::segment::{PartCache, Segment, SegmentBuilder, file};
    use std::sync::Arc;

    const ROWS: u32 = 300;
    const SPAN: Range<u32> = 70..290;
    const STRATEGIES: [RowStrategy; 3] = [RowStrategy::Auto, RowStrategy::Scan, RowStrategy::Postings];
    const INSTRUCTIONS: [Instructions; 3] =
        [Instructions::Widest, Instructions::Avx2, Instructions::Portable];

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

    /// The same rows in a file, which alone has posting lists.
    fn in_file(segment: &Segment) -> Segment {
        let dir: Arc<dyn Dir> = Arc::new(MemoryDir::new());
        let files = file::write(&*dir, "rows", "index", segment, file::Form::Plain).unwrap();
        file::open(&dir, "rows", "index", &files, 1, Arc::new(PartCache::new(1 << 20))).unwrap()
    }

    fn check(filter: &Filter, expected: impl Fn(u32) -> bool) {
        let on_heap = segment();
        let in_file = in_file(&on_heap);
        let compiled = Compiled::new(filter).unwrap();
        let expected: Vec<u32> = SPAN.filter(|row| expected(*row)).collect();
        for segment in [&on_heap, &in_file] {
            for rows in STRATEGIES {
                for instructions in INSTRUCTIONS {
                    let tuning = Tuning { rows, instructions, ..Tuning::default() };
                    let bound = bind(&compiled, segment, std::slice::from_ref(&SPAN), tuning).unwrap();
                    let found = select(&bound, &SPAN, tuning).into_list();
                    assert_eq!(found, expected, "{filter:?} by {tuning:?}");
                }
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
