//! What is counted, as text for Prometheus.

use crate::failure::Failure;
use crate::metrics::{CONTENT_TYPE, StoreFigures};
use crate::service::Service;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// All figures. They are about every organization together, so a token must have the right `admin` for all of them.
pub(super) async fn metrics(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    service.access(&headers)?.check_operator()?;
    let text = service
        .blocking(|service| {
            let figures = service.store().ok().map(StoreFigures::of).transpose()?;
            service.metrics.text(figures).map_err(|_| Failure::internal())
        })
        .await?;
    Ok(([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response())
}
