//! Events in.

use super::instant::INSTANT;
use super::schema::{
    Any, Named, any_of, count, either, full, integer, list, named, named_as, object, text, word,
};
use crate::limits::Limits;
use gristmill::event::Source;
use gristmill::schema::{Column, Dimension, Kind};
use serde_json::{Value, json};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::{ContentBuilder, ObjectBuilder, Required, Type};

/// The body of a request that stores events.
pub(super) const EVENTS: &str = "Events";
/// What is answered to it.
pub(super) const RECEIPT: &str = "Receipt";

const EVENT: &str = "Event";
const BATCH: &str = "Batch";

/// The name and the form of a body of events.
pub(super) fn body(limits: &Limits) -> (&'static str, RequestBody) {
    let Limits { body_bytes, decompressed_bytes, batch_events, .. } = limits;
    let about = format!(
        "One event or many, in any of the forms. At most {batch_events} events in {body_bytes} bytes as sent, and \
         {decompressed_bytes} once decompressed. The type of the content is not looked at."
    );
    let lines = format!("{}\n{}\n", example("click"), example("view"));
    let body = RequestBodyBuilder::new()
        .description(Some(about))
        .required(Some(Required::True))
        .content(
            "application/json",
            ContentBuilder::new()
                .schema(Some(any_of(
                    [named(EVENT), named(BATCH), events(limits).into()],
                    "An event, an object of events, or an array of them",
                )))
                .example(Some(json!({"events": [example("click")]})))
                .build(),
        )
        .content(
            "application/x-ndjson",
            ContentBuilder::new().schema(Some(text("An event a line"))).example(Some(lines.into())).build(),
        );
    (EVENTS, body.build())
}

pub(super) fn schemas(limits: &Limits) -> Named {
    let batch = object("Events in an object", [("events", events(limits))]).required("events");
    let ignored = ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("Keys that mean nothing, and how many events have them"))
        .additional_properties(Some(count("Events")));
    let receipt = full(
        "All events are as durable as the service was told to make them",
        [("stored", count("How many events there were").into())],
    )
    .property("ignored", ignored);
    vec![(EVENT, event(limits)), (BATCH, batch.into()), (RECEIPT, receipt.into())]
}

fn events(limits: &Limits) -> utoipa::openapi::ArrayBuilder {
    let most = usize::try_from(limits.batch_events).ok();
    list(named(EVENT), "All of them are stored, or none").max_items(most)
}

fn event(limits: &Limits) -> Any {
    let about = format!(
        "What happened. Of the other fields null is as good as absent. A text has at most {} bytes. Unknown keys are \
         ignored and counted.",
        limits.string_bytes
    );
    let fixed = [
        (Column::Timestamp.name(), named_as(INSTANT, "When it happened; without it, when it arrived")),
        (Column::Value.name(), either([Type::Number, Type::Null], "The figure of the event").into()),
    ];
    let event = Dimension::ALL.into_iter().fold(object(&about, fixed), |event, dimension| {
        let event = event.property(dimension.name(), value(dimension, limits));
        // The service knows the source; events need not tell it.
        if dimension.required() && dimension.kind() != Kind::Source {
            event.required(dimension.name())
        } else {
            event
        }
    });
    event.examples([example("click")]).into()
}

fn value(dimension: Dimension, limits: &Limits) -> Any {
    let about = dimension.about();
    let most = Some(limits.string_bytes);
    match dimension.kind() {
        Kind::Integer => integer(about).minimum(Some(i64::MIN)).maximum(Some(i64::MAX)).into(),
        Kind::Source => {
            let about = format!("{about}. What the endpoint does not take its events as is an error");
            word(Source::ALL.map(Source::name), &about).into()
        }
        Kind::MultiText => list(text("A property").max_length(most), about)
            .max_items(Some(limits.properties))
            .schema_type(utoipa::openapi::schema::SchemaType::from_iter([Type::Array, Type::Null]))
            .into(),
        Kind::Text if dimension.required() => text(about).max_length(most).into(),
        Kind::Text => either([Type::String, Type::Null], about).max_length(most).into(),
    }
}

fn example(label: &str) -> Value {
    json!({
        "organization_id": super::parameter::EXAMPLE_ORGANIZATION,
        "vendor": "shop",
        "event_version": 1,
        "category": "product",
        "action": "",
        "label": label,
        "properties": ["sale"],
        "value": 2.5,
        "timestamp": "2024-01-01T12:00:00.000+02:00",
    })
}
