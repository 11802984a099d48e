//! Group ids for packed keys, by hash table.

use super::key::KeyLayout;
use crate::narrow;
use gristmill_storage::hash::RandomState;
use hashbrown::HashTable;

/// Gives every distinct key a group id, from 0 on, in the order of first sight.
#[derive(Debug)]
pub(crate) struct GroupIds {
    layout: KeyLayout,
    /// One a stage.
    tables: Vec<KeyTable>,
}

impl GroupIds {
    /// No key yet.
    pub(crate) fn new(layout: KeyLayout) -> Self {
        let tables = layout.stages.iter().map(|_| KeyTable::default()).collect();
        Self { layout, tables }
    }

    /// How keys are packed.
    pub(crate) fn layout(&self) -> &KeyLayout {
        &self.layout
    }

    /// How many keys were met.
    pub(crate) fn len(&self) -> usize {
        self.tables.last().map_or(0, KeyTable::len)
    }

    /// Bytes of the tables.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.tables.iter().map(|table| size_of_val(&*table.keys) + table.table.allocation_size()).sum()
    }

    /// Replaces the packed keys of a stage by ids.
    #[inline]
    pub(crate) fn assign(&mut self, stage: usize, keys: &mut [u64]) {
        let table = &mut self.tables[stage];
        let mut last = (u64::MAX, u64::MAX);
        for key in keys {
            // Neighbouring rows are often of one group.
            if last.0 != *key || last.1 == u64::MAX {
                last = (*key, u64::from(table.id(*key)));
            }
            *key = last.1;
        }
    }

    /// The parts of the key behind an id, in the order of the layout.
    pub(crate) fn parts(&self, id: u32, parts: &mut [u32]) {
        let mut id = u64::from(id);
        for (stage, table) in self.layout.stages.iter().zip(&self.tables).rev() {
            id = stage.unpack(table.keys[narrow::position(id)], &mut parts[stage.parts.clone()]);
        }
    }
}

/// Distinct 64-bit keys and their ids.
#[derive(Debug, Default)]
struct KeyTable {
    /// By id.
    keys: Vec<u64>,
    table: HashTable<u32>,
    /// Seeded, since the keys come from what clients sent.
    hasher: RandomState,
}

impl KeyTable {
    fn len(&self) -> usize {
        self.keys.len()
    }

    #[inline]
    fn id(&mut self, key: u64) -> u32 {
        let Self { keys, table, hasher } = self;
        let entry = table.entry(
            hasher.hash_one(key),
            |id| keys[*id as usize] == key,
            |id| hasher.hash_one(keys[*id as usize]),
        );
        match entry {
            hashbrown::hash_table::Entry::Occupied(found) => *found.get(),
            hashbrown::hash_table::Entry::Vacant(vacant) => {
                let id = narrow::id(keys.len());
                keys.push(key);
                vacant.insert(id);
                id
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashed_ids_lead_back_through_every_stage() {
        let radices = [1 << 20, 1 << 32, 1 << 32];
        let mut groups = GroupIds::new(KeyLayout::new(&radices, 1 << 32));
        assert_eq!(groups.layout().stages.len(), 2);
        let rows = [[5_u64, 7, 9], [5, 7, 10], [5, 7, 9], [0, 0, 0]];
        let mut ids = Vec::new();
        for row in rows {
            let mut keys = [row[0] * radices[1] + row[1]];
            groups.assign(0, &mut keys);
            keys[0] = keys[0] * radices[2] + row[2];
            groups.assign(1, &mut keys);
            ids.push(u32::try_from(keys[0]).unwrap());
        }
        assert_eq!(ids, [0, 1, 0, 2]);
        let mut parts = [0; 3];
        for (id, row) in ids.iter().zip(rows) {
            groups.parts(*id, &mut parts);
            assert_eq!(parts.map(u64::from), row);
        }
    }
}
