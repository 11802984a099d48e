//! Where the parts of a segment lie in its Arrow file.

use super::arrow::VERSION_KEY;
use super::blocks::{BlockFile, Span, damaged};
use super::bytes::{Decoder, Encoder};
use super::{CURRENT_VERSION, Form, OLDEST_READABLE_VERSION, uuid};
use crate::schema::{Column, Dimension, Kind};
use crate::segment::SegmentError;
use crate::segment::builder::MAX_LIST_VALUES;
use crate::segment::part::Part;
use arrow_ipc::{Block, CompressionType, RecordBatch, Schema, root_as_footer, root_as_message};
use std::collections::BTreeMap;

/// Postings of dimensions of one value a row are written where a dictionary has at least so many entries. A scan of codes
/// of one byte is cheaper than lists that name more than about one row in 30, so those of fewer values are hardly asked
/// for. Of 26 columns that was two thirds of the postings' bytes.
const MIN_POSTED_ENTRIES: u32 = 32;

/// Where the parts lie: exact bytes, without the padding between them. In a plain file they are the parts themselves,
/// in a compressed one what each part was compressed to, and nothing where there was nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) form: Form,
    pub(super) rows: u32,
    /// One `i64` a row.
    pub(super) timestamps: Span,
    /// One bit a row; empty where no value is null.
    pub(super) validity: Span,
    /// One `f64` a row.
    pub(super) numbers: Span,
    /// Indexed by `Dimension as usize`.
    pub(super) dimensions: Vec<DimensionLayout>,
}

/// Where the parts of a dimension lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DimensionLayout {
    /// Entries of the dictionary, null included.
    pub(super) entries: u32,
    /// Whether the texts are UUIDs of 16 bytes each.
    pub(super) uuids: bool,
    /// One more `i32` than entries; empty for integers and UUIDs.
    pub(super) text_offsets: Span,
    /// The texts, or one `i64` an entry.
    pub(super) entry_values: Span,
    /// One more `i32` than rows; empty where each row has one code.
    pub(super) list_offsets: Span,
    /// The codes, each as wide as the number of entries asks for.
    pub(super) codes: Span,
}

/// Bytes of a code in a dictionary of so many entries.
pub(in crate::segment) fn code_width(entries: u32) -> u64 {
    match entries {
        0..=0x100 => 1,
        0x101..=0x1_0000 => 2,
        _ => 4,
    }
}

impl Layout {
    pub(super) fn encode(&self, out: &mut Encoder) {
        out.u32(self.rows);
        out.u32(u32::from(self.form == Form::Compressed));
        for span in [self.timestamps, self.validity, self.numbers] {
            encode_span(out, span);
        }
        for dimension in &self.dimensions {
            out.u32(dimension.entries);
            out.u32(u32::from(dimension.uuids));
            for span in
                [dimension.text_offsets, dimension.entry_values, dimension.list_offsets, dimension.codes]
            {
                encode_span(out, span);
            }
        }
    }

    /// `None` where the bytes end before, or what they say cannot be in a file of `length` bytes.
    pub(super) fn decode(from: &mut Decoder<'_>, length: u64) -> Option<Self> {
        let rows = from.u32()?;
        let form = if decode_flag(from)? { Form::Compressed } else { Form::Plain };
        let (timestamps, validity, numbers) = (decode_span(from)?, decode_span(from)?, decode_span(from)?);
        let dimension = |_| {
            Some(DimensionLayout {
                entries: from.u32()?,
                uuids: decode_flag(from)?,
                text_offsets: decode_span(from)?,
                entry_values: decode_span(from)?,
                list_offsets: decode_span(from)?,
                codes: decode_span(from)?,
            })
        };
        let dimensions = Dimension::ALL.into_iter().map(dimension).collect::<Option<_>>()?;
        Some(Self { form, rows, timestamps, validity, numbers, dimensions })
            .filter(|layout| layout.fits(length))
    }

