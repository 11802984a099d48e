//! What the statistics, the page index and the bloom filters of a file say about a test, before a value is read.

use super::ImportError;
use super::fields::{millis_of, timestamp_unit, units_a_second};
use super::file::ParquetFile;
use super::selection::Selection;
use crate::schema::{Column, Dimension, Kind};
use parquet::bloom_filter::Sbbf;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::statistics::Statistics;
use std::ops::Range;

/// What is known of some rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// None of them passes.
    None,
    /// All of them pass.
    All,
    Nothing,
}

/// Bounds of the values of some rows, as far as they are known; `None` where all are null.
type Bounds<T> = Option<(T, T)>;

/// Some rows of a row group that are told apart by what is known of them.
#[derive(Debug)]
pub(super) struct Sorted {
    pub(super) all: Selection,
    pub(super) unknown: Selection,
}

impl Sorted {
    fn of(pages: &[(Range<usize>, Known)]) -> Self {
        let with = |wanted: Known| {
            Selection::of(pages.iter().filter(|(_, known)| *known == wanted).map(|(rows, _)| rows.clone()))
        };
        Self { all: with(Known::All), unknown: with(Known::Nothing) }
    }
}

impl ParquetFile {
    /// The rows of a group that may have one of some texts in a column, or surely have.
    pub(super) fn rows_with(&self, group: usize, dimension: Dimension, texts: &[&str]) -> Sorted {
        let rows = self.group_rows(group);
        let unknown = Sorted { all: Selection::default(), unknown: Selection::range(0..rows) };
        let Some((leaf, chunk)) = self.leaf(group, Column::Dimension(dimension)) else { return unknown };
        let is_list = dimension.kind() == Kind::MultiText;
        let whole = texts_of_chunk(chunk, texts, is_list);
        if whole != Known::Nothing || is_list {
            return Sorted::of(&[(0..rows, whole)]);
        }
        let Some((index, starts)) = self.pages(group, leaf) else { return unknown };
        let ColumnIndexMetaData::BYTE_ARRAY(pages) = index else { return unknown };
        Sorted::of(&each_page(&starts, rows, |page| {
            if index.is_null_page(page) {
                return Known::None;
            }
            let bounds = pages.min_value(page).zip(pages.max_value(page));
            bounds.map_or(Known::Nothing, |bounds| {
                texts_within(Some(bounds), index.null_count(page) == Some(0), texts)
            })
        }))
    }

    /// The rows of a group that may be within some milliseconds, or surely are.
    pub(super) fn rows_within(&self, group: usize, time: &Range<i64>) -> Sorted {
        let rows = self.group_rows(group);
        let whole = match self.times(group) {
            Some((bounds, no_nulls)) => times_within(Some(bounds), no_nulls, time),
            None => Known::Nothing,
        };
        let pages = self.leaf(group, Column::Timestamp).and_then(|(leaf, _)| self.pages(group, leaf));
        let (Known::Nothing, Some((ColumnIndexMetaData::INT64(index), starts)), Some(units)) =
            (whole, pages, self.units())
        else {
            return Sorted::of(&[(0..rows, whole)]);
        };
        Sorted::of(&each_page(&starts, rows, |page| {
            let bounds = index.min_value(page).zip(index.max_value(page));
            let millis = bounds.map(|(first, last)| (millis_of(*first, units), millis_of(*last, units)));
            millis.map_or(Known::Nothing, |millis| {
                times_within(Some(millis), index.null_count(page) == Some(0), time)
            })
        }))
    }

    /// The bounds of the timestamps of a group in milliseconds, and whether none is null.
    pub(super) fn times(&self, group: usize) -> Option<((i64, i64), bool)> {
        let (_, chunk) = self.leaf(group, Column::Timestamp)?;
        let statistics = chunk.statistics()?;
        let Statistics::Int64(bounds) = statistics else { return None };
        let units = self.units()?;
        let bounds = (millis_of(*bounds.min_opt()?, units), millis_of(*bounds.max_opt()?, units));
        Some((bounds, has_no_nulls(chunk)))
    }

    /// Whether the bloom filter of a column says that none of some texts is in a group.
    pub(super) fn lacks(
        &self,
        group: usize,
        dimension: Dimension,
        texts: &[&str],
    ) -> Result<bool, ImportError> {
        let Some((_, chunk)) = self.leaf(group, Column::Dimension(dimension)) else { return Ok(false) };
        if chunk.bloom_filter_offset().is_none() {
            return Ok(false);
        }
        let filter = Sbbf::read_from_column_chunk(chunk, &self.handle()?)?;
        Ok(filter.is_some_and(|filter| texts.iter().all(|text| !filter.check(*text))))
    }

