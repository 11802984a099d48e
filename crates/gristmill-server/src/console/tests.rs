//! What the page asks besides fetches, asked of the router.

use crate::limits::Limits;
use crate::routes::router;
use crate::service::Service;
use crate::token::{Authority, AuthorityOptions};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use gristmill::Options;
use gristmill::Timestamp;
use gristmill::event::{Batch, Source};
use gristmill::request::{Fetch, FetchContext};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

/// A service over events of `(organization, label, properties, timestamp)`.
fn service(events: &[(&str, &str, &[&str], &str)]) -> Arc<Service> {
    let events: Vec<Value> = events
        .iter()
        .map(|(organization, label, properties, timestamp)| {
            json!({"organization_id": organization, "vendor": "v", "event_version": 1, "category": "", "label": label,
                "action": "", "properties": properties, "timestamp": timestamp})
        })
        .collect();
    let store = Options::new().open_in_memory().unwrap();
    let text = Value::from(events).to_string();
    store.append(Batch::from_json(text.as_bytes(), Source::Trusted, Timestamp(0)).unwrap().batch).unwrap();
    // No token was ever created.
    let none = tempfile::tempdir().unwrap();
    let authority = Authority::open(&none.path().join("tokens.json"), AuthorityOptions::default()).unwrap();
    let service = Arc::new(Service::new(Limits::default(), authority));
    service.opened(store);
    service
}

fn some() -> Arc<Service> {
    service(&[
        ("acme", "a%b", &["red", "round"], "2024-01-01T00:00:00.001Z"),
        ("acme", "a%b", &["red"], "2024-01-02"),
        ("acme", "ab", &[], "2024-01-03"),
        ("acme", "", &["rare"], "2024-01-04"),
        ("other/one", "x", &[], "1969-12-31T23:59:59Z"),
    ])
}

async fn get(service: &Arc<Service>, path: &str) -> (StatusCode, Value) {
    send(service, Request::get(path).body(Body::empty()).unwrap()).await
}

async fn send(service: &Arc<Service>, request: Request<Body>) -> (StatusCode, Value) {
    let response = router(Arc::clone(service)).oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap())
}

#[tokio::test]
async fn organizations_are_listed_with_their_extent() {
    let service = some();
    let (_, found) = get(&service, "/api/events/v2/orgs").await;
    assert_eq!(found, json!({"organizations": ["acme", "other/one"]}));
    let (_, found) = get(&service, "/api/events/v2/orgs/acme/extent").await;
    assert_eq!(found, json!({"first": 1_704_067_200_001_i64, "last": 1_704_326_400_000_i64}));
    let (_, found) = get(&service, "/api/events/v2/orgs/other%2Fone/extent").await;
    assert_eq!(found, json!({"first": -1000, "last": -1000}));
    let (status, found) = get(&service, "/api/events/v2/orgs/nobody/extent").await;
    assert_eq!((status, found), (StatusCode::OK, json!({"first": null, "last": null})));
}

#[tokio::test]
async fn values_come_by_their_number_of_events() {
    let service = some();
    let values = async |query: &str| {
        let (status, found) =
            get(&service, &format!("/api/events/v2/orgs/acme/values?dimension={query}")).await;
        assert_eq!(status, StatusCode::OK, "{found}");
        let texts = found["values"].as_array().unwrap();
        let texts: Vec<String> =
            texts.iter().map(|each| format!("{}:{}", each["value"], each["count"])).collect();
        (texts.join(" "), found["more"].as_bool().unwrap())
    };
    let cases = [
        ("label", r#""a%b":2 "":1 "ab":1"#, false),
        ("label&limit=2", r#""a%b":2 "":1"#, true),
        ("label&limit=3", r#""a%b":2 "":1 "ab":1"#, false),
        ("label&prefix=a", r#""a%b":2 "ab":1"#, false),
        // A prefix is no pattern.
        ("label&prefix=a%25", r#""a%b":2"#, false),
        ("label&prefix=_", "", false),
        // Of a value that goes with others only itself.
        ("properties&prefix=r", r#""red":2 "rare":1 "round":1"#, false),
        ("properties&prefix=red", r#""red":2"#, false),
        ("properties", r#""red":2 null:1 "rare":1 "round":1"#, false),
        ("event_version", "1:4", false),
        ("dim1", "null:4", false),
        ("label&start=2024-01-02&end=2024-01-03", r#""a%b":1"#, false),
        ("label&vendor=w", "", false),
    ];
    for (query, expected, more) in cases {
        assert_eq!(values(query).await, (expected.to_owned(), more), "{query}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_question_is_said_with_its_place() {
    let service = some();
    let cases = [
        ("dimension=labels", "dimension", "\"labels\""),
        ("dimension=label&limit=0", "limit", "from 1 to 1000"),
        ("dimension=label&limit=1001", "limit", "from 1 to 1000"),
        ("dimension=label&start=soon", "start", "\"soon\""),
        ("dimension=label&start=2024-01-02&end=2024-01-01", "interval", "after end"),
        ("dimension=label&prefx=a", "", "prefx"),
        ("prefix=a", "", "dimension"),
    ];
    for (query, place, words) in cases {
        let (status, found) = get(&service, &format!("/api/events/v2/orgs/acme/values?{query}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(found["error"]["path"].as_str().unwrap_or_default(), place, "{query}");
        assert!(found["error"]["message"].as_str().unwrap().contains(words), "{found}");
    }
}

#[tokio::test]
async fn an_explanation_is_about_the_query_of_the_body() {
    let service = some();
    let query = json!({"interval": {"start": "2024-01-01", "end": "2025-01-01"}, "granularity": "all", "group_by": ["label"]});
    let path = "/api/events/v2/orgs/acme/explain";
    let (status, found) =
        send(&service, Request::post(path).body(Body::from(query.to_string())).unwrap()).await;
    assert_eq!((status, &found["rows"]), (StatusCode::OK, &json!(3)), "{found}");
    assert_eq!(found["passes"][0]["segments"][0]["rows_matched"], 4);
    let (status, found) = send(&service, Request::post(path).body(Body::from("{}")).unwrap()).await;
    assert_eq!((status, &found["error"]["path"]), (StatusCode::BAD_REQUEST, &json!("interval")), "{found}");
}

#[tokio::test]
async fn the_words_of_the_page_are_those_of_the_library() {
    let (_, found) = get(&some(), "/console/vocabulary.json").await;
    let names: Vec<_> = found["dimensions"].as_array().unwrap().iter().map(|each| &each["name"]).collect();
    assert!(names.contains(&&json!("properties")) && names.contains(&&json!("geo_country")));
    assert!(found["granularities"].as_array().unwrap().contains(&json!("fifteen_minute")));
}

#[tokio::test]
async fn an_answer_is_the_librarys_csv_where_that_is_asked_for() {
    let service = some();
    let query = json!({"interval": {"start": "2024-01-01", "end": "2025-01-01"}, "granularity": "all", "group_by": ["label"]});
    let request = Request::post("/api/events/v2/orgs/acme/fetch").header("Accept", "text/csv");
    let response = router(Arc::clone(&service))
        .oneshot(request.body(Body::from(query.to_string())).unwrap())
        .await
        .unwrap();
    assert_eq!(response.headers()["Content-Type"], "text/csv; charset=utf-8; header=present");
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let fetch = Fetch::from_json(query.to_string(), &FetchContext::for_organization("acme")).unwrap();
    assert_eq!(bytes, service.store().unwrap().fetch(&fetch).unwrap().to_csv());
}
