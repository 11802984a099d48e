//! Loading: any number of events as one transaction, straight into segments.

use std::sync::Arc;

use crate::catalog::Receipt;
use crate::event::EventRow;
use crate::segment::{SegmentBuilder, SegmentError};

use super::edit::{durable_tokens, edit};
use super::partition;
use super::staging::Staging;
use super::{Store, StoreError, hold};

/// Bytes of events held in memory at most before they are written, besides what writing them takes.
const POOL_BYTES: usize = 512 << 20;
/// Once so many events are in the pool it gets room for a whole segment. A small load takes little memory, and a large
/// one does not copy its columns each time they have doubled.
const MANY_ROWS: usize = 1 << 16;
/// Bytes of text after which the pool is measured again.
const MEASURE_BYTES: usize = 16 << 20;

/// A load in progress. Nothing of it is seen before [`Loader::commit`], and everything after; dropped without, it
/// leaves nothing behind. It takes the memory of a few segments, however much is loaded.
#[derive(Debug)]
pub struct Loader<'s> {
    store: &'s Store,
    staging: Staging<'s>,
    token: Option<String>,
    pool: SegmentBuilder,
    /// Bytes of text pushed since the pool was measured.
    unmeasured: usize,
    threads: usize,
}

impl Store {
    /// Starts a load. Appends, other loads and fetches go on meanwhile.
    pub fn loader(&self) -> Loader<'_> {
        Loader {
            store: self,
            staging: Staging::new(self),
            token: None,
            pool: SegmentBuilder::new(),
            unmeasured: 0,
            threads: 1,
        }
    }
}

impl Loader<'_> {
    /// Gives the load a token: where an append or load with the same token was stored before, [`Loader::commit`]
    /// stores nothing, and answers with the receipt of then. See also [`Store::receipt`].
    #[must_use]
    pub fn with_token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Builds and writes segments on so many threads; 1 is the default.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Takes every event of a builder, in the order they were pushed to it.
    pub fn append(&mut self, events: SegmentBuilder) -> Result<(), StoreError> {
        if self.pool.is_empty() {
            self.pool = events;
        } else {
            let rows = self.pool.len();
            if rows < MANY_ROWS && rows + events.len() >= MANY_ROWS {
                self.pool.reserve((self.store.options.segment_rows as usize).saturating_sub(rows));
            }
            match self.pool.append(&events) {
                Err(SegmentError::Full { .. }) => {
                    self.write_pool()?;
                    self.pool = events;
                }
                result => result?,
            }
        }
        if self.is_full() || self.pool.heap_bytes() >= POOL_BYTES {
            self.write_pool()?;
        }
        Ok(())
    }

    /// Takes one event.
    pub fn push(&mut self, row: &EventRow<'_>) -> Result<(), StoreError> {
        match self.pool.push(row) {
            Err(SegmentError::Full { .. }) if !self.pool.is_empty() => {
                self.write_pool()?;
                self.pool.push(row)?;
            }
            result => result?,
        }
        self.unmeasured += text_bytes(row);
        if self.is_full() || self.is_heavy() {
            self.write_pool()?;
        }
        Ok(())
    }

    /// Makes everything pushed durable and visible, as one change.
    pub fn commit(mut self) -> Result<Receipt, StoreError> {
        self.write_pool()?;
        let Self { store, mut staging, token, .. } = self;
        store.check_open()?;
        let segments = staging.install()?;
        let mut catalog = hold(&store.catalog)?;
        let mut writer = hold(&store.writer)?;
        let receipt = Receipt { events: staging.events(), sequence: writer.log.sequence() };
        if let Some(stored) = token.as_deref().and_then(|token| writer.tokens.receipt(token)) {
            return Ok(stored);
        }
        let mut tokens = durable_tokens(store, &mut catalog, &mut writer)?;
        if let Some(token) = &token {
            tokens.insert(token, receipt, store.options.token_window);
        }
        staging.publish(|entries| {
            edit(store, &mut catalog, tokens.clone(), |next| next.segments.extend(entries))
        })?;
        writer.tokens = tokens;
        writer.log.note_catalog(catalog.number);
        // Before the catalog is free for others, so that both list the segments in the same order.
        store.view.with(|view| view.add(segments.into_iter().map(Arc::new)))?;
        store.signal.wake();
        Ok(receipt)
    }

    fn is_full(&self) -> bool {
        self.pool.len() >= self.store.options.segment_rows as usize
    }

    fn is_heavy(&mut self) -> bool {
        if self.unmeasured < MEASURE_BYTES {
            return false;
        }
        self.unmeasured = 0;
        self.pool.heap_bytes() >= POOL_BYTES
    }

    fn write_pool(&mut self) -> Result<(), StoreError> {
        self.unmeasured = 0;
        let pool = std::mem::take(&mut self.pool);
        partition::write(pool, self.store.options.segment_rows, self.threads, &mut self.staging)
    }
}

fn text_bytes(row: &EventRow<'_>) -> usize {
    row.texts.iter().flatten().chain(&row.properties).map(|text| text.len()).sum()
}
