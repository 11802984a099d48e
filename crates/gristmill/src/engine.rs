//! The threads that fetches run on.

use crate::error::Error;
use gristmill_query::exec::{Cancel, ExecOptions, execute, explain, rows_of};
#[cfg(feature = "parquet")]
use gristmill_query::exec::{execute_from, explain_from};
use gristmill_query::request::{Delete, Fetch};
use gristmill_query::response::{Answer, Explanation};
use gristmill_storage::segment::Segment;
#[cfg(feature = "parquet")]
use gristmill_storage::segment::SegmentSource;
use roaring::RoaringBitmap;
use std::sync::Arc;

/// A thread pool of its own, so that a store neither waits for the service's rayon pool nor blocks it.
#[derive(Debug)]
pub(crate) struct Engine {
    pool: rayon::ThreadPool,
    options: ExecOptions,
}

impl Engine {
    /// `threads` 0 means one for each core.
    pub(crate) fn new(threads: usize, options: ExecOptions) -> Result<Self, Error> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|at| format!("gristmill-{at}"))
            .build()
            .map_err(|source| Error::Threads { threads, source })?;
        Ok(Self { pool, options })
    }

    /// How many threads there are.
    pub(crate) fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    pub(crate) fn fetch(
        &self,
        fetch: &Fetch,
        segments: &[Arc<Segment>],
        cancel: Option<&Cancel>,
    ) -> Result<Answer, Error> {
        Ok(execute(fetch, segments, &self.options, &self.pool, cancel)?)
    }

    pub(crate) fn explain(
        &self,
        fetch: &Fetch,
        segments: &[Arc<Segment>],
    ) -> Result<(Answer, Explanation), Error> {
        Ok(explain(fetch, segments, &self.options, &self.pool)?)
    }

    /// Answers from events of which segments are made.
    #[cfg(feature = "parquet")]
    pub(crate) fn fetch_from(
        &self,
        fetch: &Fetch,
        sources: &[Arc<dyn SegmentSource>],
        cancel: Option<&Cancel>,
    ) -> Result<Answer, Error> {
        Ok(execute_from(fetch, sources, &self.options, &self.pool, cancel)?)
    }

    #[cfg(feature = "parquet")]
    pub(crate) fn explain_from(
        &self,
        fetch: &Fetch,
        sources: &[Arc<dyn SegmentSource>],
    ) -> Result<(Answer, Explanation), Error> {
        Ok(explain_from(fetch, sources, &self.options, &self.pool)?)
    }

    /// Does something on these threads.
    #[cfg(feature = "parquet")]
    pub(crate) fn install<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        self.pool.install(work)
    }

    /// The rows of each segment that a deletion means.
    pub(crate) fn rows_of(
        &self,
        delete: &Delete,
        segments: &[Arc<Segment>],
    ) -> Result<Vec<RoaringBitmap>, Error> {
        Ok(rows_of(delete, segments, &self.options, &self.pool)?)
    }
}
