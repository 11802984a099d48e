//! The page at `/`, with all that it loads. It has no rights of its own: what it shows it asks of the endpoints that every
//! client has. `docs/console.md` tells what it does.

mod assets;
#[cfg(test)]
mod tests;
mod vocabulary;

use crate::service::Service;
use assets::{Asset, assets};
use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use std::sync::Arc;
use vocabulary::vocabulary;

/// What the page may load and do: its own scripts, styles and images, and calls of the service that it came from.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page and its parts.
pub(crate) fn router() -> Router<Arc<Service>> {
    let words = Asset::new("/console/vocabulary.json", "application/json", vocabulary());
    assets().chain([words]).fold(Router::new(), |router, asset| {
        let (path, asset) = (asset.path, Arc::new(asset));
        router.route(path, on(MethodFilter::GET, async move |headers: HeaderMap| respond(&asset, &headers)))
    })
}

/// An asset, or word that the browser has it already.
fn respond(asset: &Asset, request: &HeaderMap) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        // The browser keeps it, and asks at each use whether it is still the same: an upgrade shows at once.
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::ETAG, asset.tag.clone()),
    ];
    if request.get_all(header::IF_NONE_MATCH).iter().any(|known| asset.is_known_by(known)) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, asset.content.clone()).into_response()
}
