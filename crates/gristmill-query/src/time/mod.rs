//! Zones, granularities, and the arithmetic of buckets. Nothing else divides time.

mod granularity;
mod zone;

pub use granularity::Granularity;
pub use zone::Zone;
