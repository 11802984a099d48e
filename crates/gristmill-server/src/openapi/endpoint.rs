//! What can be asked, and what is answered.

use super::answer::{ANSWER, EXPLANATION, EXTENT, ORGANIZATIONS, VALUES};
use super::deletion::{DELETED, DELETION};
use super::event::{EVENTS, RECEIPT};
use super::failure::{
    BAD_REQUEST, FORBIDDEN, INTERNAL, LATE_BODY, OVER_BUDGET, Status, TIMED_OUT, TOO_LARGE, TOO_MANY,
    UNAUTHORIZED, UNAVAILABLE, UNSUPPORTED_ENCODING, header,
};
use super::parameter::{self, CONTENT_ENCODING, IDEMPOTENCY_KEY, ORGANIZATION, USER};
use super::query::{QUERY, USER_QUERY};
use super::schema::{Any, named, object, text};
use crate::metrics;
use crate::routes::{ENDPOINTS, VERSIONS};
use crate::token::Right;
use gristmill::event::Source;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder, PathItem, PathItemBuilder, Paths};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, PathsBuilder, Ref, ResponseBuilder};

const EVENTS_TAG: &str = "events";
const QUERIES_TAG: &str = "queries";
const OPERATION_TAG: &str = "operation";

/// What the endpoints are about.
pub(super) const TAGS: [(&str, &str); 3] = [
    (EVENTS_TAG, "Events in, and out for good"),
    (QUERIES_TAG, "Queries, and what helps to ask them"),
    (OPERATION_TAG, "The service itself"),
];

const JSON: &str = "application/json";
const PLAIN: &str = "text/plain";

/// Statuses of a request that needs a right.
const ASKED: [Status; 6] = [BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, TOO_MANY, INTERNAL, UNAVAILABLE];
/// Further ones of a request with a body.
const WITH_BODY: [Status; 3] = [LATE_BODY, TOO_LARGE, UNSUPPORTED_ENCODING];
/// Further ones of a request that is answered by a fetch.
const BY_FETCH: [Status; 2] = [OVER_BUDGET, TIMED_OUT];

/// All paths.
pub(super) fn paths() -> Paths {
    let paths = VERSIONS.into_iter().fold(PathsBuilder::new(), |paths, version| {
        let paths = ENDPOINTS.into_iter().fold(paths, |paths, (name, source)| {
            paths.path(format!("/events/{version}/store/{name}"), posted(store(version, name, source)))
        });
        paths
            .path(
                format!("/api/events/{version}/orgs/{{organization}}/fetch"),
                asked(|method| fetch(version, method, "Organization", ORGANIZATION)),
            )
            .path(
                format!("/api/events/{version}/users/{{user}}/fetch"),
                asked(|method| fetch(version, method, "User", USER)),
            )
    });
    let below = |name| format!("/api/events/v2/orgs/{{organization}}/{name}");
    paths
        .path("/api/events/v2/orgs", got(organizations()))
        .path(below("extent"), got(extent()))
        .path(below("values"), got(values()))
        .path(below("explain"), asked(explain))
        .path(below("delete"), posted(delete()))
        .path("/metrics", got(figures()))
        .path("/livez", got(alive()))
        .path("/readyz", got(ready()))
        .path("/openapi.json", got(description()))
        .build()
}

fn got(operation: Operation) -> PathItem {
    PathItem::new(HttpMethod::Get, operation)
}

fn posted(operation: Operation) -> PathItem {
    PathItem::new(HttpMethod::Post, operation)
}

/// A query may come by either method.
fn asked(operation: impl Fn(&str) -> Operation) -> PathItem {
    PathItemBuilder::new()
        .operation(HttpMethod::Get, operation("get"))
        .operation(HttpMethod::Post, operation("post"))
        .build()
}

fn store(version: &str, name: &str, source: Source) -> Operation {
    let right = if source == Source::Trusted { Right::StoreTrusted } else { Right::Store };
    let about = format!("Stores events as {source}: all of them, or none. Needs the right `{right}`.");
    let operation = operation(&format!("store_{name}_{version}"), EVENTS_TAG, &about)
        .request_body_ref(Some(body(EVENTS)))
        .parameter_ref(shared(IDEMPOTENCY_KEY))
        .parameter_ref(shared(CONTENT_ENCODING));
    let stored = json("They are stored", RECEIPT);
    answered(operation, stored, &[&ASKED, &WITH_BODY])
}

fn fetch(version: &str, method: &str, subject: &str, parameter: &str) -> Operation {
    let about = if parameter == USER {
        "Answers a query about the events of a user; the query names the organization."
    } else {
        "Answers a query about an organization."
    };
    let about = format!("{about} The path may end with a slash. Needs the right `{}`.", Right::Fetch);
    let id = format!("fetch_{}_{version}_{method}", subject.to_lowercase());
    let answer = response("The answer, as the header `Accept` asks for it")
        .content(JSON, Content::new(Some(named(ANSWER))))
        .content(
            "text/csv",
            Content::new(Some(Any::from(text("The same with a line for each row, and one before")))),
        )
        .header("Gristmill-Warning", warning());
    answered(query(operation(&id, QUERIES_TAG, &about), parameter), answer, &[&ASKED, &WITH_BODY, &BY_FETCH])
}

