//! Keys of an event object into columns.

use crate::schema::{Column, Dimension};
use std::sync::LazyLock;

/// How many columns an event has.
pub(super) const COLUMNS: usize = Dimension::COUNT + 2;

/// The key of the outermost object that holds the list of events.
pub(super) const EVENTS: &str = "events";

/// The place of a column in tables of [`COLUMNS`] entries.
pub(super) const fn slot(column: Column) -> usize {
    match column {
        Column::Timestamp => Dimension::COUNT,
        Column::Value => Dimension::COUNT + 1,
        Column::Dimension(dimension) => dimension as usize,
    }
}

/// Column names by their length: no length has more than five of them, so a look-up is a comparison or two.
static BY_LENGTH: LazyLock<Vec<Vec<Column>>> = LazyLock::new(|| {
    let longest = Column::all().map(|column| column.name().len()).max().unwrap_or(0);
    let mut by_length = vec![Vec::new(); longest + 1];
    for column in Column::all() {
        by_length[column.name().len()].push(column);
    }
    by_length
});

/// The column of that exact name.
pub(super) fn column(name: &[u8]) -> Option<Column> {
    let candidates = BY_LENGTH.get(name.len())?;
    candidates.iter().copied().find(|column| column.name().as_bytes() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_to_its_column() {
        let mut slots = Vec::new();
        for known in Column::all() {
            assert_eq!(column(known.name().as_bytes()), Some(known));
            slots.push(slot(known));
        }
        slots.sort_unstable();
        assert!(slots.into_iter().eq(0..COLUMNS));
        for unknown in ["", "Vendor", "dim6", "dim", "events", "device_screen_heights"] {
            assert_eq!(column(unknown.as_bytes()), None);
        }
    }
}
