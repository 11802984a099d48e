use super::blocks::{BlockFile, Span};
use super::columns::ColumnFile;
use super::directory::{Directory, IndexPart, IndexParts};
use super::layout::Layout;
use super::sum::FileSum;
use super::{CURRENT_VERSION, Form, SegmentFiles, open, restore_index, verify, write};
use crate::dir::{Dir, Lock, MemoryDir, ReadFile, WriteFile};
use crate::event::Event;
use crate::schema::Dimension;
use crate::segment::part::Part;
use crate::segment::samples::{any_event, events, in_order, numbered, segment};
use crate::segment::{DimensionCodes, PartCache, Postings, Segment, SegmentError, SegmentMeta};
use proptest::prelude::*;
use std::io;
use std::sync::Arc;

const ARROW: &str = "1.arrow";
const INDEX: &str = "1.idx";
const FORMS: [Form; 2] = [Form::Plain, Form::Compressed];

/// The files of a segment in memory.
struct Files {
    dir: MemoryDir,
    sums: SegmentFiles,
}

impl Files {
    fn of(segment: &Segment) -> Self {
        Self::in_form(segment, Form::Plain)
    }

    fn in_form(segment: &Segment, form: Form) -> Self {
        let dir = MemoryDir::new();
        let sums = write(&dir, ARROW, INDEX, segment, form).unwrap();
        Self { dir, sums }
    }

    fn open(&self) -> Result<Segment, SegmentError> {
        self.open_with(&Arc::new(PartCache::new(1 << 20)))
    }

    fn open_with(&self, cache: &Arc<PartCache>) -> Result<Segment, SegmentError> {
        let dir: Arc<dyn Dir> = Arc::new(self.dir.clone());
        open(&dir, ARROW, INDEX, &self.sums, 7, Arc::clone(cache))
    }

    fn directory(&self) -> Directory {
        let index = self.dir.open(INDEX).unwrap();
        Directory::read(&*index, INDEX, self.sums.index.length).unwrap()
    }

    /// Puts another directory, of the same length, into the index.
    fn put(&mut self, directory: &Directory) {
        let footer = directory.encode();
        self.change(INDEX, |all| {
            all.truncate(all.len() - footer.len());
            all.extend(footer);
        });
        self.sums.index.crc32c = crc32c::crc32c(&self.dir.bytes(INDEX).unwrap());
    }

    fn change(&self, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = self.dir.bytes(path).unwrap();
        change(&mut bytes);
        self.dir.set_bytes(path, bytes).unwrap();
    }

    /// The columns of the Arrow file as it is, whatever was recorded of it.
    fn columns(&self) -> ColumnFile {
        let bytes = self.dir.bytes(ARROW).unwrap();
        let sum = FileSum { length: bytes.len() as u64, crc32c: crc32c::crc32c(&bytes) };
        ColumnFile::open_verified(&self.dir, ARROW, sum).unwrap()
    }
}

/// Whether every part of two segments is the same; postings are compared with the codes they come from.
fn same(read: &Segment, expected: &Segment) -> Result<bool, SegmentError> {
    let (read_parts, expected_parts) = (read.to_heap()?, expected.to_heap()?);
    let mut all_same = read_parts == expected_parts
        && read.meta().rows == expected.meta().rows
        && read.meta().min_time == expected.meta().min_time
        && read.meta().max_time == expected.meta().max_time
        && read.meta().values == expected.meta().values
        && read.meta().organizations == expected.meta().organizations
        && read.meta().dimensions == expected.meta().dimensions;
    for dimension in Dimension::ALL {
        let postings = read.postings(dimension)?.unwrap();
        all_same &= answers(&postings, &expected_parts.dimension(dimension).codes);
    }
    Ok(all_same)
}

