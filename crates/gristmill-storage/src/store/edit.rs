//! Changing the catalog.

use std::sync::atomic::Ordering;

use crate::catalog::{Catalog, Publish, Tokens, publish};
use crate::hash::HashSet;

use super::sync::make_durable;
use super::{Store, StoreError, Writer};

/// Publishes a changed catalog, and puts it in the place of the current one.
///
/// When that fails, the current one stands; where it is not known which of the two a reader would find, the store
/// takes no more changes.
pub(super) fn edit(
    store: &Store,
    current: &mut Catalog,
    tokens: Tokens,
    change: impl FnOnce(&mut Catalog),
) -> Result<(), StoreError> {
    store.check_open()?;
    let mut next = current.clone();
    change(&mut next);
    next.number += 1;
    let listed: HashSet<u64> = next.segments.iter().map(|entry| entry.id).collect();
    next.epoch += u64::from(current.segments.iter().any(|entry| !listed.contains(&entry.id)));
    if next.epoch != current.epoch {
        store.pins.prepare(next.epoch)?;
    }
    next.next_id = store.next_id.load(Ordering::Relaxed);
    next.tokens = tokens;
    match publish(&*store.dir, &next) {
        Ok(()) => {
            store.pins.begin(next.epoch);
            *current = next;
            Ok(())
        }
        Err(Publish::Refused(error)) => Err(error.into()),
        Err(Publish::InDoubt(error)) => {
            store.halt(&error.to_string());
            Err(error.into())
        }
    }
}

/// The tokens for a catalog: each of them stands for events that are durable, whatever
/// [`super::StoreOptions::durability`] is.
pub(super) fn durable_tokens(
    store: &Store,
    catalog: &mut Catalog,
    writer: &mut Writer,
) -> Result<Tokens, StoreError> {
    make_durable(store, catalog, writer)?;
    Ok(writer.tokens.clone())
}
