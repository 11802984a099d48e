//! The text of an answer, on its way to a client.

use crate::failure::Failure;
use crate::memory::Share;
use crate::service::Service;
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Bytes that are sent at once.
const PART_BYTES: usize = 64 << 10;

/// The text of an answer. Until it is sent it counts against the memory that answers share.
#[derive(Debug)]
pub(super) struct Text {
    parts: VecDeque<Vec<u8>>,
    bytes: usize,
    limit: usize,
    share: Share,
    failure: Option<Failure>,
}

impl Text {
    pub(super) fn new(service: &Service) -> Self {
        let limit = service.limits.answer_bytes;
        Self { parts: VecDeque::new(), bytes: 0, limit, share: service.unsent.share(), failure: None }
    }

    /// Why it could not be written.
    pub(super) fn failure(&mut self) -> Failure {
        self.failure.take().unwrap_or_else(Failure::internal)
    }

    fn refuse(&mut self, failure: Failure) -> io::Error {
        self.failure = Some(failure);
        io::ErrorKind::OutOfMemory.into()
    }
}

impl Write for Text {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let bytes = self.bytes + text.len();
        if bytes > self.limit {
            let message = format!(
                "the text of the answer is larger than {} bytes: set `limit`, shorten the interval, or take a coarser \
                 granularity",
                self.limit
            );
            let failure = Failure::new(StatusCode::UNPROCESSABLE_ENTITY, "answer_too_large", message);
            return Err(self.refuse(failure));
        }
        if let Err(full) = self.share.grow_to(bytes) {
            return Err(self.refuse(full.into()));
        }
        self.bytes = bytes;
        for piece in text.chunks(PART_BYTES) {
            match self.parts.back_mut() {
                Some(last) if last.len() + piece.len() <= PART_BYTES => last.extend_from_slice(piece),
                _ => self.parts.push_back(piece.to_vec()),
            }
        }
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl HttpBody for Text {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let part = self.parts.pop_front();
        Poll::Ready(part.map(|part| {
            self.bytes -= part.len();
            Ok(Frame::data(part.into()))
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.parts.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes as u64)
    }
}

impl IntoResponse for Text {
    fn into_response(self) -> Response {
        Response::new(Body::new(self))
    }
}