    /// Whether there are postings of a dimension, on the disk or in memory: where rows and values can be counted in 32
    /// bits. How many values there are in a compressed part is not known here, so the most that it may hold count.
    pub(super) fn can_have_postings(&self, dimension: Dimension) -> bool {
        let layout = self.dimensions[dimension as usize];
        let listed = match self.form {
            _ if layout.list_offsets.length == 0 => 0,
            Form::Plain => layout.codes.length / code_width(layout.entries),
            Form::Compressed => MAX_LIST_VALUES as u64,
        };
        u32::try_from(listed + u64::from(self.rows)).is_ok()
    }

    /// Whether the index file has the postings of a dimension. Those that it does not have are made when they are asked for:
    /// in a compressed file to save bytes, and of few values because a scan is nearly always cheaper than their lists.
    pub(super) fn has_postings(&self, dimension: Dimension) -> bool {
        let layout = self.dimensions[dimension as usize];
        self.form == Form::Plain
            && (layout.list_offsets.length > 0 || layout.entries >= MIN_POSTED_ENTRIES)
            && self.can_have_postings(dimension)
    }

    /// Reads the layout from the footers and headers of the Arrow file.
    pub(super) fn of_arrow(file: &BlockFile) -> Result<Self, SegmentError> {
        let reader = ArrowReader { file };
        let layout = reader.layout()?;
        if layout.fits(file.length()) {
            Ok(layout)
        } else {
            Err(reader.unlike("buffers of the right lengths"))
        }
    }

    /// Whether every part has the length that rows and entries ask for, and lies in a file of `length` bytes.
    ///
    /// Of a compressed part that shows when it is read.
    fn fits(&self, length: u64) -> bool {
        let is_span = |span, expected| self.is_span(span, expected, length);
        let rows = u64::from(self.rows);
        let columns = [(self.timestamps, rows * 8), (self.numbers, rows * 8)];
        self.rows > 0
            && columns.into_iter().all(|(span, expected)| is_span(span, expected))
            && (self.validity.length == 0 || is_span(self.validity, rows.div_ceil(8)))
            && Dimension::ALL
                .into_iter()
                .zip(&self.dimensions)
                .all(|(dimension, layout)| layout.fits(dimension.kind(), rows, is_span))
    }

    /// Whether a span lies in a file of `length` bytes and can be a part of `expected` bytes.
    fn is_span(&self, span: Span, expected: u64, length: u64) -> bool {
        let fits = match self.form {
            Form::Plain => span.length == expected,
            Form::Compressed => (span.length == 0) == (expected == 0),
        };
        fits && span.end_within(length).is_some()
    }
}

impl DimensionLayout {
    /// Whether every part has the length that rows and entries ask for, as `is_span` tells.
    fn fits(&self, kind: Kind, rows: u64, is_span: impl Fn(Span, u64) -> bool) -> bool {
        let entries = u64::from(self.entries);
        let (offsets, values) = match kind {
            Kind::Integer => (0, entries * 8),
            Kind::Text | Kind::Source | Kind::MultiText if self.uuids => (0, entries * uuid::BYTES as u64),
            Kind::Text | Kind::Source | Kind::MultiText => ((entries + 1) * 4, self.entry_values.length),
        };
        let width = code_width(self.entries);
        let (lists, codes) = match kind {
            // As many codes as fit offsets of 32 bits.
            Kind::MultiText => ((rows + 1) * 4, self.codes.length - self.codes.length % width),
            Kind::Text | Kind::Source | Kind::Integer => (0, rows * width),
        };
        self.entries > 0
            && is_span(self.text_offsets, offsets)
            && is_span(self.entry_values, values)
            && is_span(self.list_offsets, lists)
            && is_span(self.codes, codes)
    }
}