/// Whether postings answer as a scan of the codes does.
fn answers(postings: &Postings, codes: &DimensionCodes) -> bool {
    let mut of_code: Vec<Vec<u32>> = Vec::new();
    let mut add = |code: u32, row: usize| {
        if of_code.len() <= code as usize {
            of_code.resize(code as usize + 1, Vec::new());
        }
        of_code[code as usize].push(u32::try_from(row).unwrap());
    };
    let rows = match codes {
        DimensionCodes::Single(codes) => {
            (0..codes.len()).for_each(|row| add(codes.get(row), row));
            codes.len()
        }
        DimensionCodes::Multi(lists) => {
            for row in 0..lists.offsets.len() - 1 {
                let list = lists.range(row);
                if list.is_empty() {
                    add(0, row);
                }
                list.for_each(|at| add(lists.codes.get(at), row));
            }
            lists.offsets.len() - 1
        }
    };
    let rows = u32::try_from(rows).unwrap();
    of_code.iter().zip(0..).all(|(expected, code)| {
        let window = rows / 4..rows - rows / 4;
        let (mut all, mut some) = (vec![u32::MAX], Vec::new());
        postings.rows_in(code, 0..rows, &mut all);
        postings.rows_in(code, window.clone(), &mut some);
        let inside: Vec<u32> = expected.iter().copied().filter(|row| window.contains(row)).collect();
        postings.count(code) as usize == expected.len() && all[1..] == *expected && some == inside
    }) && postings.count(u32::MAX) == 0
}

proptest! {
    #[test]
    fn what_was_written_is_read(pushed in prop::collection::vec(any_event(), 1..60)) {
        let heap = segment(&pushed).unwrap();
        for form in FORMS {
            let files = Files::in_form(&heap, form);
            let read = files.open().unwrap();
            prop_assert!(same(&read, &heap).unwrap());
            prop_assert_eq!((read.meta().id, read.form()), (Some(7), Some(form)));
            prop_assert_eq!(events(&read), in_order(pushed.clone()));
            prop_assert_eq!(read.index_damage(), None);
            let verified = verify(&files.dir, ARROW, INDEX, &files.sums);
            prop_assert!(verified.findings.is_empty(), "{:?}", verified.findings);
            prop_assert_eq!(verified.meta, Some(SegmentMeta { id: None, ..read.meta().clone() }));
        }
    }
}

#[test]
fn columns_of_many_blocks_are_read() {
    let heap = segment(&numbered(70_000)).unwrap();
    for form in FORMS {
        let files = Files::in_form(&heap, form);
        assert!(files.sums.arrow.length > 5 * 64 * 1024);
        let read = files.open().unwrap();
        assert!(same(&read, &heap).unwrap());
        let kind = |dimension| read.postings(dimension).unwrap().unwrap();
        assert!(matches!(&*kind(Dimension::Category), Postings::Bitmaps(_)));
        assert!(matches!(&*kind(Dimension::Properties), Postings::Bitmaps(_)));
        assert!(matches!(&*kind(Dimension::SessionId), Postings::Ordered { .. }));
    }
}

#[test]
fn files_can_be_merged() {
    let parts = [numbered(300), numbered(100)];
    let mut builder = crate::segment::SegmentBuilder::new();
    for part in &parts {
        builder.push_segment(&Files::of(&segment(part).unwrap()).open().unwrap()).unwrap();
    }
    assert_eq!(events(&builder.build().unwrap()), in_order(parts.concat()));
}

#[test]
fn the_same_segment_is_the_same_bytes() {
    let heap = segment(&numbered(500)).unwrap();
    for form in FORMS {
        let (one, two) = (Files::in_form(&heap, form), Files::in_form(&heap, form));
        assert_eq!(one.sums, two.sums);
        assert_eq!(one.dir.bytes(INDEX).unwrap(), two.dir.bytes(INDEX).unwrap());
    }
}

/// Opens and reads everything; `Err` is a loud answer, `Ok(false)` a wrong one.
fn reads_right(files: &Files, expected: &Segment) -> Result<bool, SegmentError> {
    same(&files.open()?, expected)
}

/// Whether verifying has findings, and all of them are about this file.
fn names(files: &Files, path: &str) -> bool {
    let findings = verify(&files.dir, ARROW, INDEX, &files.sums).findings;
    let about = |error: &SegmentError| matches!(error, SegmentError::Damaged { file, .. } if file == path);
    !findings.is_empty() && findings.iter().all(about)
}

