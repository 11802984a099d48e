//! Events as Parquet files: one column for each of [`Column::all`](crate::schema::Column::all), by its name.

mod columns;
mod writer;

pub use writer::{EventWriter, ParquetError};
