//! Estimates of how many distinct texts there are: theta sketches of Apache `DataSketches`.

use datasketches::theta::{
    CompactThetaSketch, ThetaSketch, ThetaSketchBuilder, ThetaUnion, ThetaUnionBuilder,
};
use std::hash::{Hash, Hasher};

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

impl Theta {
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

    /// About how many texts; exact up to 4,096.
    pub(super) fn estimate(&self) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of texts, rounded"
        )]
        let rounded = |sketch: CompactThetaSketch| sketch.estimate().round() as u64;
        self.compact().map_or(0, rounded)
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
        assert_eq!(Theta::default().estimate(), 0);
        assert_eq!(of((0..4_096).chain(0..4_096)).estimate(), 4_096);
        let many = of(0..200_000).estimate();
        assert!((193_000..207_000).contains(&many), "{many}");
    }

    #[test]
    fn the_order_does_not_show() {
        let bytes = |theta: &Theta| theta.compact().unwrap().serialize();
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
}
