//! Buffers as Arrow compresses them: their length before, as an `i64`, and a frame of zstd.

use arrow_buffer::{Buffer, MutableBuffer};

/// Level of zstd. Of 4.0 million generated events of one tenant, 248 MB before, level 1 leaves 23.6 bytes an event in
/// 0.4 s, level 3 22.9 in 0.7 s, and level 9 22.7 in 2.8 s.
pub(super) const ZSTD_LEVEL: i32 = 3;

/// The length of a buffer that was left as it was, since compressing would not have made it shorter.
const AS_IT_WAS: i64 = -1;

/// How many times its own length a frame may become: a block of 128 KiB takes four bytes at least. So a forged length
/// costs no memory.
const MAX_RATIO: usize = (128 << 10) / 4;

/// The `expected` bytes of a buffer before it was compressed; `None` where there are not as many.
pub(super) fn decompress(compressed: &Buffer, expected: usize) -> Option<Buffer> {
    if compressed.is_empty() {
        // Of nothing, Arrow writes nothing.
        return (expected == 0).then(|| Buffer::from_vec(Vec::<u8>::new()));
    }
    let (told, frame) = compressed.split_first_chunk()?;
    let told = i64::from_le_bytes(*told);
    if told == AS_IT_WAS {
        return (frame.len() == expected).then(|| compressed.slice(size_of_val(&told)));
    }
    if usize::try_from(told) != Ok(expected) || expected / MAX_RATIO > frame.len() {
        return None;
    }
    let mut bytes = MutableBuffer::from_len_zeroed(expected);
    let length = zstd::bulk::decompress_to_buffer(frame, &mut bytes[..]).ok()?;
    (length == expected).then(|| bytes.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compressed(told: i64, frame: &[u8]) -> Buffer {
        [&told.to_le_bytes()[..], frame].concat().into()
    }

    #[test]
    fn what_was_compressed_is_read() {
        let text = [7_u8; 1000];
        let frame = zstd::bulk::compress(&text, ZSTD_LEVEL).unwrap();
        assert_eq!(decompress(&compressed(1000, &frame), 1000).unwrap().as_slice(), text);
        assert_eq!(decompress(&compressed(AS_IT_WAS, &text), 1000).unwrap().as_slice(), text);
        assert_eq!(decompress(&Buffer::from([]), 0).unwrap().len(), 0);
    }

    #[test]
    fn another_length_is_refused() {
        let frame = zstd::bulk::compress(&[7; 1000], ZSTD_LEVEL).unwrap();
        let refused = [
            (compressed(1000, &frame), 999),
            (compressed(999, &frame), 1000),
            (compressed(1001, &frame), 1001),
            (compressed(1 << 40, &frame), 1 << 40),
            (compressed(-2, &frame), 1000),
            (compressed(AS_IT_WAS, &[0; 10]), 1000),
            (compressed(1000, &frame[1..]), 1000),
            (Buffer::from([]), 1000),
            (Buffer::from([0; 7]), 0),
        ];
        for (at, (bytes, expected)) in refused.iter().enumerate() {
            assert!(decompress(bytes, *expected).is_none(), "{at}");
        }
    }
}
