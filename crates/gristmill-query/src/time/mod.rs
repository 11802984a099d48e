//! Zones, granularities, and the arithmetic of buckets. Nothing else divides time.

mod granularity;
mod stub;
mod zone;
pub use stub::{Bucket, Bucketer, Cursor};

pub use granularity::Granularity;
pub use zone::Zone;
