//! A segment as a Parquet file.

use super::ExportError;
use super::batch::SegmentColumns;
use crate::parquet::ParquetError;
use crate::schema::{Column, Dimension, Kind};
use crate::segment::Segment;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

/// Rows of a row group: what one thread of a reader takes at a time.
const GROUP_ROWS: usize = 1 << 18;
/// Rows that are encoded at once.
const BATCH_ROWS: usize = 1 << 16;
/// Level of zstd: as for segments.
const ZSTD_LEVEL: i32 = 3;

/// A column is nearly unique where a value stands in fewer rows than this on average. Bounds of a page or a row group leave none of
/// its values out then, and a bloom filter does.
const ROWS_A_RARE_VALUE: u32 = 8;
/// Below so many values a dictionary is looked through as fast as a bloom filter.
const LEAST_RARE_VALUES: u32 = 1 << 10;
/// How often a bloom filter says that a value may be there which is not.
const FALSE_POSITIVES: f64 = 0.01;
/// A dictionary is of no use where a value stands in fewer rows than this on average.
const ROWS_A_SINGLE_VALUE: u32 = 2;

/// Writes a segment into a new file, durably; gives its length in bytes.
pub(super) fn write(path: &Path, segment: &Segment) -> Result<u64, ExportError> {
    let columns = SegmentColumns::of(segment)?;
    let failed = |source: ParquetError| ExportError::Parquet { path: path.to_owned(), source };
    let file = File::create_new(path).map_err(ExportError::io("make the file", path))?;
    let encode = || -> Result<BufWriter<File>, ParquetError> {
        let options = ArrowWriterOptions::new()
            .with_properties(properties(segment)?)
            // Readers have strings, not what this writer had in memory.
            .with_skip_arrow_metadata(true);
        let mut writer = ArrowWriter::try_new_with_options(BufWriter::new(file), columns.schema(), options)?;
        let rows = segment.meta().rows as usize;
        for start in (0..rows).step_by(BATCH_ROWS) {
            writer.write(&columns.batch(&(start..rows.min(start + BATCH_ROWS)))?)?;
        }
        Ok(writer.into_inner()?)
    };
    let out = encode().map_err(failed)?;
    let sync = |out: BufWriter<File>| -> io::Result<u64> {
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok(file.metadata()?.len())
    };
    sync(out).map_err(ExportError::io("write", path))
}

fn properties(segment: &Segment) -> Result<WriterProperties, parquet::errors::ParquetError> {
    let time = || ColumnPath::from(Column::TIMESTAMP);
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_sorting_columns(Some(sorting()))
        // Instants of a run rise, so the steps between them are small.
        .set_column_dictionary_enabled(time(), false)
        .set_column_encoding(time(), Encoding::DELTA_BINARY_PACKED);
    let rows = segment.meta().rows;
    for dimension in Dimension::ALL.into_iter().filter(|dimension| dimension.kind() == Kind::Text) {
        let values = segment.meta().dimension(dimension).distinct;
        let path = || ColumnPath::from(dimension.name());
        if values >= LEAST_RARE_VALUES && values > rows / ROWS_A_RARE_VALUE {
            let in_group = u64::from(values).min(GROUP_ROWS as u64);
            properties = properties
                .set_column_bloom_filter_enabled(path(), true)
                .set_column_bloom_filter_fpp(path(), FALSE_POSITIVES)
                .set_column_bloom_filter_max_ndv(path(), in_group);
        }
        if values > rows / ROWS_A_SINGLE_VALUE {
            properties = properties.set_column_dictionary_enabled(path(), false);
        }
    }
    Ok(properties.build())
}

/// The order of rows in a segment.
fn sorting() -> Vec<SortingColumn> {
    let order = [
        Column::Dimension(Dimension::OrganizationId),
        Column::Dimension(Dimension::Vendor),
        Column::Timestamp,
    ];
    // None of them is of lists, nor comes behind one.
    let place = |column: Column| Column::all().position(|known| known == column);
    order
        .into_iter()
        .filter_map(|column| i32::try_from(place(column)?).ok())
        .map(|column_idx| SortingColumn { column_idx, descending: false, nulls_first: true })
        .collect()
}
