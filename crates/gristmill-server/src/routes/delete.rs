//! Events out for good.

use super::fetch::query;
use crate::failure::Failure;
use crate::service::Service;
use crate::token::Right;
use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, Request, State};
use gristmill::Deleted;
use gristmill::request::{Delete, FetchContext};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// What is wanted beside the deletion itself.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Wishes {
    /// Whether the segments that held the events are rewritten at once.
    purge: bool,
    /// Whether the events are only counted.
    dry_run: bool,
}

/// Deletes the events of an organization that the body means.
///
/// What of deleted events is on the disk is not told, as on the command line: that is about all organizations.
pub(super) async fn delete(
    State(service): State<Arc<Service>>,
    organization: Result<Path<String>, PathRejection>,
    wishes: Result<Query<Wishes>, QueryRejection>,
    request: Request,
) -> Result<Json<Value>, Failure> {
    let Path(organization) = organization?;
    let access = service.access(request.headers())?;
    access.check(Right::Delete, &organization)?;
    let Query(wishes) = wishes.map_err(|rejection| Failure::bad_request(rejection.body_text()))?;
    let context = FetchContext::for_organization(organization).limits(service.limits.request());
    let delete = query(&service, request, |text| Ok(Delete::from_json(text, &context)?)).await?;
    let busy = |_| Failure::unavailable("another deletion is under way; try again in a moment");
    let turn = Arc::clone(&service.deletions).try_acquire_owned().map_err(busy)?;
    service
        .blocking(move |service| {
            // It goes on to its end even where nobody waits for it any more.
            let _turn = turn;
            let store = service.store()?;
            if wishes.dry_run {
                return Ok(Json(json!({"would_delete": store.count_to_delete(&delete)?})));
            }
            let Deleted { events, segments, dropped } = store.delete(&delete)?;
            if wishes.purge {
                store.purge(&|_| {})?;
            }
            Ok(Json(json!({"deleted": events, "segments": segments, "dropped": dropped})))
        })
        .await
}
