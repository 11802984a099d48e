//! Which groups of several scans have to be added up, and which stand alone.

use super::merge::Source;

/// Groups of one scan: those of a bucket that others may have too, or those of several buckets that no other has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Block {
    /// Where the first of the buckets starts.
    pub(super) start: i64,
    pub(super) source: usize,
    /// Positions of the groups.
    pub(super) from: usize,
    pub(super) to: usize,
}

impl Block {
    /// How many groups.
    pub(super) fn len(&self) -> usize {
        self.to - self.from
    }
}

/// Every block, by bucket and then by scan.
pub(super) struct Blocks(Vec<Block>);

impl Blocks {
    pub(super) fn of(sources: &[Source]) -> Self {
        let all: Vec<&[i64]> = sources.iter().map(|source| source.groups.starts.as_slice()).collect();
        Self::of_starts(&all)
    }

    /// By where the bucket of each group starts, rising within each scan.
    fn of_starts(all: &[&[i64]]) -> Self {
        let reaches = Reaches::of(all);
        let mut blocks = Vec::new();
        for (source, starts) in all.iter().enumerate() {
            let mut from = 0;
            while let Some(start) = starts.get(from) {
                let rest = &starts[from..];
                let length = match reaches.next_of_another(source, *start) {
                    None => rest.len(),
                    Some(shared) if shared > *start => rest.partition_point(|at| *at < shared),
                    Some(_) => rest.iter().take_while(|at| *at == start).count(),
                };
                blocks.push(Block { start: *start, source, from, to: from + length });
                from += length;
            }
        }
        blocks.sort();
        Self(blocks)
    }

    /// The blocks of each bucket, in the order of time.
    pub(super) fn by_bucket(&self) -> impl Iterator<Item = &[Block]> {
        self.0.chunk_by(|a, b| a.start == b.start)
    }
}

/// From which bucket to which each scan reaches.
struct Reaches {
    /// The first buckets, rising.
    firsts: Vec<i64>,
    /// For each of them and those before: the two furthest last buckets, each with its scan.
    lasts: Vec<[(i64, usize); 2]>,
}

/// No scan.
const NONE: (i64, usize) = (i64::MIN, usize::MAX);

impl Reaches {
    fn of(all: &[&[i64]]) -> Self {
        let mut reaches: Vec<(i64, i64, usize)> = all
            .iter()
            .enumerate()
            .filter_map(|(source, starts)| Some((*starts.first()?, *starts.last()?, source)))
            .collect();
        reaches.sort_unstable();
        let lasts = reaches.iter().scan([NONE; 2], |[most, second], (_, last, source)| {
            let this = (*last, *source);
            if this > *most {
                (*most, *second) = (this, *most);
            } else {
                *second = this.max(*second);
            }
            Some([*most, *second])
        });
        Self { lasts: lasts.collect(), firsts: reaches.iter().map(|(first, ..)| *first).collect() }
    }

    /// The first bucket from `start` on that another scan may have, as far as its reach tells.
    fn next_of_another(&self, source: usize, start: i64) -> Option<i64> {
        let after = self.firsts.partition_point(|first| *first <= start);
        let [most, second] = after.checked_sub(1).map_or([NONE; 2], |at| self.lasts[at]);
        let furthest = if most.1 == source { second } else { most };
        if furthest.1 != NONE.1 && furthest.0 >= start {
            Some(start)
        } else {
            // The scan itself has started.
            self.firsts.get(after).copied()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn blocks(all: &[&[i64]]) -> Vec<(i64, usize, std::ops::Range<usize>)> {
        let Blocks(blocks) = Blocks::of_starts(all);
        blocks.into_iter().map(|block| (block.start, block.source, block.from..block.to)).collect()
    }

    #[test]
    fn buckets_of_one_scan_are_one_block() {
        // Two pieces of one segment, a segment that shares a bucket with the second, and one far off.
        let all: [&[i64]; 4] = [&[1, 1, 2], &[3, 4, 5, 5], &[5, 6, 6, 7], &[90]];
        let expected = [(1, 0, 0..3), (3, 1, 0..2), (5, 1, 2..4), (5, 2, 0..1), (6, 2, 1..4), (90, 3, 0..1)];
        assert_eq!(blocks(&all), expected);
        assert_eq!(blocks(&[&[], &[7, 8]]), [(7, 1, 0..2)]);
    }

    proptest! {
        #[test]
        fn blocks_hold_every_group_once_and_share_no_bucket_unseen(
            mut all in prop::collection::vec(prop::collection::vec(0_i64..30, 0..20), 0..6),
        ) {
            all.iter_mut().for_each(|starts| starts.sort_unstable());
            let slices: Vec<&[i64]> = all.iter().map(Vec::as_slice).collect();
            let Blocks(blocks) = Blocks::of_starts(&slices);
            let mut groups: Vec<(usize, usize)> =
                blocks.iter().flat_map(|block| (block.from..block.to).map(|at| (block.source, at))).collect();
            groups.sort_unstable();
            let expected: Vec<(usize, usize)> =
                all.iter().enumerate().flat_map(|(source, starts)| (0..starts.len()).map(move |at| (source, at))).collect();
            prop_assert_eq!(groups, expected);
            for block in &blocks {
                for start in &all[block.source][block.from..block.to] {
                    let others = all.iter().enumerate().filter(|(source, starts)| *source != block.source && starts.contains(start));
                    // A bucket that another scan has is a block of its own.
                    if others.count() > 0 {
                        prop_assert_eq!(*start, block.start);
                        prop_assert!(all[block.source][block.from..block.to].iter().all(|at| at == start));
                    }
                }
            }
            prop_assert!(blocks.is_sorted());
        }
    }
}
