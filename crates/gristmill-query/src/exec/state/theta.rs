//! Estimates of how many distinct texts there are: theta sketches of Apache `DataSketches`.

use crate::response::Sketch;
use datasketches::theta::{
    CompactThetaSketch, ThetaSketch, ThetaSketchBuilder, ThetaUnion, ThetaUnionBuilder,
};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A sketch keeps 2^12 hashes: up to so many texts it is exact, beyond its relative standard error is 1.6 %.
const LOG_K: u8 = 12;

/// The texts with the least hashes. Which these are does not depend on the order in which texts and sketches come.
#[derive(Debug, Default)]
pub(crate) struct Theta {
    /// Texts that were added one by one; none yet where absent.
    added: Option<Box<ThetaSketch>>,
    /// What other sketches had.
    merged: Option<CompactThetaSketch>,
}

impl Clone for Theta {
    fn clone(&self) -> Self {
        Self { added: None, merged: self.compact() }
    }
}

/// A text as the other implementations hash it: its bytes and nothing else.
struct Bytes<'t>(&'t [u8]);

impl Hash for Bytes<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(self.0);
    }
}

/// Bytes of a hash in a sketch that is added to: its table is half full on average.
const BYTES_AN_ADDED_HASH: usize = 16;

impl Theta {
    /// Bytes beside itself, about.
    pub(super) fn heap_bytes(&self) -> usize {
        let added = self
            .added
            .as_ref()
            .map_or(0, |sketch| size_of::<ThetaSketch>() + sketch.num_retained() * BYTES_AN_ADDED_HASH);
        added + self.merged.as_ref().map_or(0, |sketch| sketch.num_retained() * size_of::<u64>())
    }

    pub(super) fn add(&mut self, text: &[u8]) {
        if self.added.is_none() {
            self.added = ThetaSketchBuilder::default().lg_k(LOG_K).build().ok().map(Box::new);
        }
        if let Some(sketch) = &mut self.added {
            sketch.update(Bytes(text));
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.merged = union([self.compact(), other.compact()].into_iter().flatten());
        self.added = None;
    }

    /// About how many texts, exact up to 4,096, and the sketch.
    pub(super) fn sketch(&self) -> Sketch {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of texts, rounded"
        )]
        let of = |sketch: CompactThetaSketch| Sketch {
            estimate: sketch.estimate().round() as u64,
            bytes: sketch.serialize().into(),
        };
        self.compact().map_or_else(|| Sketch { estimate: 0, bytes: Arc::default() }, of)
    }

    /// The sketch, ordered.
    fn compact(&self) -> Option<CompactThetaSketch> {
        let added = self.added.as_ref().map(|sketch| sketch.compact(true));
        union(added.into_iter().chain(self.merged.clone()))
    }
}

/// The sketch of all that some sketches have seen.
fn union(sketches: impl Iterator<Item = CompactThetaSketch>) -> Option<CompactThetaSketch> {
    let mut union: ThetaUnion = ThetaUnionBuilder::default().lg_k(LOG_K).build().ok()?;
    for sketch in sketches {
        // All have the same seed.
        union.update(&sketch).ok()?;
    }
    Some(union.to_sketch(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(numbers: impl Iterator<Item = u32>) -> Theta {
        let mut theta = Theta::default();
        numbers.for_each(|number| theta.add(number.to_string().as_bytes()));
        theta
    }

    #[test]
    fn few_are_counted_and_many_estimated() {
        assert_eq!(Theta::default().sketch().estimate(), 0);
        assert_eq!(of((0..4_096).chain(0..4_096)).sketch().estimate(), 4_096);
        let many = of(0..200_000).sketch().estimate();
        assert!((193_000..207_000).contains(&many), "{many}");
    }

    #[test]
    fn the_order_does_not_show() {
        let bytes = |theta: &Theta| theta.sketch().bytes().to_vec();
        let whole = of(0..50_000);
        assert_eq!(bytes(&of((0..50_000).rev())), bytes(&whole));
        for cut in [1, 3_000, 25_000, 49_999] {
            let (mut a, b) = (of(0..cut), of(cut / 2..50_000));
            a.merge(&b);
            assert_eq!(bytes(&a), bytes(&whole), "{cut}");
            let mut other = of(cut / 2..50_000);
            other.merge(&of(0..cut));
            assert_eq!(bytes(&other), bytes(&whole), "{cut}");
        }
    }

    #[test]
    fn other_implementations_read_the_bytes() {
        // Of the texts "a", "b" and "c", as the Python library of the same project writes them.
        let theta = {
            let mut theta = Theta::default();
            ["a", "b", "c"].iter().for_each(|text| theta.add(text.as_bytes()));
            theta
        };
        let written = [
            0x02, 0x03, 0x03, 0x00, 0x00, 0x1a, 0xcc, 0x93, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
            0xb7, 0x0c, 0x6e, 0xe5, 0xa8, 0xaf, 0x40, 0x08, 0x85, 0x7f, 0x40, 0xb6, 0x89, 0xc7, 0xe5, 0x34,
            0x17, 0xc1, 0x1d, 0x52, 0x85, 0x07, 0x01, 0x7b,
        ];
        assert_eq!(theta.sketch().bytes(), written);
        let read = CompactThetaSketch::deserialize(of(0..9_000).sketch().bytes()).unwrap();
        assert_eq!(read.num_retained(), 4_096);
    }
}