fn decode_flag(from: &mut Decoder<'_>) -> Option<bool> {
    match from.u32()? {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

fn encode_span(out: &mut Encoder, span: Span) {
    out.u64(span.offset);
    out.u64(span.length);
}

fn decode_span(from: &mut Decoder<'_>) -> Option<Span> {
    Some(Span { offset: from.u64()?, length: from.u64()? })
}

/// Finds the buffers of an Arrow file whose bytes were verified.
struct ArrowReader<'a> {
    file: &'a BlockFile,
}

/// How many rows, and the place of each buffer in the order of Arrow's flattened columns.
#[derive(Debug)]
struct Body {
    form: Form,
    rows: u32,
    buffers: Vec<Span>,
}

const MAGIC: &[u8; 6] = b"ARROW1";
/// Bytes after the footer: its length and the magic.
const TAIL: u64 = 4 + MAGIC.len() as u64;
/// Bytes before the header of a message: a marker and its length.
const PREFIX: usize = 8;

impl ArrowReader<'_> {
    fn layout(&self) -> Result<Layout, SegmentError> {
        let footer_bytes = self.footer()?;
        let footer =
            root_as_footer(&footer_bytes).map_err(|_| self.unlike("a footer that Arrow can read"))?;
        let schema = footer.schema().ok_or_else(|| self.unlike("a schema"))?;
        self.check_version(schema)?;
        let mut dictionaries = BTreeMap::new();
        let mut forms = Vec::new();
        for block in footer.dictionaries().into_iter().flatten() {
            let (id, body) = self.dictionary(block)?;
            forms.push(body.form);
            dictionaries.insert(id, body);
        }
        let mut batches = footer.recordBatches().into_iter().flatten();
        let (Some(block), None) = (batches.next(), batches.next()) else {
            return Err(self.unlike("one record batch"));
        };
        let batch = self.batch(block)?;
        if forms.iter().any(|&form| form != batch.form) {
            return Err(self.unlike("all buffers compressed, or none"));
        }
        let ids = dictionary_ids(schema).ok_or_else(|| self.unlike("the columns of an event"))?;
        assemble(&batch, &ids, &dictionaries).ok_or_else(|| self.unlike("the buffers of the columns"))
    }

    fn footer(&self) -> Result<Vec<u8>, SegmentError> {
        let end = self.file.length().checked_sub(TAIL).ok_or_else(|| self.unlike("a footer"))?;
        let tail = self.read(end, TAIL)?;
        let (length, magic) = tail.split_first_chunk::<4>().ok_or_else(|| self.unlike("a footer"))?;
        let length = u64::from(u32::from_le_bytes(*length));
        match end.checked_sub(length) {
            Some(start) if magic == MAGIC => self.read(start, length),
            _ => Err(self.unlike("the magic ARROW1 at its end")),
        }
    }

    fn check_version(&self, schema: Schema<'_>) -> Result<(), SegmentError> {
        let found = schema.custom_metadata().into_iter().flatten();
        let found = found.filter(|entry| entry.key() == Some(VERSION_KEY)).find_map(|entry| entry.value());
        match found.and_then(|version| version.parse::<u32>().ok()) {
            Some(OLDEST_READABLE_VERSION..=CURRENT_VERSION) => Ok(()),
            Some(found) if found > CURRENT_VERSION => Err(SegmentError::NewerFormat {
                file: self.file.path().to_owned(),
                found,
                newest: CURRENT_VERSION,
            }),
            _ => Err(self.unlike("a format version in the schema")),
        }
    }

    fn dictionary(&self, block: &Block) -> Result<(i64, Body), SegmentError> {
        let header = self.header(block)?;
        let message = root_as_message(&header).map_err(|_| self.unlike("a message that Arrow can read"))?;
        message
            .header_as_dictionary_batch()
            .filter(|dictionary| !dictionary.isDelta())
            .and_then(|dictionary| Some((dictionary.id(), body(block, dictionary.data()?)?)))
            .ok_or_else(|| self.unlike("a dictionary of plain or zstd buffers"))
    }

    fn batch(&self, block: &Block) -> Result<Body, SegmentError> {
        let header = self.header(block)?;
        let message = root_as_message(&header).map_err(|_| self.unlike("a message that Arrow can read"))?;
        message
            .header_as_record_batch()
            .and_then(|batch| body(block, batch))
            .ok_or_else(|| self.unlike("a record batch of plain or zstd buffers"))
    }

    /// The header of a message, without its prefix and with its padding.
    fn header(&self, block: &Block) -> Result<Vec<u8>, SegmentError> {
        let offset = u64::try_from(block.offset()).map_err(|_| self.unlike("a block within the file"))?;
        let length =
            u64::try_from(block.metaDataLength()).map_err(|_| self.unlike("a block with a header"))?;
        let mut header = self.read(offset, length)?;
        if header.len() < PREFIX {
            return Err(self.unlike("a block with a header"));
        }
        Ok(header.split_off(PREFIX))
    }

    fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>, SegmentError> {
        Ok(self.file.read(Part::Directory, Span { offset, length })?.to_vec())
    }

    fn unlike(&self, expected: &str) -> SegmentError {
        damaged(self.file.path(), Part::Directory, 0, expected, "an Arrow file of another kind")
    }
}

