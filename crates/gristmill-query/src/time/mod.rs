//! Zones, granularities, and the arithmetic of buckets. Nothing else divides time.

mod bucket;
mod excerpt;
mod granularity;
mod period;
mod zone;

pub use bucket::{Bucket, BucketCursor, Bucketer, Buckets};
pub use granularity::Granularity;
pub use period::{Period, PeriodError, PeriodUnit};
pub use zone::{OffsetSpan, TzifError, Zone, ZoneError, tz_database_version, zone_names};
