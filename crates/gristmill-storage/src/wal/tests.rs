use proptest::collection::vec;
use proptest::prelude::*;

use super::frame::{FrameHeader, FrameKind, HEADER_LEN, MAGIC, MAX_PAYLOAD, encode, frame_checksum};
use super::*;
use crate::dir::{Dir, MemoryDir};

const ID: u64 = 7;
/// Bytes of a head frame and of the payloads used here.
const HEAD: u64 = 68;

fn folder() -> MemoryDir {
    let dir = MemoryDir::new();
    dir.create_dir(FOLDER).unwrap();
    dir
}

fn log(dir: &MemoryDir) -> LogWriter {
    LogWriter::create(dir, ID, &Predecessor { log: 3, length: 99, checksum: 5 }, 40).unwrap()
}

fn open_log(length: u64) -> LogExpected {
    LogExpected { id: ID, length, closed: false, sealed: 0 }
}

fn payloads(scan: &LogScan) -> Vec<&[u8]> {
    scan.batches.iter().map(|batch| &*batch.payload).collect()
}

/// A log of three groups: `a`, `b` and `c` together, `d`.
fn three_groups(dir: &MemoryDir) -> LogWriter {
    let mut log = log(dir);
    for group in [&["a"][..], &["b", "c"], &["d"]] {
        log.append(group.iter().map(|payload| payload.as_bytes()), true).unwrap();
    }
    log
}

fn bytes(dir: &MemoryDir) -> Vec<u8> {
    dir.bytes(&path(ID)).unwrap()
}

#[test]
fn what_was_appended_is_read_back() {
    let dir = folder();
    let mut log = three_groups(&dir);
    assert_eq!(log.sequence(), 44);
    let end = log.end();
    let scan = scan(&dir, &open_log(HEAD)).unwrap();
    assert_eq!(payloads(&scan), [b"a", b"b", b"c", b"d"]);
    assert_eq!(scan.batches.iter().map(|batch| batch.sequence).collect::<Vec<_>>(), [41, 42, 43, 44]);
    assert_eq!(scan.predecessor, Predecessor { log: 3, length: 99, checksum: 5 });
    assert_eq!((scan.before, scan.last, scan.torn), (40, 44, 0));
    assert_eq!((scan.end, scan.checksum), (end.length, end.checksum));
    assert_eq!(scan.end, bytes(&dir).len() as u64);
}

#[test]
fn sealed_batches_are_skipped() {
    let dir = folder();
    three_groups(&dir);
    let scan = scan(&dir, &LogExpected { sealed: 42, ..open_log(HEAD) }).unwrap();
    assert_eq!(payloads(&scan), [b"c", b"d"]);
    assert_eq!(scan.last, 44);
}

#[test]
fn a_log_cut_anywhere_behind_the_durable_position_loses_whole_batches_only() {
    let dir = folder();
    let mut log = log(&dir);
    log.append([&b"a"[..]], true).unwrap();
    let durable = log.length();
    log.append([&b"b"[..], b"c"], true).unwrap();
    let whole = bytes(&dir);
    let marker = whole.len() as u64 - 56;
    for length in 0..=whole.len() {
        dir.set_bytes(&path(ID), whole[..length].to_vec()).unwrap();
        let result = scan(&dir, &open_log(durable));
        if (length as u64) < durable {
            assert!(
                matches!(result, Err(WalError::Damaged { durable: said, .. }) if said == durable),
                "{length}"
            );
        } else {
            let scan = result.unwrap();
            let kept = (scan.end - durable) / 49;
            let expected: &[&[u8]] = match length as u64 {
                length if length >= marker => &[b"a", b"b", b"c"],
                length if length >= marker - 49 => &[b"a", b"b"],
                _ => &[b"a"],
            };
            assert_eq!(payloads(&scan), expected, "{length}, {kept}");
            assert_eq!(scan.torn, length as u64 - scan.end);
        }
    }
}