/// Where the buffers of a message lie in the file; `None` where they are compressed in another way, or their places are
/// no numbers.
fn body(block: &Block, batch: RecordBatch<'_>) -> Option<Body> {
    let form = match batch.compression().map(|compression| compression.codec()) {
        None => Form::Plain,
        Some(CompressionType::ZSTD) => Form::Compressed,
        Some(_) => return None,
    };
    let start = block.offset().checked_add(i64::from(block.metaDataLength()))?;
    let span = |buffer: &arrow_ipc::Buffer| {
        let offset = u64::try_from(start.checked_add(buffer.offset())?).ok()?;
        Some(Span { offset, length: u64::try_from(buffer.length()).ok()? })
    };
    Some(Body {
        form,
        rows: u32::try_from(batch.length()).ok()?,
        buffers: batch.buffers()?.iter().map(span).collect::<Option<_>>()?,
    })
}

/// The number of each dimension's dictionary, and whether its texts are UUIDs; `None` where the columns are not those of an event.
fn dictionary_ids(schema: Schema<'_>) -> Option<Vec<(i64, bool)>> {
    let fields: Vec<_> = schema.fields()?.iter().collect();
    let names = fields.iter().map(arrow_ipc::Field::name);
    if !names.eq(Column::all().map(|column| Some(column.name()))) {
        return None;
    }
    Column::all()
        .zip(fields)
        .filter_map(|(column, field)| match column {
            Column::Timestamp | Column::Value => None,
            Column::Dimension(dimension) => Some((dimension, field)),
        })
        .map(|(dimension, field)| match dimension.kind() {
            Kind::MultiText => field.children()?.iter().next(),
            Kind::Text | Kind::Source | Kind::Integer => Some(field),
        })
        .map(|field| {
            let field = field?;
            // Of an encoded field this is the type of the values.
            let uuids = match field.type_as_fixed_size_binary() {
                None => false,
                Some(binary) if usize::try_from(binary.byteWidth()) == Ok(uuid::BYTES) => true,
                Some(_) => return None,
            };
            Some((field.dictionary()?.id(), uuids))
        })
        .collect()
}

/// Picks the buffers from the flattened columns; the validity that every Arrow array begins with is used for `value`
/// alone.
fn assemble(batch: &Body, ids: &[(i64, bool)], dictionaries: &BTreeMap<i64, Body>) -> Option<Layout> {
    let mut buffers = batch.buffers.iter().copied();
    let mut next = || buffers.next();
    let (_, timestamps, validity, numbers) = (next()?, next()?, next()?, next()?);
    let mut dimensions = Vec::with_capacity(Dimension::COUNT);
    for (dimension, &(id, uuids)) in Dimension::ALL.into_iter().zip(ids) {
        let dictionary = dictionaries.get(&id)?;
        let mut entries = dictionary.buffers.iter().copied().skip(1);
        let text_offsets =
            if dimension.kind() == Kind::Integer || uuids { Span::default() } else { entries.next()? };
        let list_offsets =
            if dimension.kind() == Kind::MultiText { (next()?, next()?).1 } else { Span::default() };
        dimensions.push(DimensionLayout {
            entries: dictionary.rows,
            uuids,
            text_offsets,
            entry_values: entries.next()?,
            list_offsets,
            codes: (next()?, next()?).1,
        });
    }
    Some(Layout { form: batch.form, rows: batch.rows, timestamps, validity, numbers, dimensions })
}
