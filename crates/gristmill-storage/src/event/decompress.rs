//! Plain, gzip or zstd bytes into plain ones.

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::FrameDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use std::error::Error;
use std::fmt;
use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

/// Enough bytes to tell every compression.
const MAGIC_BYTES: usize = 4;
/// Bytes read from the source at once.
const BUFFER_BYTES: usize = 64 << 10;

/// How a text is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    Zstd,
}

impl Compression {
    /// What the first bytes say; no JSON text starts like that.
    pub(super) fn of(start: &[u8]) -> Option<Self> {
        match start {
            [0x1F, 0x8B, ..] => Some(Self::Gzip),
            // A frame, or a frame to skip.
            [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// The bytes of a reader, decompressed when their start says that they are compressed. Every member of a gzip file and
/// every frame of a zstd file is read.
#[derive(Debug)]
pub(super) struct Decompressed<R>(State<R>);

enum State<R> {
    /// Nothing is read yet.
    Unread(Option<R>),
    Plain(Source<R>),
    Gzip(Box<MultiGzDecoder<Source<R>>>),
    Zstd(Box<ZstdFrames<Source<R>>>),
}

type Source<R> = BufReader<Counted<Chain<Cursor<Vec<u8>>, R>>>;

impl<R: Read> Decompressed<R> {
    pub(super) fn new(reader: R) -> Self {
        Self(State::Unread(Some(reader)))
    }

    /// How the bytes are compressed, once some are read.
    pub(super) fn compression(&self) -> Option<Compression> {
        match &self.0 {
            State::Unread(_) | State::Plain(_) => None,
            State::Gzip(_) => Some(Compression::Gzip),
            State::Zstd(_) => Some(Compression::Zstd),
        }
    }

    /// Bytes of the reader that were used.
    pub(super) fn offset(&self) -> u64 {
        let source = match &self.0 {
            State::Unread(_) => return 0,
            State::Plain(source) => source,
            State::Gzip(decoder) => decoder.get_ref(),
            State::Zstd(frames) => &frames.source,
        };
        source.get_ref().count.saturating_sub(source.buffer().len() as u64)
    }
}

impl<R: Read> Read for Decompressed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match &mut self.0 {
                State::Plain(source) => return source.read(buffer),
                State::Gzip(decoder) => return decoder.read(buffer),
                State::Zstd(frames) => return frames.read(buffer),
                State::Unread(reader) => match reader.take() {
                    Some(reader) => self.0 = open(reader)?,
                    None => return Err(io::Error::other("the start of the data could not be read")),
                },
            }
        }
    }
}

fn open<R: Read>(mut reader: R) -> io::Result<State<R>> {
    let mut start = Vec::with_capacity(MAGIC_BYTES);
    reader.by_ref().take(MAGIC_BYTES as u64).read_to_end(&mut start)?;
    let compression = Compression::of(&start);
    let counted = Counted { inner: Cursor::new(start).chain(reader), count: 0 };
    let source = BufReader::with_capacity(BUFFER_BYTES, counted);
    Ok(match compression {
        None => State::Plain(source),
        Some(Compression::Gzip) => State::Gzip(Box::new(MultiGzDecoder::new(source))),
        Some(Compression::Zstd) => State::Zstd(Box::new(ZstdFrames::new(source))),
    })
}

impl<R> fmt::Debug for State<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unread(_) => "Unread",
            Self::Plain(_) => "Plain",
            Self::Gzip(_) => "Gzip",
            Self::Zstd(_) => "Zstd",
        })
    }
}

/// Counts the bytes that pass.
struct Counted<R> {
    inner: R,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count += read as u64;
        Ok(read)
    }
}

/// Frame after frame of a zstd file.
struct ZstdFrames<S> {
    source: S,
    decoder: FrameDecoder,
    /// Whether the decoder is within a frame.
    open: bool,
}

impl<S: BufRead> ZstdFrames<S> {
    fn new(source: S) -> Self {
        Self { source, decoder: FrameDecoder::new(), open: false }
    }

    /// Goes to the next frame with content; false at the end of the source.
    fn open_frame(&mut self) -> io::Result<bool> {
        while !self.source.fill_buf()?.is_empty() {
            match self.decoder.reset(&mut self.source) {
                Ok(()) => {
                    self.open = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => self.skip(u64::from(length))?,
                Err(error) => return Err(plain(&error)),
            }
        }
        Ok(false)
    }

    fn skip(&mut self, length: u64) -> io::Result<()> {
        let skipped = io::copy(&mut self.source.by_ref().take(length), &mut io::sink())?;
        if skipped < length { Err(cut_short()) } else { Ok(()) }
    }

    fn read_frame(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        use ruzstd::decoding::BlockDecodingStrategy::UptoBlocks;
        while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
            self.decoder.decode_blocks(&mut self.source, UptoBlocks(1)).map_err(|error| plain(&error))?;
        }
        self.decoder.read(buffer)
    }

