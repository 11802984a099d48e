//! Answers out.

use super::form::Form;
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
use gristmill::{Error, Store};
use std::sync::Arc;

/// A fetch about the organization of the path.
pub(super) async fn of_organization(
    State(service): State<Arc<Service>>,
    organization: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Failure> {
    let form = Form::asked(request.headers());
    let fetch = about_organization(&service, organization, request).await?;
    answer(service, fetch, form).await
}

/// The fetch of a body, about the organization of the path.
pub(super) async fn about_organization(
    service: &Service,
    organization: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Fetch, Failure> {
    let Path(organization) = organization?;
    service.access(request.headers())?.check(Right::Fetch, &organization)?;
    let text = body::read(request.into_body(), service.limits.query_bytes).await?;
    Ok(Fetch::from_json(&text, &FetchContext::for_organization(organization))?)
}

/// A fetch about the events of the user of the path, in the organization of the body.
pub(super) async fn of_user(
    State(service): State<Arc<Service>>,
    user: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Failure> {
    let Path(user) = user?;
    let form = Form::asked(request.headers());
    let access = service.access(request.headers())?;
    access.check_any(Right::Fetch)?;
    let text = body::read(request.into_body(), service.limits.query_bytes).await?;
    let mut fetch = Fetch::from_json(&text, &FetchContext::new())?;
    access.check(Right::Fetch, &fetch.organization)?;
    fetch.filter = Filter::And(vec![Filter::is(Dimension::UserId, &*user), fetch.filter]);
    answer(service, fetch, form).await
}

/// Stops a fetch when nobody waits for it any more.
struct StopWhenDropped(Cancel);

impl Drop for StopWhenDropped {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// Does what a fetch takes on a thread of its own, in its turn; `Cancel` stops it when nobody waits for it any more.
pub(super) async fn in_turn<T: Send + 'static>(
    service: Arc<Service>,
    work: impl FnOnce(&Store, &Cancel) -> Result<T, Error> + Send + 'static,
) -> Result<T, Failure> {
    let _turn = service.fetches.acquire().await.map_err(|_| Failure::internal())?;
    let cancel = Cancel::new();
    let _guard = StopWhenDropped(cancel.clone());
    let shared = Arc::clone(&service);
    blocking(move || Ok(work(shared.store()?, &cancel)?)).await
}

async fn answer(service: Arc<Service>, fetch: Fetch, form: Form) -> Result<Response, Failure> {
    let text =
        in_turn(service, move |store, cancel| Ok(form.text(&store.fetch_or_cancel(&fetch, cancel)?))).await?;
    Ok(([(header::CONTENT_TYPE, form.content_type())], text).into_response())
}
