//! What is done, one file a noun.

mod delete;
mod explain;
mod fetch;
mod form;
mod health;
mod metrics;
mod organizations;
mod store;
mod text;
mod values;

pub(crate) use store::ENDPOINTS;
pub(crate) use values::{MOST_VALUES, USUAL_VALUES};

use crate::failure::Failure;
use crate::openapi;
use crate::service::Service;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::{MethodFilter, on};
use std::sync::Arc;

/// The versions of the paths to store and to fetch, which mean the same.
pub(crate) const VERSIONS: [&str; 2] = ["v1", "v2"];

/// Everything that the service answers.
pub(crate) fn router(service: Arc<Service>) -> Router {
    let asked = || MethodFilter::GET.or(MethodFilter::POST);
    let mut router = Router::new();
    for version in VERSIONS {
        for (name, source) in ENDPOINTS {
            let handler = move |service, request| store::store(service, source, request);
            router =
                router.route(&format!("/events/{version}/store/{name}"), on(MethodFilter::POST, handler));
        }
        for slash in ["", "/"] {
            let path = format!("/api/events/{version}/orgs/{{organization}}/fetch{slash}");
            router = router.route(&path, on(asked(), fetch::of_organization));
            let path = format!("/api/events/{version}/users/{{user}}/fetch{slash}");
            router = router.route(&path, on(asked(), fetch::of_user));
        }
    }
    let below = |name: &str| format!("/api/events/v2/orgs/{{organization}}/{name}");
    router
        .merge(crate::console::router())
        .merge(openapi::router(&service.limits))
        .route("/api/events/v2/orgs", on(MethodFilter::GET, organizations::list))
        .route(&below("extent"), on(MethodFilter::GET, organizations::extent))
        .route(&below("values"), on(MethodFilter::GET, values::values))
        .route(&below("explain"), on(asked(), explain::explain))
        .route(&below("delete"), on(MethodFilter::POST, delete::delete))
        .route("/metrics", on(MethodFilter::GET, metrics::metrics))
        .route("/livez", on(MethodFilter::GET, health::alive))
        .route("/readyz", on(MethodFilter::GET, health::ready))
        .fallback(|| async {
            Failure::new(StatusCode::NOT_FOUND, "not_found", "there is nothing at this path")
        })
        .method_not_allowed_fallback(|| async {
            let message = "this path does not take this method; the header `Allow` has those that it takes";
            Failure::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
        })
        .with_state(service)
}