    fn units(&self) -> Option<i64> {
        let place = self.fields.place(Column::Timestamp)?;
        timestamp_unit(self.fields.schema.field(place).data_type()).map(units_a_second)
    }

    /// The column of values that a column has, and what is known of it in a group.
    fn leaf(&self, group: usize, column: Column) -> Option<(usize, &ColumnChunkMetaData)> {
        let place = self.fields.place(column)?;
        let schema = self.metadata.parquet_schema();
        let leaf = (0..schema.num_columns()).find(|&leaf| schema.get_column_root_idx(leaf) == place)?;
        Some((leaf, self.metadata.metadata().row_group(group).columns().get(leaf)?))
    }

    /// The page index of a column of a group, and the rows that its pages start with.
    fn pages(&self, group: usize, leaf: usize) -> Option<(&ColumnIndexMetaData, Vec<usize>)> {
        let metadata = self.metadata.metadata();
        let index = metadata.column_index()?.get(group)?.get(leaf)?;
        let locations = metadata.offset_index()?.get(group)?.get(leaf)?.page_locations();
        let starts: Option<Vec<usize>> =
            locations.iter().map(|page| usize::try_from(page.first_row_index).ok()).collect();
        let starts = starts?;
        let fits = !matches!(index, ColumnIndexMetaData::NONE)
            && usize::try_from(index.num_pages()) == Ok(starts.len())
            && starts.first() == Some(&0)
            && starts.is_sorted_by(|a, b| a < b)
            && starts.last()? < &self.group_rows(group);
        fits.then_some((index, starts))
    }
}

/// What the statistics of a row group say about some texts in a column.
fn texts_of_chunk(chunk: &ColumnChunkMetaData, texts: &[&str], is_list: bool) -> Known {
    let Some(statistics) = chunk.statistics() else { return Known::Nothing };
    if statistics.null_count_opt().and_then(|nulls| i64::try_from(nulls).ok()) == Some(chunk.num_values()) {
        return Known::None;
    }
    // Old files have bounds in the order of signed bytes.
    let Statistics::ByteArray(bounds) = statistics else { return Known::Nothing };
    if statistics.is_min_max_deprecated() {
        return Known::Nothing;
    }
    let bounds = bounds.min_opt().zip(bounds.max_opt());
    let known = bounds
        .map(|(least, most)| texts_within(Some((least.data(), most.data())), has_no_nulls(chunk), texts));
    match known {
        // A list without a value passes nothing, and of others one value suffices.
        Some(Known::All) if is_list => Known::Nothing,
        known => known.unwrap_or(Known::Nothing),
    }
}

fn has_no_nulls(chunk: &ColumnChunkMetaData) -> bool {
    chunk.column_descr().max_def_level() == 0
        || chunk.statistics().is_some_and(|statistics| statistics.null_count_opt() == Some(0))
}

fn each_page(starts: &[usize], rows: usize, known: impl Fn(usize) -> Known) -> Vec<(Range<usize>, Known)> {
    let ends = starts.iter().skip(1).copied().chain([rows]);
    starts.iter().zip(ends).enumerate().map(|(page, (&start, end))| (start..end, known(page))).collect()
}

/// Whether rows whose texts are within some bounds have one of these.
fn texts_within(bounds: Bounds<&[u8]>, no_nulls: bool, texts: &[&str]) -> Known {
    let Some((least, most)) = bounds else { return Known::None };
    let within = |text: &&&str| (least..=most).contains(&text.as_bytes());
    match texts.iter().find(within) {
        None => Known::None,
        // Bounds may be shortened, but they are bounds: between equal ones there is one text.
        Some(_) if least == most && no_nulls => Known::All,
        Some(_) => Known::Nothing,
    }
}

fn times_within(bounds: Bounds<i64>, no_nulls: bool, time: &Range<i64>) -> Known {
    let Some((first, last)) = bounds else { return Known::None };
    if (last < time.start || first >= time.end) && no_nulls {
        Known::None
    } else if time.start <= first && last < time.end && no_nulls {
        Known::All
    } else {
        Known::Nothing
    }
}