#[test]
fn every_flipped_byte_of_an_acknowledged_batch_is_damage() {
    let dir = folder();
    let log = three_groups(&dir);
    let whole = bytes(&dir);
    let acknowledged = usize::try_from(log.length()).unwrap();
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x10;
        dir.set_bytes(&path(ID), flipped).unwrap();
        match scan(&dir, &open_log(HEAD)) {
            Err(WalError::Damaged { offset, durable, .. }) => {
                assert!(at < acknowledged && offset <= at as u64 && offset < durable, "byte {at}");
            }
            Ok(scan) => {
                // Only the last marker tells nothing that another frame does not.
                assert!(at >= acknowledged, "byte {at}");
                assert_eq!(payloads(&scan), [b"a", b"b", b"c", b"d"]);
            }
            Err(other) => panic!("byte {at}: {other}"),
        }
    }
}

#[test]
fn a_wiped_end_that_was_never_durable_is_dropped() {
    let dir = folder();
    let mut log = log(&dir);
    log.append([&b"a"[..]], true).unwrap();
    let kept = bytes(&dir).len();
    log.append([&b"b"[..], b"c"], false).unwrap();
    let mut whole = bytes(&dir);
    // The first of the two unsynced frames is lost, the second one is there: neither counts.
    whole[kept..kept + 49].fill(0);
    dir.set_bytes(&path(ID), whole).unwrap();
    let scan = scan(&dir, &open_log(HEAD)).unwrap();
    assert_eq!(payloads(&scan), [b"a"]);
    assert_eq!(scan.torn, 98);
}

#[test]
fn a_sync_that_comes_later_is_told_by_a_marker() {
    let dir = folder();
    let mut log = log(&dir);
    log.append([&b"a"[..]], false).unwrap();
    let last = bytes(&dir).len() - 1;
    let damaged = |dir: &MemoryDir| {
        let mut whole = bytes(dir);
        whole[last] ^= 1;
        let damaged = dir.fork();
        damaged.set_bytes(&path(ID), whole).unwrap();
        scan(&damaged, &open_log(HEAD)).map(|scan| scan.batches.len())
    };
    assert_eq!(damaged(&dir).unwrap(), 0, "a torn end");
    log.settle().unwrap();
    assert!(matches!(damaged(&dir), Err(WalError::Damaged { .. })));
    let length = bytes(&dir).len();
    log.settle().unwrap();
    assert_eq!(bytes(&dir).len(), length, "nothing is left to settle");
}

#[test]
fn a_durable_position_is_found_behind_much_rubbish() {
    let dir = folder();
    let log = three_groups(&dir);
    let mut whole = bytes(&dir);
    let marker = whole.split_off(whole.len() - 56);
    let start = whole.len() - 49;
    whole[start..].fill(MAGIC[0]);
    for rubbish in [0, 1, 65_400, 65_493, 65_536, 200_000] {
        let mut bytes = whole.clone();
        bytes.extend(std::iter::repeat_n(MAGIC[0], rubbish));
        bytes.extend(&marker);
        dir.set_bytes(&path(ID), bytes).unwrap();
        let error = scan(&dir, &open_log(HEAD)).unwrap_err();
        assert!(
            matches!(error, WalError::Damaged { durable, .. } if durable == log.length()),
            "{rubbish}: {error}"
        );
    }
}

#[test]
fn frames_of_another_log_do_not_count() {
    let dir = folder();
    three_groups(&dir);
    let mut other = LogWriter::create(&dir, 8, &Predecessor::default(), 40).unwrap();
    other.append([&b"x"[..]], true).unwrap();
    dir.set_bytes(&path(ID), dir.bytes(&path(8)).unwrap()).unwrap();
    let error = scan(&dir, &open_log(HEAD)).unwrap_err();
    assert!(error.to_string().contains("a frame of log 7"), "{error}");
}

