//! Which organizations there are, and from when to when they have events. Each takes a turn as a fetch does, since it may read
//! parts of every segment.

use super::fetch::in_turn;
use crate::failure::Failure;
use crate::layers::WARNING;
use crate::service::Service;
use crate::token::Right;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::Arc;

/// What is told where a part of the store cannot be read. Whose events these are, nobody knows.
const MISSING: HeaderValue =
    HeaderValue::from_static("organizations may be missing: a part of the store is damaged");

/// The organizations that have events, of those that the request may be about.
pub(super) async fn list(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let access = service.access(&headers)?;
    access.check_any(Right::Fetch)?;
    let mut found = in_turn(service, |store, _| Ok(store.snapshot()?.organizations()?)).await?;
    found.names.retain(|organization| access.may(Right::Fetch, organization));
    let mut response = Json(json!({"organizations": found.names})).into_response();
    if found.damaged_segments > 0 {
        response.headers_mut().insert(WARNING, MISSING);
    }
    Ok(response)
}

/// The instants of the first and the last event of an organization, in milliseconds; null where it has none.
pub(super) async fn extent(
    State(service): State<Arc<Service>>,
    organization: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Json<Value>, Failure> {
    let Path(organization) = organization?;
    let access = service.access(&headers)?;
    access.check(Right::Fetch, &organization)?;
    let extent = in_turn(service, move |store, _| Ok(store.snapshot()?.extent(&organization)?)).await?;
    let (first, last) = extent.map(std::ops::RangeInclusive::into_inner).unzip();
    Ok(Json(json!({"first": first, "last": last})))
}