#[test]
fn a_flipped_byte_of_the_arrow_file_is_an_error() {
    let heap = segment(&numbered(40)).unwrap();
    for form in FORMS {
        let files = Files::in_form(&heap, form);
        let intact = files.dir.bytes(ARROW).unwrap();
        for at in 0..intact.len() {
            files.change(ARROW, |bytes| bytes[at] ^= 1 << (at % 8));
            match reads_right(&files, &heap) {
                Err(SegmentError::Damaged { file, .. }) => assert_eq!(file, ARROW, "byte {at}"),
                other => panic!("byte {at}: {other:?}"),
            }
            assert!(names(&files, ARROW), "byte {at}");
            files.dir.set_bytes(ARROW, intact.clone()).unwrap();
        }
    }
}

#[test]
fn a_flipped_byte_of_the_index_changes_no_answer() {
    let heap = segment(&numbered(8)).unwrap();
    for form in FORMS {
        let files = Files::in_form(&heap, form);
        let intact = files.dir.bytes(INDEX).unwrap();
        let mut noted = 0;
        for at in 0..intact.len() {
            files.change(INDEX, |bytes| bytes[at] ^= 1 << (at % 8));
            let read = files.open().unwrap();
            assert!(same(&read, &heap).unwrap(), "byte {at}");
            noted += usize::from(read.index_damage().is_some());
            assert!(names(&files, INDEX), "byte {at}");
            files.dir.set_bytes(INDEX, intact.clone()).unwrap();
        }
        // What is not noted is the first magic and the padding.
        assert!(intact.len() - noted < 64 * (Dimension::COUNT + 1), "{noted} of {}", intact.len());
    }
}

#[test]
fn a_cut_or_grown_file_is_noticed() {
    let heap = segment(&numbered(40)).unwrap();
    for path in [ARROW, INDEX] {
        let files = Files::of(&heap);
        let intact = files.dir.bytes(path).unwrap();
        for length in [0, 1, 10, 100, intact.len() / 2, intact.len() - 1, intact.len() + 1] {
            files.change(path, |bytes| bytes.resize(length, 0));
            if path == ARROW {
                assert!(matches!(files.open(), Err(SegmentError::Damaged { .. })), "{length} bytes");
            } else {
                let read = files.open().unwrap();
                assert!(same(&read, &heap).unwrap(), "{length} bytes");
                assert!(read.index_damage().unwrap().contains(INDEX), "{length} bytes");
            }
            files.dir.set_bytes(path, intact.clone()).unwrap();
        }
    }
}

#[test]
fn a_lost_index_is_made_anew() {
    let heap = segment(&numbered(300)).unwrap();
    for form in FORMS {
        let files = Files::in_form(&heap, form);
        let intact = files.dir.bytes(INDEX).unwrap();
        files.dir.remove(INDEX).unwrap();
        let read = files.open().unwrap();
        assert!(read.index_damage().is_some());
        assert!(same(&read, &heap).unwrap());
        assert_eq!(restore_index(&files.dir, ARROW, INDEX, &files.sums).unwrap(), files.sums.index);
        assert_eq!(files.dir.bytes(INDEX).unwrap(), intact);
        assert_eq!(files.open().unwrap().index_damage(), None);
    }
}

#[test]
fn without_an_index_a_damaged_arrow_file_is_still_noticed() {
    let heap = segment(&numbered(40)).unwrap();
    let files = Files::of(&heap);
    files.dir.remove(INDEX).unwrap();
    files.change(ARROW, |bytes| bytes[5_000] ^= 1);
    assert!(matches!(files.open(), Err(SegmentError::Damaged { .. })));
    assert!(restore_index(&files.dir, ARROW, INDEX, &files.sums).is_err());
}

#[test]
fn the_index_of_another_segment_is_not_believed() {
    let mut other = numbered(40);
    other[3].value = Some(-1.0);
    let (heap, other) = (segment(&numbered(40)).unwrap(), segment(&other).unwrap());
    let (mut files, other) = (Files::of(&heap), Files::of(&other));
    files.dir.set_bytes(INDEX, other.dir.bytes(INDEX).unwrap()).unwrap();
    files.sums.index = other.sums.index;
    let read = files.open().unwrap();
    assert!(same(&read, &heap).unwrap());
    assert!(read.index_damage().is_some());
}

