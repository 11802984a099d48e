//! Events as Parquet files: one column for each of [`Column::all`](crate::schema::Column::all), by its name.

mod chunks;
mod column;
mod columns;
mod decode;
mod error;
mod fields;
#[cfg(test)]
mod tests;
mod writer;

pub use chunks::ParquetChunks;
pub use error::ImportError;
pub use writer::{EventWriter, ParquetError};