#[test]
fn a_repeated_or_lost_frame_breaks_the_chain() {
    let dir = folder();
    let mut log = log(&dir);
    log.append([&b"a"[..], b"b", b"c"], false).unwrap();
    let whole = bytes(&dir);
    let frame = |number: usize| &whole[68 + 49 * number..68 + 49 * (number + 1)];
    for order in [&[0, 0, 1][..], &[0, 2], &[1, 0, 2]] {
        let mut bytes = whole[..68].to_vec();
        order.iter().for_each(|&number| bytes.extend(frame(number)));
        dir.set_bytes(&path(ID), bytes).unwrap();
        let scan = scan(&dir, &open_log(HEAD)).unwrap();
        assert!(scan.batches.len() <= 1 && scan.torn > 0, "{order:?}");
    }
}

#[test]
fn a_closed_log_ends_where_it_was_closed() {
    let dir = folder();
    let mut log = log(&dir);
    log.append([&b"a"[..]], true).unwrap();
    let closed = LogExpected { closed: true, ..open_log(log.end().length) };
    log.append([&b"never acknowledged"[..]], false).unwrap();
    assert_eq!(payloads(&scan(&dir, &closed).unwrap()), [b"a"]);
    let mut whole = bytes(&dir);
    whole.truncate(usize::try_from(closed.length).unwrap() - 1);
    dir.set_bytes(&path(ID), whole).unwrap();
    assert!(matches!(scan(&dir, &closed), Err(WalError::Damaged { .. })));
}

#[test]
fn a_missing_log_is_said_to_be_missing() {
    assert!(matches!(scan(&folder(), &open_log(HEAD)), Err(WalError::Missing { .. })));
}

#[test]
fn a_batch_too_large_is_refused_and_leaves_the_log_usable() {
    let dir = folder();
    let mut log = log(&dir);
    let large = vec![0; MAX_PAYLOAD + 1];
    assert!(matches!(log.append([&b"a"[..], &large], true), Err(WalError::TooLarge { .. })));
    assert!(!log.failed());
    log.append([&b"b"[..]], true).unwrap();
    assert_eq!(payloads(&scan(&dir, &open_log(HEAD)).unwrap()), [b"b"]);
}

proptest! {
    #[test]
    fn a_header_round_trips_and_every_flipped_bit_is_seen(
        (sequence, durable, log, previous) in any::<(u64, u64, u64, u32)>(),
        payload in vec(any::<u8>(), 0..50),
        kind in proptest::sample::select(&[FrameKind::Head, FrameKind::Batch, FrameKind::Marker][..]),
        flip in any::<proptest::sample::Index>(),
    ) {
        let payload_len = u32::try_from(payload.len()).unwrap();
        let header = FrameHeader { kind, payload_len, sequence, durable, log, previous };
        let mut bytes = Vec::new();
        let checksum = encode(&header, &payload, &mut bytes);
        prop_assert_eq!(bytes.len() as u64, header.frame_len());
        prop_assert_eq!(&bytes[bytes.len() - 4..], checksum.to_le_bytes());
        prop_assert_eq!(FrameHeader::decode(bytes.first_chunk().unwrap()), Ok(header));

        let bit = flip.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        let head = *bytes.first_chunk::<HEADER_LEN>().unwrap();
        let intact = FrameHeader::decode(&head).is_ok()
            && bytes[bytes.len() - 4..] == frame_checksum(&head, &bytes[HEADER_LEN..bytes.len() - 4]).to_le_bytes();
        prop_assert!(!intact, "bit {} flipped unseen", bit);
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(rubbish in vec(any::<u8>(), 0..300), cut in 0_usize..400) {
        let dir = folder();
        three_groups(&dir);
        let mut bytes = bytes(&dir);
        bytes.truncate(cut);
        bytes.extend(rubbish);
        dir.set_bytes(&path(ID), bytes).unwrap();
        if let Ok(scan) = scan(&dir, &open_log(HEAD)) {
            prop_assert!(scan.end >= HEAD);
        }
    }
}
