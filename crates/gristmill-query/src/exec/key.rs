//! Group keys: several small numbers packed into one, and one back into several.

use crate::narrow;
use std::ops::Range;

/// How the parts of a group key become dense group ids.
///
/// Parts are numbers below their radix: the bucket, then one code a dimension. As many as fit 64 bits are packed into
/// one number (a stage); the ids of a stage are the first part of the next one. One stage is the usual case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyLayout {
    pub(crate) stages: Vec<Stage>,
}

/// The parts that are packed into one 64-bit number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stage {
    /// Which parts. The ids of the stage before, where there is one, stand before them.
    pub(crate) parts: Range<usize>,
    /// One for each part.
    pub(crate) radices: Vec<u64>,
    /// Keys are below it.
    pub(crate) keys: u64,
}

impl KeyLayout {
    /// A layout for parts below these radices, none of which is 0, when there are at most `groups` groups.
    pub(crate) fn new(radices: &[u64], groups: u64) -> Self {
        let mut stages: Vec<Stage> = Vec::new();
        let mut stage = Stage { parts: 0..0, radices: Vec::new(), keys: 1 };
        for (part, radix) in radices.iter().enumerate() {
            let radix = (*radix).max(1);
            if let Some(keys) = stage.keys.checked_mul(radix) {
                stage.keys = keys;
            } else {
                let next = Stage {
                    parts: part..part,
                    radices: Vec::new(),
                    keys: groups.max(1).saturating_mul(radix),
                };
                stages.push(std::mem::replace(&mut stage, next));
            }
            stage.parts.end = part + 1;
            stage.radices.push(radix);
        }
        stages.push(stage);
        Self { stages }
    }

    /// How many different keys there can be, where one stage holds them.
    pub(crate) fn dense_keys(&self) -> Option<u64> {
        match self.stages.as_slice() {
            [stage] => Some(stage.keys),
            _ => None,
        }
    }
}

impl Stage {
    /// Takes a key apart: writes its parts and returns what stands before them, the id of the stage before.
    pub(crate) fn unpack(&self, mut key: u64, parts: &mut [u32]) -> u64 {
        for (part, radix) in parts.iter_mut().zip(&self.radices).rev() {
            *part = narrow::unpacked(key % radix);
            key /= radix;
        }
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_radices_share_one_stage() {
        let layout = KeyLayout::new(&[10, 3, 7], 1000);
        assert_eq!(layout.dense_keys(), Some(210));
        let mut parts = [0; 3];
        assert_eq!(layout.stages[0].unpack((9 * 3 + 2) * 7 + 6, &mut parts), 0);
        assert_eq!(parts, [9, 2, 6]);
    }

    #[test]
    fn large_radices_take_more_stages() {
        let layout = KeyLayout::new(&[1 << 32, 1 << 31, 1 << 4, 1 << 32], 1 << 32);
        let parts: Vec<_> = layout.stages.iter().map(|stage| stage.parts.clone()).collect();
        assert_eq!(parts, [0..2, 2..3, 3..4]);
        assert_eq!(layout.dense_keys(), None);
        let mut parts = [0];
        assert_eq!(layout.stages[1].unpack(77 * 16 + 3, &mut parts), 77);
        assert_eq!(parts, [3]);
    }
}
