//! Which (organization, vendor) each row belongs to, and the order of rows that follows.

use super::code_vec::CodeVec;
use crate::hash::HashMap;
use crate::segment::index::index;
use std::ops::Range;

/// The (organization, vendor) of each row, as dense numbers in the order of arrival.
#[derive(Debug)]
pub(super) struct Tenants {
    known: HashMap<(u32, u32), u32>,
    pairs: Vec<(u32, u32)>,
    rows: CodeVec,
    last: u32,
}

impl Tenants {
    pub(super) fn new() -> Self {
        Self { known: HashMap::default(), pairs: Vec::new(), rows: CodeVec::new(), last: 0 }
    }

    /// Makes room for so many more rows.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.rows.reserve(rows);
    }

    /// Takes a row's codes of organization and vendor.
    pub(super) fn push(&mut self, organization: u32, vendor: u32) {
        let pair = (organization, vendor);
        if self.pairs.get(self.last as usize) != Some(&pair) {
            let next = index(self.pairs.len());
            self.last = *self.known.entry(pair).or_insert(next);
            if self.last == next {
                self.pairs.push(pair);
            }
        }
        self.rows.push(self.last);
    }

    /// Takes the rows that are new in both columns of codes.
    pub(super) fn extend(&mut self, organizations: &CodeVec, vendors: &CodeVec) {
        for row in self.rows.len()..organizations.len() {
            self.push(organizations.get(row), vendors.get(row));
        }
    }

    /// Bytes reserved.
    pub(super) fn heap_bytes(&self) -> usize {
        self.known.allocation_size() + self.pairs.capacity() * 8 + self.rows.heap_bytes()
    }

    /// Takes all rows of another builder; `organizations` and `vendors` are the codes of all rows, own ones first.
    pub(super) fn append(&mut self, other: &Self, organizations: &CodeVec, vendors: &CodeVec) {
        let before = self.rows.len();
        // Each pair of the other stands in one of its rows at least; its first row tells the codes here.
        let mut names = vec![None; other.pairs.len()];
        for row in 0..other.rows.len() {
            let tenant = other.rows.get(row) as usize;
            let name = *names[tenant].get_or_insert_with(|| {
                let pair = (organizations.get(before + row), vendors.get(before + row));
                let next = index(self.pairs.len());
                let name = *self.known.entry(pair).or_insert(next);
                if name == next {
                    self.pairs.push(pair);
                }
                name
            });
            self.rows.push(name);
        }
    }

    /// Orders the rows by (part, organization, vendor, timestamp, arrival): tenants by the finished codes of both
    /// dimensions, parts by the number that `part` gives a timestamp, below `parts`.
    pub(super) fn order(
        self,
        organizations: &[u32],
        vendors: &[u32],
        timestamps: &[i64],
        parts: usize,
        part: impl FnMut(i64) -> u32,
    ) -> RowOrder {
        let mut pairs: Vec<((u32, u32), usize)> = self
            .pairs
            .iter()
            .zip(0..)
            .map(|(&(organization, vendor), tenant)| {
                ((organizations[organization as usize], vendors[vendor as usize]), tenant)
            })
            .collect();
        pairs.sort_unstable();
        let mut ranks = vec![0; pairs.len()];
        for (rank, &(_, tenant)) in (0..).zip(&pairs) {
            ranks[tenant] = rank;
        }
        let tenants = self.rows.ranked(0..index(timestamps.len()), &ranks);
        let mut rows: Vec<u32> = (0..index(timestamps.len())).collect();
        rows = counting_sort(&rows, pairs.len(), |row| tenants[row as usize]);
        let part_of: Vec<u32> =
            if parts > 1 { timestamps.iter().copied().map(part).collect() } else { Vec::new() };
        if parts > 1 {
            rows = counting_sort(&rows, parts, |row| part_of[row as usize]);
        }
        let mut order = RowOrder { rows: Vec::new(), runs: Vec::new(), part_ends: vec![0; parts] };
        let mut start = 0;
        let same = |a: &u32, b: &u32| {
            tenants[*a as usize] == tenants[*b as usize]
                && part_of.get(*a as usize) == part_of.get(*b as usize)
        };
        for run in rows.chunk_by_mut(same) {
            let first = run[0] as usize;
            // Stable, and linear where the rows came in the order of time.
            run.sort_by_key(|&row| timestamps[row as usize]);
            let end = start + index(run.len());
            order.runs.push((pairs[tenants[first] as usize].0, start..end));
            order.part_ends[part_of.get(first).copied().unwrap_or_default() as usize] = end;
            start = end;
        }
        // Parts without a row end where the one before does.
        let mut end = 0;
        for part_end in &mut order.part_ends {
            end = end.max(*part_end);
            *part_end = end;
        }
        order.rows = rows;
        order
    }
}

/// The rows of a builder in their order, and the runs they make.
#[derive(Debug)]
pub(super) struct RowOrder {
    /// For each row in order, which one it was on arrival.
    pub(super) rows: Vec<u32>,
    /// Finished codes of organization and vendor, with the rows of each pair in each part.
    pub(super) runs: Vec<((u32, u32), Range<u32>)>,
    /// Where the rows of each part end.
    pub(super) part_ends: Vec<u32>,
}

/// Rows by a key below `keys`; those with the same key stay in their order.
fn counting_sort(rows: &[u32], keys: usize, key: impl Fn(u32) -> u32) -> Vec<u32> {
    let mut starts = vec![0_u32; keys + 1];
    rows.iter().for_each(|&row| starts[key(row) as usize + 1] += 1);
    let mut total = 0;
    for start in &mut starts {
        total += *start;
        *start = total;
    }
    let mut sorted = vec![0; rows.len()];
    for &row in rows {
        let at = &mut starts[key(row) as usize];
        sorted[*at as usize] = row;
        *at += 1;
    }
    sorted
}
