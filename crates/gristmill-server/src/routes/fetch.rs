//! Answers out.

use crate::body;
use crate::failure::Failure;
use crate::service::{Service, blocking};
use crate::token::Right;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use gristmill::exec::Cancel;
use gristmill::request::{Fetch, FetchContext, Filter};
use gristmill::schema::Dimension;
use std::sync::Arc;

/// A fetch about the organization of the path.
pub(super) async fn of_organization(
    State(service): State<Arc<Service>>,
    organization: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Failure> {
    let Path(organization) = organization?;
    service.access(request.headers())?.check(Right::Fetch, &organization)?;
    let text = body::read(request.into_body(), service.limits.query_bytes).await?;
    let fetch = Fetch::from_json(&text, &FetchContext::for_organization(organization))?;
    answer(service, fetch).await
}

/// A fetch about the events of the user of the path, in the organization of the body.
pub(super) async fn of_user(
    State(service): State<Arc<Service>>,
    user: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Failure> {
    let Path(user) = user?;
    let access = service.access(request.headers())?;
    access.check_any(Right::Fetch)?;
    let text = body::read(request.into_body(), service.limits.query_bytes).await?;
    let mut fetch = Fetch::from_json(&text, &FetchContext::new())?;
    access.check(Right::Fetch, &fetch.organization)?;
    fetch.filter = Filter::And(vec![Filter::is(Dimension::UserId, &*user), fetch.filter]);
    answer(service, fetch).await
}

/// Stops a fetch when nobody waits for it any more.
struct StopWhenDropped(Cancel);

impl Drop for StopWhenDropped {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

async fn answer(service: Arc<Service>, fetch: Fetch) -> Result<Response, Failure> {
    let _turn = service.fetches.acquire().await.map_err(|_| Failure::internal())?;
    let cancel = Cancel::new();
    let _guard = StopWhenDropped(cancel.clone());
    let work = Arc::clone(&service);
    let text = blocking(move || {
        let answer = work.store()?.fetch_or_cancel(&fetch, &cancel)?;
        Ok(answer.to_json())
    })
    .await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}
