//! What is done with every request and answer, whatever it is about.

use crate::failure::Failure;
use crate::log;
use crate::service::Service;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::Duration;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// The header with what a reader should know about an answer.
pub(crate) const WARNING: HeaderName = HeaderName::from_static("gristmill-warning");
/// The header that names a batch of events, so that it is not stored twice.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// How long a browser may remember what other origins may do.
const CORS_AGE: Duration = Duration::from_mins(10);

/// The routes with everything around them. `origins` are those whose pages may call them, `*` for all.
pub(crate) fn layered(routes: Router, service: &Arc<Service>, origins: &[HeaderValue]) -> Router {
    let shared = Arc::clone(service);
    let routes = routes
        .layer(CatchPanicLayer::custom(move |_| {
            shared.metrics.panicked();
            Failure::internal().into_response()
        }))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest));
    let routes = if origins.is_empty() { routes } else { routes.layer(cors(origins)) };
    routes.layer(from_fn(finish)).layer(from_fn_with_state(Arc::clone(service), log::note))
}

fn cors(origins: &[HeaderValue]) -> CorsLayer {
    let any = origins.iter().any(|origin| origin == "*");
    let allowed = if any { AllowOrigin::any() } else { AllowOrigin::list(origins.iter().cloned()) };
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::CONTENT_ENCODING,
            header::ACCEPT,
            IDEMPOTENCY_KEY,
        ])
        .expose_headers([WARNING, header::RETRY_AFTER])
        .max_age(CORS_AGE)
}

/// What every answer has. `OPTIONS` is answered with the methods of a path, in place of an error that has them too.
async fn finish(request: Request, next: Next) -> Response {
    let is_options = request.method() == Method::OPTIONS;
    let mut response = next.run(request).await;
    if is_options && response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let allow = response.headers_mut().remove(header::ALLOW);
        response = StatusCode::NO_CONTENT.into_response();
        allow.map(|allow| response.headers_mut().insert(header::ALLOW, allow));
    }
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

#[cfg(test)]
mod tests {
    use super::layered;
    use crate::limits::Limits;
    use crate::service::Service;
    use crate::token::{Authority, AuthorityOptions};
    use axum::Router;
    use axum::body::Body;
    use axum::http::Request;
    use axum::routing::get;
    use http_body_util::BodyExt;
    use std::path::Path;
    use std::sync::Arc;
    use tower::ServiceExt;

    async fn broken() -> &'static str {
        panic!("a value of a client")
    }

    #[tokio::test]
    async fn a_panic_is_an_answer_without_its_message() {
        let authority = Authority::open(Path::new("no-such-file"), AuthorityOptions::default()).unwrap();
        let service = Arc::new(Service::new(Limits::default(), authority));
        let routes = layered(Router::new().route("/", get(broken)), &service, &[]);
        let response = routes.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 500);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(body.contains(r#""code":"internal""#) && !body.contains("a value"), "{body}");
    }
}
