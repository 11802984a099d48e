use super::codec::{CURRENT, Fault, decode, encode};
use super::*;
use crate::dir::{Dir, MemoryDir};
use crate::segment::file::FileSum;

fn sample(number: u64) -> Catalog {
    let mut tokens = Tokens::default();
    tokens.insert("first", Receipt { events: 3, sequence: 9 }, 10);
    tokens.insert("sec\u{f6}nd", Receipt { events: 0, sequence: 11 }, 10);
    let segment = SegmentEntry {
        id: 5,
        rows: 1000,
        min_time: -1,
        max_time: i64::MAX,
        values: ValueStats { count: 7, min: -0.5, max: 1e300, unit: -1 },
        organizations: OrganizationBounds { first: "".into(), last: "\u{f6}rg".into() },
        files: SegmentFiles {
            arrow: FileSum { length: 1 << 40, crc32c: 0xdead_beef },
            index: FileSum { length: 17, crc32c: 1 },
        },
        deletion: None,
        quarantined: false,
    };
    let file = FileSum { length: 60, crc32c: 7 };
    let deletion = Some(Deletion { id: 39, rows: 999, file, since: -5 });
    let organizations = [("acme".into(), None), ("\u{f6}rg".into(), Some(1))].into();
    Catalog {
        number,
        next_id: 42,
        sealed: 8,
        epoch: 2,
        closed: true,
        retention: Retention { period: Some(86_400_000), organizations },
        logs: vec![LogEntry { id: 40, length: 1000 }, LogEntry { id: 41, length: 68 }],
        segments: vec![
            SegmentEntry { deletion, ..segment.clone() },
            SegmentEntry { id: 6, rows: 1, quarantined: true, ..segment },
        ],
        losses: vec![Loss { log: 4, first: 7, last: 8, events: 100 }],
        tokens,
    }
}

#[test]
fn a_catalog_round_trips() {
    for catalog in [Catalog::empty(), sample(3), Catalog { closed: false, ..sample(4) }] {
        assert_eq!(decode(&encode(&catalog)).unwrap(), catalog);
    }
}

#[test]
fn every_flipped_bit_and_every_cut_is_damage() {
    let bytes = encode(&sample(3));
    for at in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[at / 8] ^= 1 << (at % 8);
        assert!(matches!(decode(&flipped), Err(Fault::Damaged { .. })), "bit {at}");
    }
    for length in 0..bytes.len() {
        assert!(matches!(decode(&bytes[..length]), Err(Fault::Damaged { .. })), "{length} bytes");
    }
    assert!(matches!(decode(&[&bytes[..], b"0"].concat()), Err(Fault::Damaged { .. })));
}

/// Bytes whose checksum is right, whatever was put into them.
fn forged(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = encode(&sample(3));
    bytes.truncate(bytes.len() - 4);
    change(&mut bytes);
    let checksum = crc32c::crc32c(&bytes);
    bytes.extend(checksum.to_le_bytes());
    bytes
}

#[test]
fn another_version_is_told_from_damage() {
    let newer = forged(|bytes| bytes[8] += 1);
    assert_eq!(decode(&newer), Err(Fault::NewerFormat(CURRENT + 1)));
    let dir = MemoryDir::new();
    dir.create(names::CATALOG).unwrap().append(&newer).unwrap();
    let error = read(&dir).unwrap_err();
    assert!(error.to_string().contains("written by a newer Gristmill"), "{error}");
    assert!(matches!(decode(&forged(|bytes| bytes[8] = 0)), Err(Fault::Damaged { offset: 8, .. })));
}

#[test]
fn counts_beyond_the_file_are_refused_before_they_cost_memory() {
    let counts = 20 + 32 + 4 + 8;
    for list in 0..5 {
        let bytes = forged(|bytes| bytes[counts + 4 * list..][..4].fill(0xff));
        assert!(matches!(decode(&bytes), Err(Fault::Damaged { .. })), "list {list}");
    }
}

#[test]
fn numbers_that_could_run_over_are_refused() {
    for number in 0..4 {
        let bytes =
            forged(|bytes| bytes[20 + 8 * number..][..8].copy_from_slice(&(1_u64 << 62).to_le_bytes()));
        assert!(matches!(decode(&bytes), Err(Fault::Damaged { .. })), "number {number}");
    }
}

#[test]
fn publishing_replaces_and_keeps_the_one_before() {
    let dir = MemoryDir::new();
    assert_eq!(read(&dir).unwrap(), None);
    publish(&dir, &sample(1)).unwrap();
    assert_eq!(dir.files(), [names::CATALOG]);
    publish(&dir, &sample(2)).unwrap();
    publish(&dir, &sample(3)).unwrap();
    assert_eq!(dir.files(), [names::CATALOG, names::OLD]);
    assert_eq!(read(&dir).unwrap(), Some(sample(3)));
    assert_eq!(decode(&dir.bytes(names::OLD).unwrap()).unwrap(), sample(2));
}

#[test]
fn a_left_over_temporary_file_is_in_nobodys_way() {
    let dir = MemoryDir::new();
    dir.create(names::TEMPORARY).unwrap().append(b"half a cata").unwrap();
    publish(&dir, &sample(1)).unwrap();
    assert_eq!(dir.files(), [names::CATALOG]);
}

#[test]
fn a_damaged_file_is_named_with_its_predecessor() {
    let dir = MemoryDir::new();
    publish(&dir, &sample(1)).unwrap();
    let mut bytes = dir.bytes(names::CATALOG).unwrap();
    for length in [0, 19, 20, 100] {
        dir.set_bytes(names::CATALOG, bytes[..length].to_vec()).unwrap();
        assert!(matches!(read(&dir), Err(CatalogError::Damaged { .. })), "{length} bytes");
    }
    bytes[100] ^= 1;
    dir.set_bytes(names::CATALOG, bytes).unwrap();
    let error = read(&dir).unwrap_err().to_string();
    assert!(error.contains("CATALOG is damaged") && error.contains("CATALOG.old"), "{error}");
}

#[test]
fn the_oldest_tokens_are_forgotten_first() {
    let receipt = |sequence| Receipt { events: 1, sequence };
    let mut tokens = Tokens::default();
    for (sequence, token) in (1..).zip(["a", "b", "a", "c"]) {
        tokens.insert(token, receipt(sequence), 2);
    }
    assert_eq!(tokens.iter().collect::<Vec<_>>(), [("b", receipt(2)), ("c", receipt(4))]);
    assert_eq!(tokens.receipt("a"), None);
}
