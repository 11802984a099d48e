//! Reading what a client sends.

use crate::failure::Failure;
use crate::limits::Limits;
use crate::memory::Share;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use bytes::BytesMut;
use gristmill::event::{BatchError, decompress};
use http_body_util::BodyExt;
use hyper::body::Body as _;
use std::borrow::Cow;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// The whole body, of at most `limit` bytes, which count against a share of the service's memory.
pub(crate) async fn read(
    headers: &HeaderMap,
    mut body: Body,
    limit: usize,
    limits: &Limits,
    share: &mut Share,
) -> Result<Bytes, Failure> {
    expect_known_encoding(headers)?;
    let announced = body.size_hint().lower();
    if announced > limit as u64 {
        return Err(Failure::too_large(limit));
    }
    share.grow_to(usize::try_from(announced).unwrap_or(usize::MAX))?;
    let begin = Instant::now();
    let mut bytes = BytesMut::new();
    loop {
        let at_rate = Duration::from_secs(bytes.len() as u64 / limits.body_rate.max(1));
        let late = |_| Failure::late_body();
        let frame = timeout_at(begin + limits.body_time + at_rate, body.frame()).await.map_err(late)?;
        let Some(frame) = frame else { break };
        let frame = frame.map_err(|_| Failure::bad_request("the body broke off before its end").closing())?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > limit {
            return Err(Failure::too_large(limit));
        }
        share.grow_to(bytes.len() + data.len())?;
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.freeze())
}

/// The encodings that are taken. Their names do not matter beyond that: the first bytes of a body tell them.
pub(crate) const ENCODINGS: [&str; 4] = ["identity", "gzip", "x-gzip", "zstd"];

fn expect_known_encoding(headers: &HeaderMap) -> Result<(), Failure> {
    let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter();
    let known = |value: &str| ENCODINGS.iter().any(|known| value.trim().eq_ignore_ascii_case(known));
    let first = encodings.next();
    if first.is_none_or(|value| value.to_str().is_ok_and(known)) && encodings.next().is_none() {
        return Ok(());
    }
    let message = "the header `Content-Encoding` must be gzip or zstd, or be absent";
    Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_encoding", message).closing())
}

/// The text of a body, decompressed where it is compressed.
pub(crate) fn text<'b>(body: &'b [u8], limits: &Limits, share: &mut Share) -> Result<Cow<'b, [u8]>, Failure> {
    let most = limits.decompressed(body.len());
    // What is no JSON text may be compressed.
    if body.first().is_some_and(|first| !first.is_ascii())
        || body.starts_with(&[0x1f])
        || body.starts_with(b"(")
    {
        share.grow_to(body.len() + most)?;
    }
    decompress(body, most as u64).map_err(|error| match error {
        BatchError::TooLarge { .. } if most < limits.decompressed_bytes => {
            let ratio = limits.decompression_ratio;
            let message = format!("the body becomes more than {ratio} times as large once decompressed");
            Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
        }
        error => error.into(),
    })
}