#[test]
fn a_newer_index_is_refused_and_a_damaged_version_is_not_newer() {
    let files = Files::of(&segment(&numbered(40)).unwrap());
    files.change(INDEX, |bytes| {
        let trailer = bytes.len() - 32;
        bytes[trailer + 12] += 1;
    });
    assert!(files.open().unwrap().index_damage().is_some());
    files.change(INDEX, |bytes| {
        let trailer = bytes.len() - 32;
        let crc = crc32c::crc32c(&bytes[trailer..trailer + 16]);
        bytes[trailer + 16..trailer + 20].copy_from_slice(&crc.to_le_bytes());
    });
    let refused = files.open().unwrap_err();
    let SegmentError::NewerFormat { found, newest, .. } = refused else { panic!("{refused}") };
    assert_eq!((found, newest), (CURRENT_VERSION + 1, CURRENT_VERSION));
}

#[test]
fn a_part_that_is_damaged_later_leaves_the_others_readable() {
    let heap = segment(&numbered(70_000)).unwrap();
    for form in FORMS {
        let files = Files::in_form(&heap, form);
        let columns = files.columns();
        let sessions = columns.layout.dimensions[Dimension::SessionId as usize].codes;
        let at = usize::try_from(sessions.offset + sessions.length / 2).unwrap();
        let read = files.open().unwrap();
        files.change(ARROW, |bytes| bytes[at] ^= 0x10);
        let error = read.codes(Dimension::SessionId).unwrap_err();
        assert!(error.to_string().contains("codes of session_id"), "{error}");
        assert!(read.codes(Dimension::Category).is_ok());
        assert!(read.dictionary(Dimension::SessionId).is_ok());
    }
}

#[test]
fn the_cache_keeps_its_budget() {
    let heap = segment(&numbered(2_000)).unwrap();
    for form in FORMS {
        let files = Files::in_form(&heap, form);
        for budget in [0, 1_000, 20_000, 1 << 30] {
            let cache = Arc::new(PartCache::new(budget));
            let read = files.open_with(&cache).unwrap();
            let again = files.open_with(&cache).unwrap();
            for _ in 0..2 {
                assert!(same(&read, &heap).unwrap() && same(&again, &heap).unwrap());
                assert!(cache.bytes() <= budget);
            }
            assert_eq!(cache.bytes() > 0, budget > 0);
            drop(read);
            assert_eq!(cache.bytes() > 0, budget > 0);
            drop(again);
            assert_eq!(cache.bytes(), 0);
        }
    }
}

#[test]
fn a_part_is_read_once_while_it_is_kept() {
    let files = Files::of(&segment(&numbered(100)).unwrap());
    let read = files.open().unwrap();
    let first = read.codes(Dimension::Label).unwrap();
    files.dir.set_bytes(ARROW, Vec::new()).unwrap();
    assert!(Arc::ptr_eq(&first, &read.codes(Dimension::Label).unwrap()));
    assert!(read.codes(Dimension::Vendor).is_err());
}

