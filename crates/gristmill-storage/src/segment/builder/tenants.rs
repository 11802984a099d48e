//! Which (organization, vendor) each row belongs to, and the order of rows that follows.

use super::code_vec::CodeVec;
use crate::hash::HashMap;
use crate::segment::Codes;
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

    /// Orders the rows by (organization, vendor, timestamp, arrival), by the finished codes of both dimensions.
    pub(super) fn order(self, organizations: &[u32], vendors: &[u32], timestamps: &[i64]) -> RowOrder {
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
        let ranked = self.rows.arrange(0..index(timestamps.len()), &ranks);
        let mut lens = vec![0_u32; pairs.len()];
        (0..ranked.len()).for_each(|row| lens[ranked.get(row) as usize] += 1);
        let mut start = 0;
        let runs = pairs.into_iter().zip(lens).map(|((pair, _), len)| {
            let rows = start..start + len;
            start = rows.end;
            (pair, rows)
        });
        RowOrder { rows: sorted_rows(&ranked, timestamps), runs: runs.collect() }
    }
}

/// The rows of a segment in their order, and the runs they make.
#[derive(Debug)]
pub(super) struct RowOrder {
    /// For each row of the segment, which one it was on arrival.
    pub(super) rows: Vec<u32>,
    /// Finished codes of organization and vendor, sorted, with the rows of each pair.
    pub(super) runs: Vec<((u32, u32), Range<u32>)>,
}

/// The rows by (tenant, timestamp, arrival), sorted as one number each, which keeps ties in their order.
fn sorted_rows(tenants: &Codes, timestamps: &[i64]) -> Vec<u32> {
    let first = timestamps.iter().copied().min().unwrap_or_default();
    let since = |row: u32| timestamps[row as usize].abs_diff(first);
    let rows = index(timestamps.len());
    let row_bits = bits(u64::from(rows));
    let time_bits = bits((0..rows).map(since).max().unwrap_or_default());
    let tenant = |row: u32| tenants.get(row as usize);
    let tenant_bits = bits((0..rows).map(tenant).max().unwrap_or_default().into());
    if row_bits + time_bits + tenant_bits <= u64::BITS {
        let row_mask = (1_u64 << row_bits) - 1;
        sorted(
            (0..rows)
                .map(|row| ((u64::from(tenant(row)) << time_bits | since(row)) << row_bits) | u64::from(row)),
        )
        .filter_map(|key| u32::try_from(key & row_mask).ok())
        .collect()
    } else {
        // 32 bits of tenant, 64 of time and 32 of row always fit.
        sorted(
            (0..rows)
                .map(|row| u128::from(tenant(row)) << 96 | u128::from(since(row)) << 32 | u128::from(row)),
        )
        .filter_map(|key| u32::try_from(key & u128::from(u32::MAX)).ok())
        .collect()
    }
}

fn sorted<K: Ord>(keys: impl Iterator<Item = K>) -> impl Iterator<Item = K> {
    let mut keys: Vec<K> = keys.collect();
    keys.sort_unstable();
    keys.into_iter()
}

/// Bits of a number; none for 0.
fn bits(number: u64) -> u32 {
    u64::BITS - number.leading_zeros()
}
