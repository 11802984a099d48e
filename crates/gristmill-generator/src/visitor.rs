//! Visitors: the same one is always in the same place, with the same device.

use crate::device::{Device, Devices};
use crate::place::{Place, Places};
use crate::random::Random;

/// The numbers of random streams that are not those of identifiers.
const VISITOR_STREAM: u64 = 100;

#[derive(Clone, Debug)]
pub(crate) struct Visitors {
    seed: u64,
    places: Places,
    devices: Devices,
}

impl Visitors {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, places: Places::new(), devices: Devices::new() }
    }

    /// What is known of a visitor by its number.
    pub(crate) fn get(&self, number: u64) -> (Place, Device) {
        let mut random = Random::of(self.seed, VISITOR_STREAM, number);
        (self.places.draw(&mut random), self.devices.draw(&mut random))
    }
}
