//! Which organizations there are, and from when to when they have events.

use crate::failure::Failure;
use crate::service::{Service, blocking};
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use gristmill::Error;
use serde_json::{Value, json};
use std::sync::Arc;

/// The organizations that have events.
pub(super) async fn list(State(service): State<Arc<Service>>) -> Result<Json<Value>, Failure> {
    let found = blocking(move || {
        let snapshot = service.store()?.snapshot()?;
        Ok(snapshot.organizations().map_err(Error::from)?)
    })
    .await?;
    Ok(Json(json!({"organizations": found})))
}

/// The instants of the first and the last event of an organization, in milliseconds; null where it has none.
pub(super) async fn extent(
    State(service): State<Arc<Service>>,
    organization: Result<Path<String>, PathRejection>,
) -> Result<Json<Value>, Failure> {
    let Path(organization) = organization?;
    let extent = blocking(move || {
        let snapshot = service.store()?.snapshot()?;
        Ok(snapshot.extent(&organization).map_err(Error::from)?)
    })
    .await?;
    let (first, last) = extent.map(std::ops::RangeInclusive::into_inner).unzip();
    Ok(Json(json!({"first": first, "last": last})))
}
