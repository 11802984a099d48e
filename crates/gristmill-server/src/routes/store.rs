//! Events in.

use crate::access::{Access, Refusal};
use crate::body;
use crate::failure::Failure;
use crate::layers::IDEMPOTENCY_KEY;
use crate::service::Service;
use crate::token::Right;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::{Json, response::IntoResponse};
use gristmill::Timestamp;
use gristmill::event::Ignored;
use gristmill::event::{Batch, Source};
use gristmill::schema::Dimension;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

/// Each endpoint below `/events/v2/store/`, and what its events are taken as.
pub(crate) const ENDPOINTS: [(&str, Source); 3] =
    [("external", Source::Untrusted), ("untrusted", Source::Untrusted), ("trusted", Source::Trusted)];

/// Stores the events of a body, all of them or none.
pub(super) async fn store(
    State(service): State<Arc<Service>>,
    source: Source,
    request: Request,
) -> Result<Response, Failure> {
    let arrival = Timestamp::now();
    let right = if source == Source::Trusted { Right::StoreTrusted } else { Right::Store };
    let access = service.access(request.headers())?;
    access.check_any(right)?;
    let key = idempotency_key(request.headers())?;
    let (parts, body) = request.into_parts();
    let limits = &service.limits;
    let mut share = service.queued.share();
    let body = body::read(&parts.headers, body, limits.body_bytes, limits, &mut share).await?;
    let turn = Arc::clone(&service.appends).acquire_owned().await.map_err(|_| Failure::internal())?;
    let (stored, ignored) = service
        .blocking(move |service| {
            // Given back when the work is done, even where nobody waits for it any more.
            let (_turn, mut share) = (turn, share);
            let text = body::text(&body, &service.limits, &mut share)?;
            let parsed = Batch::from_json_within(&service.limits.events(), &text, source, arrival)?;
            let mut batch = parsed.batch;
            check(&access, right, &batch)?;
            if let Some(key) = key {
                let token = append_token(&access, &batch, &key);
                batch = batch.with_token(&token)?;
            }
            Ok((service.store()?.append(batch)?.events, parsed.ignored))
        })
        .await?;
    let mut receipt = json!({"stored": stored});
    if !ignored.is_empty() {
        receipt["ignored"] = ignored_json(&ignored);
    }
    Ok(Json(receipt).into_response())
}

/// The name that a client gives to a batch.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<Vec<u8>>, Failure> {
    let Some(key) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let key = key.as_bytes();
    if key.is_empty() || key.len() > Batch::MAX_TOKEN_BYTES {
        let most = Batch::MAX_TOKEN_BYTES;
        return Err(Failure::bad_request(format!(
            "the header `Idempotency-Key` must have 1 to {most} bytes"
        )));
    }
    Ok(Some(key.to_vec()))
}

/// The name of a batch in the store: of the client's token, the batch's organizations and the client's name for it, so that
/// the names of others are never met.
fn append_token(access: &Access, batch: &Batch, key: &[u8]) -> String {
    let organizations: BTreeSet<&str> =
        batch.rows().filter_map(|event| event.text(Dimension::OrganizationId)).collect();
    let mut hash = Sha256::new();
    let mut add = |part: &[u8]| {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    };
    add(access.token_id().unwrap_or_default().as_bytes());
    add(key);
    organizations.into_iter().for_each(|organization| add(organization.as_bytes()));
    let mut token = String::from("http:");
    for byte in hash.finalize() {
        // Writing to a String cannot fail.
        let _ = write!(token, "{byte:02x}");
    }
    token
}

/// Keys that mean nothing, by name, so that a typing mistake is seen.
fn ignored_json(ignored: &Ignored) -> Value {
    let mut names: Map<String, Value> =
        ignored.iter().map(|(name, count)| (name.to_owned(), count.into())).collect();
    if ignored.others() > 0 {
        names.insert("(others)".to_owned(), ignored.others().into());
    }
    names.into()
}

/// Checks that a batch has events of no organization but those that the right is for.
fn check(access: &Access, right: Right, batch: &Batch) -> Result<(), Refusal> {
    batch.rows().try_for_each(|event| {
        // Every event has one.
        access.check(right, event.text(Dimension::OrganizationId).unwrap_or_default())
    })
}
