//! The log, and in it a line for each request that was answered.
//!
//! That line has no token, no body, no query and no identifier of an organization or a user: the path is told as the route that
//! matched. So nothing of it comes from a client but numbers. Where the service failed, the line ends with the reason.

use crate::failure::Reason;
use crate::service::Service;
use axum::body::{Body, Bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use gristmill::Timestamp;
use gristmill::timestamp::IsoText;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::task::{Context, Poll, ready};
use std::thread;
use std::time::{Duration, Instant};

/// Lines that wait to be written; further ones are lost rather than waited for.
const WAITING_LINES: usize = 4096;

/// How often it is tried to get a word in where so many lines wait.
const CLOSE_PAUSE: Duration = Duration::from_millis(10);

/// Where the lines go: to a thread that writes them, so that no request waits for whoever reads the log. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Log(Option<SyncSender<Message>>);

#[derive(Debug)]
enum Message {
    Line(String),
    /// Nothing follows; answered when everything before it is written.
    End(SyncSender<()>),
}

impl Log {
    /// Nowhere.
    pub(crate) fn off() -> Self {
        Self(None)
    }

    /// A log that a thread of its own writes.
    pub(crate) fn to(mut writer: Box<dyn Write + Send>) -> io::Result<Self> {
        let (sender, messages) = sync_channel(WAITING_LINES);
        thread::Builder::new().name("gristmill-log".to_owned()).spawn(move || {
            for message in messages {
                match message {
                    // A log that cannot be written is nothing to fail for.
                    Message::Line(line) => {
                        let _ = writer.write_all(line.as_bytes()).and_then(|()| writer.flush());
                    }
                    Message::End(ended) => {
                        let _ = ended.send(());
                        break;
                    }
                }
            }
        })?;
        Ok(Self(Some(sender)))
    }

    /// Adds a line. A control character in it is escaped, so that it stays one line.
    pub(crate) fn line(&self, text: &str) {
        let Some(sender) = &self.0 else { return };
        let mut line = String::with_capacity(text.len() + 1);
        for character in text.chars() {
            if character.is_control() {
                line.extend(character.escape_default());
            } else {
                line.push(character);
            }
        }
        line.push('\n');
        let _ = sender.try_send(Message::Line(line));
    }

    /// Waits until everything that was added is written, at most so long. Whatever is added later is lost.
    pub(crate) fn close(&self, patience: Duration) {
        let Some(sender) = &self.0 else { return };
        let deadline = Instant::now() + patience;
        let (end, ended) = sync_channel(1);
        let mut message = Message::End(end);
        while let Err(TrySendError::Full(back)) = sender.try_send(message) {
            if Instant::now() >= deadline {
                return;
            }
            message = back;
            thread::sleep(CLOSE_PAUSE);
        }
        let _ = ended.recv_timeout(deadline.saturating_duration_since(Instant::now()));
    }
}

/// Each text that is written is a line, with or without a line break behind it.
impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        self.line(text.strip_suffix('\n').unwrap_or(&text));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One request, told when it is dropped: when its answer was sent, or its client has gone.
#[derive(Debug)]
struct Entry {
    service: Arc<Service>,
    begin: Instant,
    time: IsoText,
    method: &'static str,
    route: String,
    /// 0 until there is an answer.
    status: u16,
    read: Arc<AtomicU64>,
    sent: u64,
    /// Why the service failed.
    reason: Option<Reason>,
}

impl Drop for Entry {
    fn drop(&mut self) {
        let Self { time, method, route, status, sent, .. } = self;
        let read = self.read.load(Ordering::Relaxed);
        let elapsed = self.begin.elapsed();
        self.service.metrics.answered(method, route, *status, elapsed);
        let ms = elapsed.as_secs_f64() * 1e3;
        let line = format!("{time} {method} {route} status={status} ms={ms:.1} in={read} out={sent}");
        // It may quote what a client sent.
        let reason = self.reason.as_ref().map(|Reason(text)| format!(" error={text:?}")).unwrap_or_default();
        self.service.log.line(&format!("{line}{reason}"));
    }
}

/// Notes each request.
pub(crate) async fn note(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let read = Arc::new(AtomicU64::new(0));
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let mut entry = Entry {
        service: Arc::clone(&service),
        begin: Instant::now(),
        time: IsoText::new(Timestamp::now().millis(), 0),
        method: known(request.method()),
        route,
        status: 0,
        read: Arc::clone(&read),
        sent: 0,
        reason: None,
    };
    let request = request.map(|body| Body::new(Counted { body, count: Count::Read(read) }));
    let response = next.run(request).await;
    entry.status = response.status().as_u16();
    entry.reason = response.extensions().get().cloned();
    response.map(|body| Body::new(Counted { body, count: Count::Sent(entry) }))
}

/// A method is any word; those that are known are told.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

#[derive(Debug)]
enum Count {
    Read(Arc<AtomicU64>),
    Sent(Entry),
}

/// A body whose bytes are counted.
#[derive(Debug)]
struct Counted {
    body: Body,
    count: Count,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame {
            let length = frame.data_ref().map_or(0, Bytes::len) as u64;
            match &mut self.count {
                Count::Read(read) => {
                    read.fetch_add(length, Ordering::Relaxed);
                }
                Count::Sent(entry) => entry.sent += length,
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, Sender, channel};

    /// Hands on what it gets, once it may.
    struct Slow {
        may: Receiver<()>,
        written: Sender<String>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.may.recv();
            self.written.send(String::from_utf8(bytes.to_vec()).unwrap()).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn everything_is_written_before_a_log_is_closed() {
        let ((go, may), (written, lines)) = (channel(), channel());
        let log = Log::to(Box::new(Slow { may, written })).unwrap();
        for line in 0..WAITING_LINES {
            log.line(&line.to_string());
        }
        let held = log.clone();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            drop(go);
        });
        log.close(Duration::from_mins(1));
        assert_eq!(lines.try_iter().count(), WAITING_LINES);
        held.line("late");
        held.close(Duration::from_mins(1));
        assert_eq!(lines.iter().count(), 0);
    }

    #[test]
    fn nobody_waits_for_ever_for_a_log_that_is_not_read() {
        for lines in [1, WAITING_LINES * 2] {
            let ((_go, may), (written, _lines)) = (channel(), channel());
            let log = Log::to(Box::new(Slow { may, written })).unwrap();
            (0..lines).for_each(|_| log.line("line"));
            log.close(Duration::from_millis(20));
        }
    }

    #[test]
    fn what_is_written_stays_one_line() {
        let ((_, may), (written, lines)) = (channel(), channel());
        let mut log = Log::to(Box::new(Slow { may, written })).unwrap();
        log.write_all(b"a\x1b[31m\nb\xff\r\n").unwrap();
        log.close(Duration::from_mins(1));
        assert_eq!(lines.iter().collect::<String>(), "a\\u{1b}[31m\\nb\u{fffd}\\r\n");
    }
}
