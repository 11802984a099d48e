//! Answers out.

use super::form::Form;
use super::text::Text;
use crate::access::Access;
use crate::body;
use crate::failure::Failure;
use crate::layers::WARNING;
use crate::service::Service;
use crate::token::Right;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use gristmill::exec::Cancel;
use gristmill::request::{Fetch, FetchContext, Filter};
use gristmill::response::Answer;
use gristmill::schema::Dimension;
use gristmill::{Error, Store};
use std::sync::Arc;
use tokio::time::timeout;

/// A fetch about the organization of the path.
pub(super) async fn of_organization(
    State(service): State<Arc<Service>>,
    organization: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Failure> {
    let access = service.access(request.headers())?;
    let form = Form::asked(request.headers());
    let fetch = about_organization(&service, &access, organization, request).await?;
    answer(service, fetch, form).await
}

/// The fetch of a body, about the organization of the path.
pub(super) async fn about_organization(
    service: &Service,
    access: &Access,
    organization: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Fetch, Failure> {
    let Path(organization) = organization?;
    access.check(Right::Fetch, &organization)?;
    let context = FetchContext::for_organization(organization).limits(service.limits.request());
    query(service, request, |text| Ok(Fetch::from_json(text, &context)?)).await
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
    let form = Form::asked(request.headers());
    let context = FetchContext::new().limits(service.limits.request());
    let mut fetch = query(&service, request, |text| Ok(Fetch::from_json(text, &context)?)).await?;
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

/// What a body of a query or a deletion says.
pub(super) async fn query<T>(
    service: &Service,
    request: Request,
    read: impl FnOnce(&[u8]) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let (parts, body) = request.into_parts();
    let limits = &service.limits;
    let mut share = service.queued.share();
    let body = body::read(&parts.headers, body, limits.query_bytes, limits, &mut share).await?;
    read(&body::text(&body, limits, &mut share)?)
}

/// Does what a fetch takes on a thread of its own, in its turn; `Cancel` stops it when nobody waits for it any more.
pub(super) async fn in_turn<T: Send + 'static>(
    service: Arc<Service>,
    work: impl FnOnce(&Store, &Cancel) -> Result<T, Error> + Send + 'static,
) -> Result<T, Failure> {
    let full = |_| Failure::unavailable("too many fetches wait already; try again in a moment");
    let place = Arc::clone(&service.places).try_acquire_owned().map_err(full)?;
    let turn = timeout(service.limits.fetch_time, Arc::clone(&service.fetches).acquire_owned()).await;
    let late = |_| Failure::unavailable("other fetches took too long; try again in a moment");
    let turn = turn.map_err(late)?.map_err(|_| Failure::internal())?;
    let cancel = Cancel::new();
    let _guard = StopWhenDropped(cancel.clone());
    service
        .blocking(move |service| {
            // Given back when the work has stopped, which takes a moment where nobody waits for it any more.
            let _held = (place, turn);
            Ok(work(service.store()?, &cancel)?)
        })
        .await
}

async fn answer(service: Arc<Service>, fetch: Fetch, form: Form) -> Result<Response, Failure> {
    let mut text = Text::new(&service);
    let (text, warnings) = in_turn(service, move |store, cancel| {
        let answer = store.fetch_or_cancel(&fetch, cancel)?;
        Ok(match form.write(&answer, &mut text) {
            Ok(()) => Ok((text, warnings(&answer))),
            Err(_) => Err(text.failure()),
        })
    })
    .await??;
    let mut response = text.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(form.content_type()));
    for warning in warnings {
        response.headers_mut().append(WARNING, warning);
    }
    Ok(response)
}

/// What is odd about an answer, and what is missing from it.
fn warnings(answer: &Answer) -> Vec<HeaderValue> {
    let missing = answer
        .missing()
        .iter()
        .map(|missing| format!("up to {} rows are missing: a part of the store is damaged", missing.rows));
    let told = answer.warnings().iter().cloned().chain(missing);
    // A header takes no other characters.
    told.filter_map(|text| HeaderValue::from_str(&text.escape_default().to_string()).ok()).collect()
}
