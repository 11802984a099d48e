//! What all requests share.

use crate::access::Access;
use crate::failure::Failure;
use crate::limits::Limits;
use crate::log::Log;
use crate::memory::Memory;
use crate::metrics::Metrics;
use crate::token::Authority;
use crate::turns::Turns;
use axum::http::{HeaderMap, header};
use gristmill::Store;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;

/// What all requests share.
#[derive(Debug)]
pub(crate) struct Service {
    store: OnceLock<Store>,
    /// Whether the service was told to end.
    ending: AtomicBool,
    authority: Authority,
    pub(crate) limits: Limits,
    pub(crate) log: Log,
    /// The requests of each client.
    turns: Turns,
    /// One permit for each fetch that is worked on.
    pub(crate) fetches: Arc<Semaphore>,
    /// One permit for each fetch that is worked on or waits for that.
    pub(crate) places: Arc<Semaphore>,
    pub(crate) appends: Arc<Semaphore>,
    /// One deletion at a time.
    pub(crate) deletions: Arc<Semaphore>,
    /// For bodies that are being read or stored.
    pub(crate) queued: Memory,
    /// For answers that are not sent yet.
    pub(crate) unsent: Memory,
    pub(crate) metrics: Metrics,
}

impl Service {
    pub(crate) fn new(limits: Limits, authority: Authority) -> Self {
        Self {
            store: OnceLock::new(),
            ending: AtomicBool::new(false),
            log: Log::off(),
            turns: Turns::new(limits.client_requests),
            fetches: Arc::new(Semaphore::new(limits.fetches)),
            places: Arc::new(Semaphore::new(limits.fetches.saturating_add(limits.fetch_queue))),
            appends: Arc::new(Semaphore::new(limits.appends)),
            deletions: Arc::new(Semaphore::new(1)),
            queued: Memory::new(limits.queued_bytes),
            unsent: Memory::new(limits.unsent_bytes),
            authority,
            limits,
            metrics: Metrics::new(),
        }
    }

    /// What a request may do. It is under way as long as this is kept.
    pub(crate) fn access(&self, headers: &HeaderMap) -> Result<Access, Failure> {
        let mut keys = headers.get_all(header::AUTHORIZATION).iter();
        let access = self.authority.access(keys.next())?;
        if keys.next().is_some() {
            return Err(Failure::bad_request("there is more than one header `Authorization`"));
        }
        Ok(access.in_turn(&self.turns)?)
    }

    /// The store, once it is open.
    pub(crate) fn store(&self) -> Result<&Store, Failure> {
        self.store
            .get()
            .ok_or_else(|| Failure::unavailable("the store is being opened; try again in a moment"))
    }

    pub(crate) fn opened(&self, store: Store) {
        // There is one opening.
        let _ = self.store.set(store);
    }

    /// Whether requests are welcome.
    pub(crate) fn is_ready(&self) -> bool {
        self.store.get().is_some() && !self.ending.load(Ordering::Relaxed)
    }

    pub(crate) fn end(&self) {
        self.ending.store(true, Ordering::Relaxed);
    }

    /// Does work on a thread that may wait for the disk.
    pub(crate) async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let shared = Arc::clone(self);
        // The only other outcome is a panic of the work: what it was about is on stderr.
        tokio::task::spawn_blocking(move || work(&shared)).await.unwrap_or_else(|_| {
            self.metrics.panicked();
            Err(Failure::internal())
        })
    }
}
