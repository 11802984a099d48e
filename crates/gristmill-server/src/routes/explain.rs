//! How a query is answered.

use super::fetch::{about_organization, in_turn};
use crate::failure::Failure;
use crate::service::Service;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// The explanation of a query about the organization of the path, as JSON. Whoever may not see what concerns all
/// organizations is told nothing of the others.
pub(super) async fn explain(
    State(service): State<Arc<Service>>,
    organization: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Failure> {
    let access = service.access(request.headers())?;
    let sees_all = access.check_operator().is_ok();
    let fetch = about_organization(&service, &access, organization, request).await?;
    let explanation = in_turn(service, move |store, _| {
        let (_, explanation) = store.explain(&fetch)?;
        Ok(if sees_all { explanation } else { explanation.without_others() }.to_json())
    })
    .await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], explanation).into_response())
}
