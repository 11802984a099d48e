//! What sums of the usual width could not hold, kept aside for the few groups that need it.

use super::sum::ExactSum;
use gristmill_storage::hash::HashMap;

/// What the sums of some groups could not hold, exactly. Empty nearly always.
#[derive(Debug, Default)]
pub(crate) struct Spill {
    sums: HashMap<u32, Box<ExactSum>>,
}

impl Spill {
    /// Adds a number that is missing from the sum of a key.
    #[cold]
    pub(crate) fn add(&mut self, key: u32, number: f64) {
        self.sums.entry(key).or_insert_with(|| Box::new(ExactSum::new())).add(number);
    }

    /// Whether nothing is kept aside.
    pub(crate) fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }

    /// What is missing from the sum of a key, which is forgotten here.
    pub(crate) fn take(&mut self, key: u32) -> Option<Box<ExactSum>> {
        self.sums.remove(&key)
    }

    /// Takes in what another scan of the same keys kept aside.
    pub(crate) fn merge(&mut self, other: Self) {
        for (key, sum) in other.sums {
            match self.sums.get_mut(&key) {
                Some(known) => known.merge(&sum),
                None => {
                    self.sums.insert(key, sum);
                }
            }
        }
    }
}
