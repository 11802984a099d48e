//! Events as Parquet files: one column for each of [`Column::all`](crate::schema::Column::all), by its name.

mod chunks;
mod column;
mod columns;
mod decode;
mod dump;
mod error;
mod export;
mod fields;
mod file;
mod map;
mod prune;
mod selection;
#[cfg(test)]
mod tests;
mod writer;

pub use chunks::ParquetChunks;
pub use dump::DumpFile;
pub use error::ImportError;
pub use export::{Export, ExportError, ExportOptions, ExportProgress, export};
pub use map::{ColumnMap, MapError};
pub use writer::{EventWriter, ParquetError};
