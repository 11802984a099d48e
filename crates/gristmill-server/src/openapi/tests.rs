//! The document against its checked-in copy, against the routes, and against itself.

use super::{document, text};
use crate::limits::Limits;
use crate::routes::router;
use crate::service::Service;
use crate::token::{Authority, AuthorityOptions};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use gristmill::Timestamp;
use gristmill::event::{Batch, Source};
use gristmill::request::{Delete, Fetch, FetchContext};
use http_body_util::BodyExt;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};
use tower::ServiceExt;

/// Where it is set, the copy is written rather than compared.
const WRITE: &str = "GRISTMILL_WRITE_OPENAPI";

fn copy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json")
}

#[test]
fn the_copy_in_docs_is_what_is_served() {
    let served = text(&Limits::default());
    if env::var_os(WRITE).is_some() {
        fs::write(copy(), &served).unwrap();
    }
    let same = fs::read_to_string(copy()).is_ok_and(|copy| copy == served);
    assert!(
        same,
        "docs/openapi.json is not what the service says of itself; this writes it:\n    \
         {WRITE}=1 cargo test --package gristmill-server openapi"
    );
}

fn json() -> Value {
    serde_json::to_value(document(&Limits::default())).unwrap()
}

fn service() -> Arc<Service> {
    let none = tempfile::tempdir().unwrap();
    let authority = Authority::open(&none.path().join("tokens.json"), AuthorityOptions::default()).unwrap();
    Arc::new(Service::new(Limits::default(), authority))
}

/// The methods that a path takes.
async fn allowed(path: &str) -> BTreeSet<String> {
    let request = Request::builder().method(Method::OPTIONS).uri(path).body(Body::empty()).unwrap();
    let response = router(service()).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
    let allowed = response.headers()[header::ALLOW].to_str().unwrap().to_lowercase();
    // GET brings HEAD along.
    allowed.split(',').filter(|method| *method != "head").map(str::to_owned).collect()
}

#[tokio::test]
async fn every_path_takes_the_methods_that_it_is_described_with() {
    let json = json();
    for (path, item) in json["paths"].as_object().unwrap() {
        let described: BTreeSet<String> = item.as_object().unwrap().keys().cloned().collect();
        let path = path.replace("{organization}", "acme").replace("{user}", "u-1");
        assert_eq!(allowed(&path).await, described, "{path}");
    }
}

/// What the router has, out of the text in which it shows itself; that is for people, so at least it must show something.
#[test]
fn every_route_is_described() {
    let shown = format!("{:?}", router(service()));
    let json = json();
    let described = json["paths"].as_object().unwrap();
    let routes: BTreeSet<&str> = shown.split('"').filter(|text| text.starts_with('/')).collect();
    assert!(routes.contains("/livez"), "{shown}");
    let is_described =
        |path: &str| path != "/" && !path.starts_with("/console/") && !path.contains("fallback");
    for path in routes.into_iter().filter(|path| is_described(path)) {
        assert!(described.contains_key(path.trim_end_matches('/')), "{path}");
    }
}

/// Calls `visit` with every object of the document.
fn visit(value: &Value, see: &mut impl FnMut(&serde_json::Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            see(object);
            object.values().for_each(|value| visit(value, see));
        }
        Value::Array(values) => values.iter().for_each(|value| visit(value, see)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    let json = json();
    let mut used = BTreeSet::new();
    visit(&json, &mut |object| {
        if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
            assert!(json.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
            used.insert(reference.to_owned());
        }
    });
    for (kind, components) in json["components"].as_object().unwrap() {
        for name in components.as_object().unwrap().keys().filter(|_| kind != "securitySchemes") {
            assert!(used.contains(&format!("#/components/{kind}/{name}")), "{kind}/{name}");
        }
    }
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let mut seen = BTreeSet::new();
    visit(&json(), &mut |object| {
        if let Some(id) = object.get("operationId").and_then(Value::as_str) {
            assert!(seen.insert(id.to_owned()), "{id} stands twice");
        }
    });
    assert!(!seen.is_empty());
}

#[test]
fn every_example_is_taken() {
    let json = json();
    let example = |name: &str| {
        let schema = &json["components"]["schemas"][name];
        let places = ["/examples/0", "/allOf/0/examples/0"];
        places.into_iter().find_map(|place| schema.pointer(place)).unwrap().to_string()
    };
    let context = FetchContext::for_organization(super::parameter::EXAMPLE_ORGANIZATION);
    Fetch::from_json(example("Query"), &context).unwrap();
    Delete::from_json(example("Deletion"), &context).unwrap();
    for filter in ["SelectorFilter", "IntervalFilter"] {
        Delete::from_json(format!(r#"{{"filters":{}}}"#, example(filter)), &context).unwrap();
    }
    let events = |text: &str| {
        Batch::from_json(text.as_bytes(), Source::Untrusted, Timestamp(0)).unwrap().batch.rows().count()
    };
    assert_eq!(events(&example("Event")), 1);
    let bodies = &json["components"]["requestBodies"]["Events"]["content"];
    assert_eq!(events(&bodies["application/json"]["example"].to_string()), 1);
    assert_eq!(events(bodies["application/x-ndjson"]["example"].as_str().unwrap()), 2);
}

#[tokio::test]
async fn the_document_is_served_with_the_limits_of_the_service() {
    let none = tempfile::tempdir().unwrap();
    let authority = Authority::open(&none.path().join("tokens.json"), AuthorityOptions::default()).unwrap();
    let limits = Limits { properties: 7, ..Limits::default() };
    let routes = router(Arc::new(Service::new(limits, authority)));
    let response = routes.oneshot(Request::get("/openapi.json").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let served: Value = serde_json::from_slice(&body).unwrap();
    let properties = &served["components"]["schemas"]["Event"]["properties"]["properties"];
    assert_eq!(properties["maxItems"], 7);
    assert_eq!(served["openapi"], "3.1.0");
}
