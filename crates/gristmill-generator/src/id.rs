//! Identifiers that look like random UUIDs.

use crate::random::Random;

/// The UUID (version 4) of one thing among many of its kind, always the same for it.
pub(crate) fn uuid(seed: u64, kind: Kind, number: u64) -> String {
    let mut random = Random::of(seed, kind as u64, number);
    let version = 0x4000 | (random.next() & 0x0FFF);
    let variant = 0x8000 | (random.next() & 0x3FFF);
    let (high, low) = (random.next(), random.next() & 0xFFFF_FFFF_FFFF);
    format!("{:08x}-{:04x}-{version:04x}-{variant:04x}-{low:012x}", high >> 32, high & 0xFFFF)
}

/// What an identifier stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Organization = 1,
    Visitor = 2,
    Session = 3,
    User = 4,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_uuids_and_stay() {
        let id = uuid(1, Kind::Visitor, 7);
        assert_eq!(id.len(), 36);
        assert_eq!((&id[14..15], id.matches('-').count()), ("4", 4));
        assert!(matches!(&id[19..20], "8" | "9" | "a" | "b"));
        assert_eq!(uuid(1, Kind::Visitor, 7), id);
        for other in [uuid(2, Kind::Visitor, 7), uuid(1, Kind::Session, 7), uuid(1, Kind::Visitor, 8)] {
            assert_ne!(other, id);
        }
    }
}
