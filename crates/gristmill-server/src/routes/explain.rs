//! How a query is answered.

use super::fetch::in_turn;
use crate::body;
use crate::failure::Failure;
use crate::service::Service;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use gristmill::request::{Fetch, FetchContext};
use std::sync::Arc;

/// The explanation of a query about the organization of the path, as JSON.
pub(super) async fn explain(
    State(service): State<Arc<Service>>,
    organization: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Failure> {
    let Path(organization) = organization?;
    let text = body::read(request.into_body(), service.limits.query_bytes).await?;
    let fetch = Fetch::from_json(&text, &FetchContext::for_organization(organization))?;
    let explanation = in_turn(service, move |store, _| {
        let (_, explanation) = store.explain(&fetch)?;
        Ok(explanation.to_json())
    })
    .await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], explanation).into_response())
}