    fn close_frame(&mut self) -> io::Result<()> {
        self.open = false;
        let stored = self.decoder.get_checksum_from_data();
        if stored.is_some() && stored != self.decoder.get_calculated_checksum() {
            let message = "the checksum of the content does not match";
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(())
    }
}

impl<S: BufRead> Read for ZstdFrames<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while self.open || self.open_frame()? {
            let read = self.read_frame(buffer)?;
            if read > 0 {
                return Ok(read);
            }
            self.close_frame()?;
        }
        Ok(0)
    }
}

/// What the decoder says, in words for people: its own messages have the debug text of their causes in them, so only
/// the first cause speaks.
fn plain(error: &FrameDecoderError) -> io::Error {
    let mut cause: &(dyn Error + 'static) = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    match cause.downcast_ref::<io::Error>().map(io::Error::kind) {
        Some(io::ErrorKind::UnexpectedEof) => cut_short(),
        kind => {
            let message = cause.to_string();
            // A list of numbers may follow on lines of its own.
            let first = message.lines().next().unwrap_or_default().trim_end();
            io::Error::new(kind.unwrap_or(io::ErrorKind::InvalidData), first)
        }
    }
}

fn cut_short() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the data ends in the middle")
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.include_checksum(true).unwrap();
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn text() -> Vec<u8> {
        (0..20_000_u32).flat_map(|number| (number * 7 % 1_000).to_string().into_bytes()).collect()
    }

    fn read(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut plain = Vec::new();
        Decompressed::new(bytes).read_to_end(&mut plain)?;
        Ok(plain)
    }

    #[test]
    fn the_first_bytes_decide() {
        let text = text();
        assert_eq!(read(&text).unwrap(), text);
        assert_eq!(read(&gzip(&text)).unwrap(), text);
        assert_eq!(read(&zstd(&text)).unwrap(), text);
        for short in [&b""[..], b"{", b"[]", b"\x28\xB5"] {
            assert_eq!(read(short).unwrap(), short);
        }
    }

    #[test]
    fn every_member_and_frame_is_read() {
        let text = text();
        let twice = [text.as_slice(), &text].concat();
        assert_eq!(read(&[gzip(&text), gzip(b""), gzip(&text)].concat()).unwrap(), twice);
        let skipped = b"\x53\x2A\x4D\x18\x03\0\0\0abc".to_vec();
        assert_eq!(read(&[skipped.clone(), zstd(&text), skipped, zstd(&text)].concat()).unwrap(), twice);
    }

    #[test]
    fn what_is_cut_short_is_an_error() {
        let text = text();
        for whole in [gzip(&text), zstd(&text)] {
            for length in (MAGIC_BYTES..whole.len()).step_by(97).chain([whole.len() - 1]) {
                assert!(read(&whole[..length]).is_err(), "{length} of {} bytes", whole.len());
            }
        }
        assert!(read(b"\x53\x2A\x4D\x18\x03\0\0\0ab").is_err());
    }

    #[test]
    fn zstd_errors_are_told_in_plain_words() {
        let text = text();
        let whole = zstd(&text);
        for length in MAGIC_BYTES..whole.len() {
            let error = read(&whole[..length]).unwrap_err();
            assert_eq!(error.to_string(), "the data ends in the middle", "{length} of {} bytes", whole.len());
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        }
        for at in MAGIC_BYTES..whole.len() {
            for flip in [0x01, 0x10, 0xFF] {
                let mut damaged = whole.clone();
                damaged[at] ^= flip;
                if let Err(error) = read(&damaged) {
                    let told = error.to_string();
                    assert!(!told.contains("Error") && !told.contains('{') && !told.contains('\n'), "{told}");
                    assert!(error.source().is_none(), "{told}");
                }
            }
        }
    }

    #[test]
    fn damage_is_an_error_and_its_place_is_told() {
        let text = text();
        for whole in [gzip(&text), zstd(&text)] {
            // Bits of the header may mean nothing.
            for at in (16..whole.len()).step_by(61) {
                let mut damaged = whole.clone();
                damaged[at] ^= 0x10;
                assert!(read(&damaged).is_err(), "byte {at} of {}", whole.len());
            }
            let mut decompressed = Decompressed::new(&whole[..whole.len() - 1]);
            assert!(decompressed.read_to_end(&mut Vec::new()).is_err());
            assert_eq!(decompressed.offset(), whole.len() as u64 - 1);
        }
    }
}
