//! What to generate.

use gristmill::Timestamp;

/// What to generate. Start from [`GeneratorOptions::default`] and change what matters.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct GeneratorOptions {
    /// How many events. 1,000,000.
    pub events: u64,
    /// Other seeds give other events of the same kind. 1.
    pub seed: u64,
    /// Over how many days the events arrive, from 1 on (0 counts as 1) to 36,500. 30.
    pub days: u32,
    /// The first instant an event may arrive at. 2024-01-01T00:00:00Z, a Monday.
    pub start: Timestamp,
    /// How many organizations there are, from 1 on. 200.
    pub tenants: u32,
    /// How many labels there are, from 1 on. 5,000.
    pub labels: u32,
    /// Which share of the events arrives after its time, 0.0 to 1.0. 0.02.
    pub late: f64,
}

impl Default for GeneratorOptions {
    fn default() -> Self {
        Self {
            events: 1_000_000,
            seed: 1,
            days: 30,
            start: Timestamp(1_704_067_200_000),
            tenants: 200,
            labels: 5_000,
            late: 0.02,
        }
    }
}
