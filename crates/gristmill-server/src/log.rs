//! The request log: a line for each request that was answered.
//!
//! It has no token, no body, no query and no identifier of an organization or a user: the path is told as the route that
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
use std::io::Write;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::task::{Context, Poll, ready};
use std::thread;
use std::time::Instant;

/// Lines that wait to be written; further ones are lost rather than waited for.
const WAITING_LINES: usize = 4096;

/// Where the lines go.
#[derive(Clone, Debug)]
pub(crate) struct Log(Option<SyncSender<String>>);

impl Log {
    /// Nowhere.
    pub(crate) fn off() -> Self {
        Self(None)
    }

    /// A log that a thread of its own writes, so that no request waits for whoever reads it.
    pub(crate) fn to(mut writer: Box<dyn Write + Send>) -> std::io::Result<Self> {
        let (sender, lines) = sync_channel::<String>(WAITING_LINES);
        thread::Builder::new().name("gristmill-log".to_owned()).spawn(move || {
            for line in lines {
                // A log that cannot be written is nothing to fail for.
                let _ = writer.write_all(line.as_bytes()).and_then(|()| writer.flush());
            }
        })?;
        Ok(Self(Some(sender)))
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
        if let Some(log) = &self.service.log.0 {
            let _ = log.try_send(format!("{line}{reason}\n"));
        }
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
