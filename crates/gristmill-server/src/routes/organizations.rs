//! Which organizations there are, and from when to when they have events. Each takes a turn as a fetch does, since it may read
//! parts of every segment.

use super::fetch::in_turn;
use crate::failure::Failure;
use crate::service::Service;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use serde_json::{Value, json};
use std::sync::Arc;

/// The organizations that have events.
pub(super) async fn list(State(service): State<Arc<Service>>) -> Result<Json<Value>, Failure> {
    let found = in_turn(service, |store, _| Ok(store.snapshot()?.organizations()?)).await?;
    Ok(Json(json!({"organizations": found})))
}

/// The instants of the first and the last event of an organization, in milliseconds; null where it has none.
pub(super) async fn extent(
    State(service): State<Arc<Service>>,
    organization: Result<Path<String>, PathRejection>,
) -> Result<Json<Value>, Failure> {
    let Path(organization) = organization?;
    let extent = in_turn(service, move |store, _| Ok(store.snapshot()?.extent(&organization)?)).await?;
    let (first, last) = extent.map(std::ops::RangeInclusive::into_inner).unzip();
    Ok(Json(json!({"first": first, "last": last})))
}
