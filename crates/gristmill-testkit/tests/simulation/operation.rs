//! What is done to a store.

/// What is done to a store.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operation {
    /// A batch of so many events.
    Append(u64),
    /// So many batches, handed in one after the other and then waited for.
    Pipeline(u64),
    /// A bulk load of so many events.
    Load(u64),
    Seal,
    Compact,
    /// A round of the background.
    Merge,
    Purge,
    /// The events of this kind.
    Delete(u64),
    /// Events of the last so many days are kept.
    Retain(u64),
    /// Closed and opened again.
    Reopen,
    /// Let go of without a close, and opened again.
    Drop,
    Fetch,
}

/// Operations that follow from a seed.
pub(crate) fn random(seed: u64, count: usize) -> Vec<Operation> {
    let mut random = Random(seed);
    (0..count).map(|_| one(&mut random)).collect()
}

fn one(random: &mut Random) -> Operation {
    match random.below(20) {
        0..=4 => Operation::Append(1 + random.below(9)),
        5..=6 => Operation::Pipeline(2 + random.below(3)),
        7..=8 => Operation::Load(1 + random.below(20)),
        9..=10 => Operation::Seal,
        11 => Operation::Compact,
        12 => Operation::Merge,
        13 => Operation::Purge,
        14..=15 => Operation::Delete(random.below(super::model::KINDS)),
        16 => Operation::Retain(1 + random.below(super::model::DAYS)),
        17 => Operation::Reopen,
        18 => Operation::Drop,
        _ => Operation::Fetch,
    }
}

/// A small generator of numbers (`SplitMix64`), so that a seed makes the same life everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (bits ^ (bits >> 31)) % limit
    }
}
