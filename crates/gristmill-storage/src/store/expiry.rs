//! Retention: events that are older than they are kept.

use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::catalog::Retention;
use crate::schema::Dimension;
use crate::segment::{Dictionary, Segment, SegmentError};
use crate::timestamp::MILLIS_PER_DAY;

use super::deletion::Deleted;
use super::edit::{durable_tokens, edit};
use super::{Store, StoreError, hold};

impl Store {
    /// How long events are kept.
    pub fn retention(&self) -> Result<Retention, StoreError> {
        Ok(hold(&self.catalog)?.retention.clone())
    }

    /// Says how long events are kept from now on; durable when it returns. What is older is deleted by
    /// [`Store::expire`].
    pub fn set_retention(&self, retention: Retention) -> Result<(), StoreError> {
        let mut catalog = hold(&self.catalog)?;
        let tokens = durable_tokens(self, &mut catalog, &mut *hold(&self.writer)?)?;
        edit(self, &mut catalog, tokens, |next| next.retention = retention)?;
        hold(&self.writer)?.log.note_catalog(catalog.number);
        self.signal.wake();
        Ok(())
    }

    /// Deletes what is kept no longer at `now`, in milliseconds since 1970. Only what is in segments is looked at.
    ///
    /// Days are in UTC and go as a whole: an event is deleted when its day began more than its period, and a day, ago.
    /// Where the newest event of the store is older than `now`, ages are counted from there: a clock that jumps ahead
    /// deletes nothing that was not about to be.
    ///
    /// A segment that cannot be read is passed over, unless all it holds has expired.
    pub fn expire(&self, now: i64) -> Result<Deleted, StoreError> {
        let retention = self.retention()?;
        if retention.keeps_all() {
            return Ok(Deleted::default());
        }
        self.delete_sealed(now, |segments| {
            let newest = segments.iter().map(|segment| segment.meta().max_time).max();
            let now = newest.map_or(now, |newest| newest.min(now));
            segments.iter().map(|segment| Ok(expired(segment, &retention, now)?)).collect()
        })
    }
}

/// The first instant that is kept.
fn kept_from(now: i64, period: Option<u64>) -> i64 {
    let Some(period) = period else { return i64::MIN };
    let start = now.saturating_sub_unsigned(period);
    start.div_euclid(MILLIS_PER_DAY).saturating_mul(MILLIS_PER_DAY)
}

/// The rows of a segment that are kept no longer.
fn expired(segment: &Arc<Segment>, retention: &Retention, now: i64) -> Result<RoaringBitmap, SegmentError> {
    let meta = segment.meta();
    let periods = retention.organizations.values().copied().chain([retention.period]);
    let first_kept = periods.clone().map(|period| kept_from(now, period)).min().unwrap_or(i64::MIN);
    let last_kept = periods.map(|period| kept_from(now, period)).max().unwrap_or(i64::MIN);
    let mut rows = RoaringBitmap::new();
    if meta.max_time < first_kept {
        rows.insert_range(0..meta.rows);
        return Ok(rows);
    }
    if meta.min_time >= last_kept || segment.is_lost() {
        return Ok(rows);
    }
    let organizations = segment.dictionary(Dimension::OrganizationId)?;
    for run in segment.runs()?.all() {
        let organization = match &*organizations {
            Dictionary::Text(texts) => texts.get(run.organization).unwrap_or_default(),
            Dictionary::Integer(_) => "",
        };
        let kept_from = kept_from(now, retention.of(organization));
        let end = if run.max_time < kept_from {
            run.rows.end
        } else if run.min_time >= kept_from {
            run.rows.start
        } else {
            segment.timestamps()?.first_at_or_after(run.rows.clone(), kept_from)
        };
        rows.insert_range(run.rows.start..end);
    }
    Ok(rows)
}
