//! The description of the service for programs: an `OpenAPI` document. It describes and decides nothing; names that can be
//! listed come from the tables that requests are checked by, limits from those of this service.

mod aggregation;
mod answer;
mod deletion;
mod endpoint;
mod event;
mod failure;
mod filter;
mod instant;
mod parameter;
mod query;
mod schema;
#[cfg(test)]
mod tests;

use crate::limits::Limits;
use crate::service::Service;
use axum::Router;
use axum::http::header;
use axum::routing::{MethodFilter, on};
use bytes::Bytes;
use std::sync::Arc;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, ComponentsBuilder, Info, License, OpenApi, OpenApiBuilder, Tag};

/// The name of the one security scheme.
const TOKEN: &str = "token";

/// The document at its path. No access is needed, since it tells nothing of what is stored.
pub(crate) fn router(limits: &Limits) -> Router<Arc<Service>> {
    let text = Bytes::from(text(limits));
    let answer = async move || ([(header::CONTENT_TYPE, "application/json")], text.clone());
    Router::new().route("/openapi.json", on(MethodFilter::GET, answer))
}

/// The document as JSON, on several lines.
fn text(limits: &Limits) -> String {
    // Nothing of it is no JSON.
    document(limits).to_pretty_json().unwrap_or_default() + "\n"
}

fn document(limits: &Limits) -> OpenApi {
    OpenApiBuilder::new()
        .info(info())
        .tags(Some(endpoint::TAGS.map(tag)))
        .paths(endpoint::paths())
        .components(Some(components(limits)))
        // Without a token where none was ever created, and where an organization is open to untrusted events.
        .security(Some([SecurityRequirement::default(), token()]))
        .build()
}

fn info() -> Info {
    let mut info = Info::new("Gristmill", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Events in, answers to queries out. A body may be compressed by gzip or zstd, and an answer is as `Accept-Encoding` \
         says. In a query or a deletion a key that is null is as good as absent, and one that is not known is an error."
            .to_owned(),
    );
    let mut license = License::new(env!("CARGO_PKG_LICENSE"));
    license.identifier = Some(env!("CARGO_PKG_LICENSE").to_owned());
    info.license = Some(license);
    info
}

fn tag((name, about): (&str, &str)) -> Tag {
    let mut tag = Tag::new(name);
    tag.description = Some(about.to_owned());
    tag
}

fn token() -> SecurityRequirement {
    SecurityRequirement::new(TOKEN, [] as [&str; 0])
}

fn components(limits: &Limits) -> Components {
    let mut scheme = Http::new(HttpAuthScheme::Bearer);
    scheme.description = Some(
        "The key that `gristmill token create` prints. `Authorization: Token KEY` is the same.".to_owned(),
    );
    let components = ComponentsBuilder::new().security_scheme(TOKEN, SecurityScheme::Http(scheme));
    let components = parameter::components()
        .into_iter()
        .fold(components, |all, (name, parameter)| all.parameter(name, parameter));
    let components = failure::responses()
        .into_iter()
        .fold(components, |all, (name, response)| all.response(name, response));
    let components =
        [event::body(limits), query::body(limits), query::body_of_user(limits), deletion::body(limits)]
            .into_iter()
            .fold(components, |all, (name, body)| all.request_body(name, body));
    let schemas = [
        event::schemas(limits),
        instant::schemas(),
        filter::schemas(),
        aggregation::schemas(),
        query::schemas(),
        deletion::schemas(),
        answer::schemas(),
        failure::schemas(),
    ];
    let schemas = schemas.into_iter().flatten();
    schemas.fold(components, |all, (name, schema)| all.schema(name, schema)).build()
}
