//! The socket of a connection as the HTTP library sees it: it gets well-framed requests, one at a time and in time.
//!
//! The library takes a message with two lengths, or with a length and chunks, where readers of the same bytes may differ
//! on where it ends. Such a message is refused here, before the library sees it, and the connection with it. A body with
//! chunks ends its connection, so that nothing behind it is read as a request.

use crate::limits::Limits;
use hyper::rt::{Read, ReadBufCursor, Write};
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until, timeout};

/// The most bytes of a request's head.
const HEAD_BYTES: usize = 32 << 10;
/// Bytes read from the socket at once.
const READ_BYTES: usize = 16 << 10;
/// How long what a client still sends is read and thrown away, so that it gets to see the last answer.
const LINGER: Duration = Duration::from_secs(1);

/// What the connection and the request that it carries tell each other.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    /// Whether a request is being answered.
    busy: AtomicBool,
    /// Whether the connection ends with this answer.
    last: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Turn {
    pub(crate) fn begin(&self) {
        self.busy.store(true, Ordering::SeqCst);
    }

    pub(crate) fn end(&self) {
        self.busy.store(false, Ordering::SeqCst);
        let waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner).take();
        waker.into_iter().for_each(Waker::wake);
    }

    pub(crate) fn is_last(&self) -> bool {
        self.last.load(Ordering::SeqCst)
    }
}

/// Where in the messages of a connection the next byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Head,
    /// In a body with so many bytes to come.
    Body(u64),
    /// Behind the head of a body with chunks.
    Chunks,
}

/// Why a connection is ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Framing,
    HeadTooLarge,
    HeadLate,
    Idle,
    WriteLate,
}

impl Fault {
    /// The answer to what is no request.
    fn answer(self) -> Option<&'static str> {
        Some(match self {
            Self::Framing => "400 Bad Request",
            Self::HeadTooLarge => "431 Request Header Fields Too Large",
            Self::HeadLate => "408 Request Timeout",
            Self::Idle | Self::WriteLate => return None,
        })
    }
}

/// The socket of a connection.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    turn: Arc<Turn>,
    header_time: Duration,
    idle_time: Duration,
    write_time: Duration,
    place: Place,
    /// Bytes that the library has not got yet.
    held: Vec<u8>,
    /// How many of them it may get.
    passed: usize,
    ended: bool,
    fault: Option<Fault>,
    /// Since when the head at hand is waited for; the fault is when it does not come.
    read_clock: Option<(Pin<Box<Sleep>>, Fault)>,
    write_clock: Option<Pin<Box<Sleep>>>,
    /// Whether a request has come.
    used: bool,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream, turn: Arc<Turn>, limits: &Limits) -> Self {
        Self {
            stream,
            turn,
            header_time: limits.header_time,
            idle_time: limits.idle_time,
            write_time: limits.write_time,
            place: Place::Head,
            held: Vec::new(),
            passed: 0,
            ended: false,
            fault: None,
            read_clock: None,
            write_clock: None,
            used: false,
        }
    }

    /// Tells a client why its connection ends, and lets it see the last answer.
    pub(crate) async fn close(mut self) {
        if self.ended || self.fault.is_some_and(|fault| fault.answer().is_none()) {
            return;
        }
        let farewell = async {
            if let Some(status) = self.fault.and_then(Fault::answer) {
                let answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
                self.stream.write_all(answer.as_bytes()).await?;
            }
            self.stream.shutdown().await?;
            let mut sink = vec![0; READ_BYTES];
            while self.stream.read(&mut sink).await? > 0 {}
            io::Result::Ok(())
        };
        // It is only a courtesy.
        let _ = timeout(LINGER, farewell).await;
    }

    /// Looks at what is held, and passes what may be passed.
    fn pass(&mut self) -> Result<(), Fault> {
        if self.passed > 0 {
            return Ok(());
        }
        match self.place {
            Place::Chunks => self.passed = self.held.len(),
            Place::Body(left) => {
                self.passed = usize::try_from(left).unwrap_or(usize::MAX).min(self.held.len());
                let left = left - self.passed as u64;
                self.place = if left == 0 { Place::Head } else { Place::Body(left) };
            }
            Place::Head if self.turn.busy.load(Ordering::SeqCst) => {}
            Place::Head => {
                // Some clients send a line break too many behind a body.
                let breaks = self.held.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
                self.held.drain(..breaks);
                if let Some(length) = head_length(&self.held)? {
                    self.place = body_place(&self.held[..length])?;
                    self.turn.last.store(self.place == Place::Chunks, Ordering::SeqCst);
                    self.passed = length;
                    self.used = true;
                } else if self.held.len() >= HEAD_BYTES {
                    return Err(Fault::HeadTooLarge);
                }
            }
        }
        Ok(())
    }

    /// The fault when the head that is waited for is late.
    fn poll_read_clock(&mut self, cx: &mut Context<'_>) -> Poll<Fault> {
        if self.place != Place::Head || self.turn.busy.load(Ordering::SeqCst) {
            self.read_clock = None;
            return Poll::Pending;
        }
        let (time, fault) = match (self.held.is_empty(), self.used) {
            (true, true) => (self.idle_time, Fault::Idle),
            _ => (self.header_time, Fault::HeadLate),
        };
        if self.read_clock.as_ref().is_none_or(|(_, running)| *running != fault) {
            self.read_clock = Some((Box::pin(sleep_until(Instant::now() + time)), fault));
        }
        match &mut self.read_clock {
            Some((clock, _)) => clock.as_mut().poll(cx).map(|()| fault),
            None => Poll::Pending,
        }
    }

    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut bytes = [0; READ_BYTES];
        let mut buffer = ReadBuf::new(&mut bytes);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer))?;
        self.ended = buffer.filled().is_empty();
        self.held.extend_from_slice(buffer.filled());
        Poll::Ready(Ok(()))
    }

    fn fail<T>(&mut self, fault: Fault) -> Poll<io::Result<T>> {
        self.fault = Some(fault);
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// The outcome of a write; a client that does not take what is sent is late some time.
    fn written(
        &mut self,
        cx: &mut Context<'_>,
        wanted: usize,
        outcome: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match outcome {
            Poll::Ready(Ok(written)) if written < wanted => Poll::Ready(Ok(written)),
            Poll::Ready(outcome) => {
                self.write_clock = None;
                Poll::Ready(outcome)
            }
            Poll::Pending => {
                let end = Instant::now() + self.write_time;
                let clock = self.write_clock.get_or_insert_with(|| Box::pin(sleep_until(end)));
                ready!(clock.as_mut().poll(cx));
                self.fail(Fault::WriteLate)
            }
        }
    }
}

