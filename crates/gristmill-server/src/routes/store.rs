//! Events in.

use crate::access::{Access, Refusal};
use crate::body;
use crate::failure::Failure;
use crate::service::{Service, blocking};
use crate::token::Right;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::{Json, response::IntoResponse};
use gristmill::Timestamp;
use gristmill::event::{Batch, Source};
use gristmill::schema::Dimension;
use serde_json::json;
use std::sync::Arc;

/// Each endpoint below `/events/v2/store/`, and what its events are taken as.
pub(super) const ENDPOINTS: [(&str, Source); 3] =
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
    let text = body::read(request.into_body(), service.limits.body_bytes).await?;
    let _turn = service.appends.acquire().await.map_err(|_| Failure::internal())?;
    let work = Arc::clone(&service);
    let stored = blocking(move || {
        let parsed = Batch::from_json_within(&work.limits.events(), &text, source, arrival)?;
        check(&access, right, &parsed.batch)?;
        Ok(work.store()?.append(parsed.batch)?.events)
    })
    .await?;
    Ok(Json(json!({"stored": stored})).into_response())
}

/// Checks that a batch has events of no organization but those that the right is for.
fn check(access: &Access, right: Right, batch: &Batch) -> Result<(), Refusal> {
    batch.rows().try_for_each(|event| {
        // Every event has one.
        access.check(right, event.text(Dimension::OrganizationId).unwrap_or_default())
    })
}