#[test]
fn a_file_that_is_gone_is_told_by_its_name_and_parts_in_memory_stay() {
    let files = Files::of(&segment(&numbered(100)).unwrap());
    let read = files.open().unwrap();
    read.codes(Dimension::Label).unwrap();
    files.dir.remove(ARROW).unwrap();
    assert!(read.codes(Dimension::Label).is_ok());
    match read.codes(Dimension::Vendor) {
        Err(SegmentError::Io { action: "open", file, source }) => {
            assert_eq!((file.as_str(), source.kind()), (ARROW, io::ErrorKind::NotFound));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_segment_holds_no_file_open() {
    let heap = segment(&numbered(100)).unwrap();
    for form in FORMS {
        let files = Files::in_form(&heap, form);
        let cache = Arc::new(PartCache::new(0));
        let read = files.open_with(&cache).unwrap();
        assert_eq!(files.dir.open_handles(), 0);
        assert!(same(&read, &heap).unwrap());
        assert_eq!(files.dir.open_handles(), 0);
        files.dir.remove(INDEX).unwrap();
        let without_index = files.open_with(&cache).unwrap();
        assert!(same(&without_index, &heap).unwrap());
        assert_eq!(files.dir.open_handles(), 0);
    }
}

#[test]
fn files_are_never_overwritten() {
    let heap = segment(&numbered(10)).unwrap();
    let files = Files::of(&heap);
    let before = files.dir.bytes(ARROW).unwrap();
    match write(&files.dir, ARROW, "2.idx", &heap, Form::Plain) {
        Err(SegmentError::Io { action: "create", file, source }) => {
            assert_eq!((file.as_str(), source.kind()), (ARROW, io::ErrorKind::AlreadyExists));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(files.dir.bytes(ARROW).unwrap(), before);
}

#[test]
fn a_bit_that_flips_on_the_way_to_the_disk_is_noticed() {
    let heap = segment(&numbered(100)).unwrap();
    for path in [ARROW, INDEX] {
        let dir = FlippingDir { inner: MemoryDir::new(), path };
        match write(&dir, ARROW, INDEX, &heap, Form::Plain) {
            Err(SegmentError::Damaged { file, .. }) => assert_eq!(file, path),
            other => panic!("{path}: {other:?}"),
        }
    }
}

/// A directory that writes one file with a flipped bit.
#[derive(Debug)]
struct FlippingDir {
    inner: MemoryDir,
    path: &'static str,
}

#[derive(Debug)]
struct FlippingFile(Box<dyn WriteFile>);

impl WriteFile for FlippingFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut bytes = bytes.to_vec();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 4;
        self.0.append(&bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync()
    }
}

impl Dir for FlippingDir {
    fn create(&self, path: &str) -> io::Result<Box<dyn WriteFile>> {
        let file = self.inner.create(path)?;
        Ok(if path == self.path { Box::new(FlippingFile(file)) } else { file })
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn ReadFile>> {
        self.inner.open(path)
    }

    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        self.inner.list(path)
    }

    fn create_dir(&self, path: &str) -> io::Result<()> {
        self.inner.create_dir(path)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.inner.rename(from, to)
    }

    fn hard_link(&self, from: &str, to: &str) -> io::Result<()> {
        self.inner.hard_link(from, to)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.inner.remove(path)
    }

    fn sync_dir(&self, path: &str) -> io::Result<()> {
        self.inner.sync_dir(path)
    }

    fn try_lock(&self, path: &str) -> io::Result<Option<Box<dyn Lock>>> {
        self.inner.try_lock(path)
    }
}

/// Overwrites the start of a part, as a program that computes the checksums anew would.
fn forged(part: impl Fn(&Layout) -> Span, bytes: &[u8]) -> ColumnFile {
    let mut foreign = numbered(300);
    foreign[0].set(Dimension::Label, Some("\u{e9}"));
    foreign[1].set(Dimension::Label, Some("z"));
    let files = Files::of(&segment(&foreign).unwrap());
    let span = part(&files.columns().layout);
    let at = usize::try_from(span.offset).unwrap();
    files.change(ARROW, |all| all[at..at + bytes.len()].copy_from_slice(bytes));
    files.columns()
}

#[test]
fn what_a_checksum_cannot_see_is_checked_too() {
    let label = Dimension::Label as usize;
    let fails = |result: Result<(), SegmentError>, part: Part, expected: &str| {
        let Err(SegmentError::Damaged { part: found, expected: said, .. }) = &result else {
            panic!("{part}: {result:?}")
        };
        assert_eq!(*found, part.to_string());
        assert!(said.contains(expected), "{said}");
    };
    let dictionary = |file: ColumnFile, dimension: Dimension, expected: &str| {
        fails(file.dictionary(dimension).map(drop), Part::Dictionary(dimension), expected);
    };
    let codes = |file: ColumnFile, dimension: Dimension, expected: &str| {
        fails(file.codes(dimension).map(drop), Part::Codes(dimension), expected);
    };
    // The labels are "", "z" and e acute, which are 0, 1 and 2 bytes.
    let offsets = |offsets: [i32; 5]| {
        let bytes: Vec<u8> = offsets.iter().flat_map(|offset| offset.to_le_bytes()).collect();
        forged(|layout| layout.dimensions[label].text_offsets, &bytes)
    };
    assert!(offsets([0, 0, 0, 1, 3]).dictionary(Dimension::Label).is_ok());
    dictionary(offsets([0, 0, 1, 0, 3]), Dimension::Label, "offsets rising from 0 to 3");
    dictionary(offsets([0, 0, 0, 1, 4]), Dimension::Label, "offsets rising from 0 to 3");
    dictionary(offsets([0, 1, 1, 1, 3]), Dimension::Label, "offsets rising from 0 to 3");
    dictionary(offsets([-1, 0, 0, 1, 3]), Dimension::Label, "offsets rising from 0 to 3");
    dictionary(offsets([0, 0, 0, 2, 3]), Dimension::Label, "between characters");
    dictionary(offsets([0, 0, 1, 1, 3]), Dimension::Label, "rising texts");
    let label_bytes = |bytes: &[u8]| forged(|layout| layout.dimensions[label].entry_values, bytes);
    dictionary(label_bytes(&[0xff]), Dimension::Label, "UTF-8");
    let source = |layout: &Layout| layout.dimensions[Dimension::Source as usize].entry_values;
    dictionary(forged(source, b"UN"), Dimension::Source, "trusted or untrusted");
    codes(forged(|layout| layout.dimensions[label].codes, &[4]), Dimension::Label, "codes below 4");
    let properties = |layout: &Layout| layout.dimensions[Dimension::Properties as usize];
    codes(forged(move |layout| properties(layout).codes, &[0]), Dimension::Properties, "lists of values");
    let ends = [0_i32, 4, 2].map(i32::to_le_bytes).concat();
    codes(
        forged(move |layout| properties(layout).list_offsets, &ends),
        Dimension::Properties,
        "offsets rising",
    );
    let nan = f64::NAN.to_le_bytes();
    fails(forged(|layout| layout.numbers, &nan).values().map(drop), Part::Values, "finite");
    let late = i64::MAX.to_le_bytes();
    fails(forged(|layout| layout.timestamps, &late).runs().map(drop), Part::Runs, "rows by organization");
    fails(
        forged(|layout| layout.dimensions[0].codes, &[2]).runs().map(drop),
        Part::Runs,
        "rows by organization",
    );
}

/// Overwrites the start of a part, and computes every checksum of both files anew, but not what they count.
fn miscounted(part: impl Fn(&Layout) -> Span, bytes: &[u8]) -> Segment {
    miscounted_files(part, bytes).open().unwrap()
}

fn miscounted_files(part: impl Fn(&Layout) -> Span, bytes: &[u8]) -> Files {
    let mut files = Files::of(&segment(&numbered(300)).unwrap());
    let mut directory = files.directory();
    let at = usize::try_from(part(&directory.layout).offset).unwrap();
    files.change(ARROW, |all| all[at..at + bytes.len()].copy_from_slice(bytes));
    let columns = files.columns();
    directory.blocks = columns.file.crcs().to_vec();
    directory.arrow.crc32c = crc32c::crc32c(&files.dir.bytes(ARROW).unwrap());
    files.sums.arrow = directory.arrow;
    files.put(&directory);
    files
}

/// Changes a part of the index, and computes every checksum anew.
fn reindexed(part: impl Fn(&mut IndexParts) -> &mut IndexPart, change: impl Fn(&mut [u8])) -> Files {
    let mut files = Files::of(&segment(&numbered(300)).unwrap());
    let mut directory = files.directory();
    let place = part(&mut directory.parts);
    let [start, length] =
        [place.span.offset, place.span.length].map(|number| usize::try_from(number).unwrap());
    files.change(INDEX, |all| {
        change(&mut all[start..start + length]);
        place.crc32c = crc32c::crc32c(&all[start..start + length]);
    });
    files.put(&directory);
    files
}

#[test]
fn verifying_compares_what_checksums_cannot() {
    let finds = |files: Files, parts: &[(&str, Part)]| {
        let findings = verify(&files.dir, ARROW, INDEX, &files.sums).findings;
        let told = findings.iter().map(|error| match error {
            SegmentError::Damaged { file, part, .. } => (file.as_str(), part.clone()),
            other => panic!("{other}"),
        });
        let expected: Vec<_> = parts.iter().map(|(file, part)| (*file, part.to_string())).collect();
        assert_eq!(told.collect::<Vec<_>>(), expected, "{findings:?}");
    };
    let (runs, directory) = (Part::Runs, Part::Directory);
    let of = |dimension: Dimension| dimension as usize;
    // The first session has no row any more, which postings and counts say it has.
    let session = Dimension::SessionId;
    let codes = move |layout: &Layout| layout.dimensions[of(session)].codes;
    finds(
        miscounted_files(codes, &[2, 0]),
        &[(ARROW, Part::Dictionary(session)), (INDEX, Part::Postings(session))],
    );
    // A null where there was none.
    let label = Dimension::Label;
    let codes = move |layout: &Layout| layout.dimensions[of(label)].codes;
    finds(miscounted_files(codes, &[0]), &[(INDEX, directory)]);
    // The properties of the second row are one value twice.
    let properties = Dimension::Properties;
    let codes = move |layout: &Layout| layout.dimensions[of(properties)].codes;
    finds(
        miscounted_files(codes, &[1, 1, 1, 1]),
        &[(ARROW, Part::Codes(properties)), (INDEX, Part::Postings(properties))],
    );
    // An organization that the index does not know, and rows that are in no order.
    let organization = Dimension::OrganizationId;
    let texts = move |layout: &Layout| layout.dimensions[of(organization)].entry_values;
    finds(miscounted_files(texts, b"n1"), &[(INDEX, directory)]);
    let late = i64::MAX.to_le_bytes();
    finds(miscounted_files(|layout| layout.timestamps, &late), &[(ARROW, runs)]);
    // An index that says something else of the columns.
    let stretch = |bytes: &mut [u8]| bytes[12] ^= 1;
    finds(reindexed(|parts| &mut parts.runs, stretch), &[(INDEX, runs)]);
    let swap = |bytes: &mut [u8]| {
        let end = bytes.len();
        let (last, before) = (bytes[end - 4..].to_vec(), bytes[end - 8..end - 4].to_vec());
        bytes[end - 8..].copy_from_slice(&[last, before].concat());
    };
    finds(reindexed(|parts| &mut parts.postings[of(session)], swap), &[(INDEX, Part::Postings(session))]);
}

#[test]
fn verifying_goes_on_after_a_finding() {
    let heap = segment(&numbered(70_000)).unwrap();
    for form in FORMS {
        let files = Files::in_form(&heap, form);
        let layout = files.columns().layout;
        let [first, second] = [Dimension::SessionId, Dimension::Label]
            .map(|dimension| usize::try_from(layout.dimensions[dimension as usize].codes.offset).unwrap());
        files.change(ARROW, |bytes| bytes[first] ^= 1);
        files.change(ARROW, |bytes| bytes[second] ^= 1);
        files.change(INDEX, |bytes| bytes[64] ^= 1);
        let findings = verify(&files.dir, ARROW, INDEX, &files.sums).findings;
        assert_eq!(findings.len(), 3, "{findings:?}");
        let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(told[0].contains("run table") && told[0].contains(INDEX), "{told:?}");
        assert!(told.iter().any(|told| told.contains("codes of session_id")), "{told:?}");
    }
}

#[test]
fn columns_that_miscount_are_damage() {
    let fails = |result: Result<(), SegmentError>, part: Part| match result {
        Err(SegmentError::Damaged { part: found, .. }) => assert_eq!(found, part.to_string()),
        other => panic!("{part}: {other:?}"),
    };
    // The second row of the first run has value 2.0; the last event is the latest.
    let late = miscounted(|layout| layout.timestamps, &1_i64.to_le_bytes());
    fails(late.timestamps().map(drop), Part::Timestamps);
    let large = miscounted(|layout| layout.numbers, &1e9_f64.to_le_bytes());
    assert!(large.values().is_ok(), "the first row is null, and what stands there means nothing");
    let large =
        miscounted(|layout| Span { offset: layout.numbers.offset + 8, length: 8 }, &1e9_f64.to_le_bytes());
    fails(large.values().map(drop), Part::Values);
    let half =
        miscounted(|layout| Span { offset: layout.numbers.offset + 8, length: 8 }, &2.5_f64.to_le_bytes());
    fails(half.values().map(drop), Part::Values);
    let organization = Dimension::OrganizationId;
    let renamed = miscounted(move |layout| layout.dimensions[organization as usize].entry_values, b"n1");
    fails(renamed.dictionary(organization).map(drop), Part::Dictionary(organization));
    let label = Dimension::Label;
    let null = miscounted(move |layout| layout.dimensions[label as usize].codes, &[0]);
    fails(null.codes(label).map(drop), Part::Codes(label));
}

#[test]
fn a_segment_that_reads_back_differently_is_refused() {
    let (one, mut other) = (numbered(50), numbered(50));
    other[17].set(Dimension::OsName, Some("x"));
    let columns = Files::of(&segment(&one).unwrap()).columns();
    columns.compare(&segment(&one).unwrap().to_heap().unwrap()).unwrap();
    let refused = columns.compare(&segment(&other).unwrap().to_heap().unwrap()).unwrap_err();
    assert!(refused.to_string().contains("dictionary of os_name"), "{refused}");
}

#[test]
fn codes_of_every_width_are_read() {
    for sessions in [255, 256, 65_535, 65_536] {
        let heap = segment(&numbered(sessions)).unwrap();
        for form in FORMS {
            let read = Files::in_form(&heap, form).open().unwrap();
            assert!(read.to_heap().unwrap() == heap.to_heap().unwrap(), "{sessions} sessions, {form:?}");
        }
    }
}

#[test]
fn uuids_take_sixteen_bytes_where_all_of_a_dictionary_are_uuids() {
    let uuid = |at: u32| format!("{:08x}-0000-4000-8000-{at:012x}", at.wrapping_mul(0x9e37_79b9));
    let mut pushed = numbered(1_000);
    for (event, at) in pushed.iter_mut().zip(0..) {
        event.set(Dimension::VisitorId, (at % 5 > 0).then(|| uuid(at)).as_deref());
        event.set(Dimension::SessionId, Some(&if at == 7 { uuid(at).to_uppercase() } else { uuid(at) }));
        event.set_properties([uuid(at % 10).as_str(), &uuid(at % 3)]);
    }
    let heap = segment(&pushed).unwrap();
    let files = Files::in_form(&heap, Form::Compressed);
    let layout = files.columns().layout;
    for dimension in Dimension::ALL {
        let expected = matches!(dimension, Dimension::VisitorId | Dimension::Properties);
        assert_eq!(layout.dimensions[dimension as usize].uuids, expected, "{dimension}");
    }
    assert!(same(&files.open().unwrap(), &heap).unwrap());
    let plain = Files::of(&heap).columns().layout;
    assert!(plain.dimensions.iter().all(|dimension| !dimension.uuids));
}

#[test]
fn an_arrow_file_of_another_kind_is_refused() {
    let files = Files::of(&segment(&numbered(10)).unwrap());
    let foreign = b"ARROW1 and something else, and then ARROW1";
    for length in 0..=foreign.len() {
        let bytes = &foreign[foreign.len() - length..];
        files.dir.set_bytes(ARROW, bytes.to_vec()).unwrap();
        let sum = FileSum { length: length as u64, crc32c: crc32c::crc32c(bytes) };
        let file = BlockFile::open_verified(&files.dir, ARROW, sum).unwrap();
        assert!(matches!(Layout::of_arrow(&file), Err(SegmentError::Damaged { .. })), "{length} bytes");
    }
}

#[test]
fn an_event_of_every_kind_keeps_its_values() {
    let mut event = Event::new(crate::Timestamp::MIN, "", "");
    event.value = Some(-0.0);
    event.event_version = i64::MIN;
    event.source = crate::event::Source::Trusted;
    event.set_properties(["", "a"]);
    let files = Files::of(&segment(std::slice::from_ref(&event)).unwrap());
    let read = events(&files.open().unwrap());
    assert_eq!(read, [event]);
    assert!(read[0].value.unwrap().is_sign_negative());
}