fn explain(method: &str) -> Operation {
    let about = format!(
        "Tells how a query is answered. Needs the right `{}`, and to be told of all segments, `{}` for all organizations.",
        Right::Fetch,
        Right::Admin
    );
    let operation = query(operation(&format!("explain_{method}"), QUERIES_TAG, &about), ORGANIZATION);
    answered(operation, json("The explanation", EXPLANATION), &[&ASKED, &WITH_BODY, &BY_FETCH])
}

/// An operation that answers a query about what its path names.
fn query(operation: OperationBuilder, parameter: &str) -> OperationBuilder {
    let asked = if parameter == USER { USER_QUERY } else { QUERY };
    operation
        .request_body_ref(Some(body(asked)))
        .parameter_ref(shared(parameter))
        .parameter_ref(shared(CONTENT_ENCODING))
}

fn delete() -> Operation {
    let about = format!("Deletes the events that a deletion means. Needs the right `{}`.", Right::Delete);
    let operation = operation("delete", EVENTS_TAG, &about)
        .request_body_ref(Some(body(DELETION)))
        .parameter_ref(shared(ORGANIZATION))
        .parameter_ref(shared(CONTENT_ENCODING));
    let operation = parameter::of_deletion().into_iter().fold(operation, OperationBuilder::parameter);
    answered(operation, json("They are deleted, or counted", DELETED), &[&ASKED, &WITH_BODY, &[OVER_BUDGET]])
}

fn organizations() -> Operation {
    let about =
        format!("Lists the organizations that the token may fetch. Needs the right `{}`.", Right::Fetch);
    let operation = operation("organizations", QUERIES_TAG, &about);
    let found = json("The organizations", ORGANIZATIONS).header("Gristmill-Warning", warning());
    answered(operation, found, &[&ASKED])
}

fn extent() -> Operation {
    let about =
        format!("Tells from when to when an organization has events. Needs the right `{}`.", Right::Fetch);
    let operation = operation("extent", QUERIES_TAG, &about).parameter_ref(shared(ORGANIZATION));
    answered(operation, json("The instants", EXTENT), &[&ASKED])
}

fn values() -> Operation {
    let about = format!(
        "Lists the values of a dimension, those of most events first. Needs the right `{}`.",
        Right::Fetch
    );
    let operation = operation("values", QUERIES_TAG, &about).parameter_ref(shared(ORGANIZATION));
    let operation = parameter::of_values().into_iter().fold(operation, OperationBuilder::parameter);
    answered(operation, json("The values", VALUES), &[&ASKED, &BY_FETCH])
}

fn figures() -> Operation {
    let about = format!("Figures for Prometheus. Needs the right `{}` for all organizations.", Right::Admin);
    let answer = response("The figures")
        .content(metrics::CONTENT_TYPE, Content::new(Some(Any::from(text("OpenMetrics")))));
    answered(operation("metrics", OPERATION_TAG, &about), answer, &[&ASKED])
}

fn alive() -> Operation {
    let operation = open(operation("alive", OPERATION_TAG, "Whether the process answers."));
    answered(operation, plain("It does"), &[])
}

fn ready() -> Operation {
    let operation = open(operation("ready", OPERATION_TAG, "Whether the service is of use."));
    answered(operation, plain("It is"), &[&[UNAVAILABLE]])
}

fn description() -> Operation {
    let operation = open(operation("openapi", OPERATION_TAG, "This document."));
    let document = Any::from(object::<0, Any>("An OpenAPI document", []));
    answered(operation, response("The document").content(JSON, Content::new(Some(document))), &[])
}

fn operation(id: &str, tag: &str, about: &str) -> OperationBuilder {
    OperationBuilder::new().operation_id(Some(id)).tag(tag).summary(Some(about))
}

/// One that needs no token at any time.
fn open(operation: OperationBuilder) -> OperationBuilder {
    operation.securities(Some([] as [SecurityRequirement; 0]))
}

fn body(name: &str) -> Ref {
    Ref::new(format!("#/components/requestBodies/{name}"))
}

fn shared(parameter: &str) -> Ref {
    Ref::new(format!("#/components/parameters/{parameter}"))
}

fn response(about: &str) -> ResponseBuilder {
    ResponseBuilder::new().description(about)
}

fn json(about: &str, schema: &str) -> ResponseBuilder {
    response(about).content(JSON, Content::new(Some(named(schema))))
}

fn warning() -> Header {
    let sentence = text("A sentence; there may be several headers");
    header("What is odd about the answer, or missing from it", sentence)
}

fn plain(about: &str) -> ResponseBuilder {
    response(about).content(PLAIN, Content::new(Some(Any::from(text("A word and a line break")))))
}

/// The operation with its answer, and the statuses that it may have besides.
fn answered(operation: OperationBuilder, answer: ResponseBuilder, failures: &[&[Status]]) -> Operation {
    let operation = operation.response("200", answer.build());
    let failures = failures.iter().copied().flatten();
    let operation = failures.fold(operation, |operation, status| {
        operation.response(status.code.to_string(), Ref::from_response_name(status.name))
    });
    operation.build()
}