impl Read for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let wire = &mut *self;
        *wire.turn.waker.lock().unwrap_or_else(PoisonError::into_inner) = Some(cx.waker().clone());
        loop {
            if let Err(fault) = wire.pass() {
                return wire.fail(fault);
            }
            if wire.passed > 0 {
                let length = wire.passed.min(buffer.remaining());
                buffer.put_slice(&wire.held[..length]);
                wire.held.drain(..length);
                wire.passed -= length;
                wire.read_clock = None;
                return Poll::Ready(Ok(()));
            }
            if wire.ended {
                return Poll::Ready(Ok(()));
            }
            // What comes while a request is answered waits, up to a head.
            if wire.held.len() < HEAD_BYTES && wire.poll_fill(cx)?.is_ready() {
                continue;
            }
            let fault = ready!(wire.poll_read_clock(cx));
            return wire.fail(fault);
        }
    }
}

impl Write for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(cx, bytes.len(), outcome)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.fault.is_some() {
            // There is something to say still, see `close`.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.written(cx, parts.iter().map(|part| part.len()).sum(), outcome)
    }
}

/// How long the head is; `None` while it is not all there. Its lines end with CR and LF, both of them.
fn head_length(bytes: &[u8]) -> Result<Option<usize>, Fault> {
    let mut line = 0;
    for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
        if at == 0 || bytes[at - 1] != b'\r' {
            return Err(Fault::Framing);
        }
        if at - 1 == line {
            return Ok(Some(at + 1));
        }
        line = at + 1;
    }
    Ok(None)
}

/// What follows a head.
fn body_place(head: &[u8]) -> Result<Place, Fault> {
    let mut length = None;
    let mut chunks = false;
    for line in head.split(|byte| *byte == b'\n').skip(1) {
        let line = line.trim_ascii_end();
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            return Err(Fault::Framing);
        }
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = (line[..colon].trim_ascii(), line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(b"content-length") {
            let digits = value.iter().all(u8::is_ascii_digit);
            let value = std::str::from_utf8(value).ok().filter(|_| digits).and_then(|text| text.parse().ok());
            if length.replace(value.ok_or(Fault::Framing)?).is_some() {
                return Err(Fault::Framing);
            }
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            if chunks || !value.eq_ignore_ascii_case(b"chunked") {
                return Err(Fault::Framing);
            }
            chunks = true;
        }
    }
    match (length, chunks) {
        (Some(_), true) => Err(Fault::Framing),
        (None, true) => Ok(Place::Chunks),
        (None | Some(0), false) => Ok(Place::Head),
        (Some(length), false) => Ok(Place::Body(length)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Place, body_place, head_length};

    #[test]
    fn a_head_ends_with_an_empty_line() {
        assert_eq!(head_length(b"GET / HTTP/1.1\r\nhost: a\r\n\r\nrest"), Ok(Some(27)));
        assert_eq!(head_length(b"GET / HTTP/1.1\r\nhost: a\r\n"), Ok(None));
        for bare in ["GET / HTTP/1.1\n\n", "GET / HTTP/1.1\r\nhost: a\n\r\n", "\nGET"] {
            assert_eq!(head_length(bare.as_bytes()), Err(Fault::Framing), "{bare:?}");
        }
    }

    #[test]
    fn one_header_says_how_long_a_body_is() {
        let place = |headers: &str| body_place(format!("POST / HTTP/1.1\r\n{headers}\r\n").as_bytes());
        assert_eq!(place("host: a\r\n"), Ok(Place::Head));
        assert_eq!(place("Content-Length: 12\r\n"), Ok(Place::Body(12)));
        assert_eq!(place("transfer-encoding: Chunked\r\n"), Ok(Place::Chunks));
        for wrong in [
            "content-length: 1\r\ncontent-length: 1\r\n",
            "content-length: 1\r\nTransfer-Encoding: chunked\r\n",
            "transfer-encoding: chunked\r\ncontent-length: 1\r\n",
            "transfer-encoding: gzip, chunked\r\n",
            "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n",
            "content-length: +1\r\n",
            "content-length: 1, 1\r\n",
            "content-length : 1\r\ncontent-length: 2\r\n",
            "a: b\r\n content-length: 1\r\n",
        ] {
            assert_eq!(place(wrong), Err(Fault::Framing), "{wrong:?}");
        }
    }
}
