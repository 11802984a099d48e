//! What a request has beside its body.

use super::schema::{Any, count, flag, text, word};
use crate::body::ENCODINGS;
use crate::routes::{MOST_VALUES, USUAL_VALUES};
use gristmill::event::Batch;
use gristmill::schema::Dimension;
use serde_json::json;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, Required};

pub(super) const ORGANIZATION: &str = "Organization";
pub(super) const USER: &str = "User";
pub(super) const IDEMPOTENCY_KEY: &str = "IdempotencyKey";
pub(super) const CONTENT_ENCODING: &str = "ContentEncoding";

/// The organization of all examples.
pub(super) const EXAMPLE_ORGANIZATION: &str = "acme";

/// Those that several endpoints have, under the names above.
pub(super) fn components() -> Vec<(&'static str, Parameter)> {
    let id = |about| text(about).min_length(Some(1));
    let key = text("Any bytes").min_length(Some(1)).max_length(Some(Batch::MAX_TOKEN_BYTES));
    let key_about = "A name for the batch: it is stored once, and the same name of the same token, with events of the same \
                     organizations, gets the answer of the first time. At most as many bytes as characters.";
    let encoding = word(ENCODINGS, "An encoding");
    vec![
        (
            ORGANIZATION,
            in_path("organization", "The organization", id("An organization"), EXAMPLE_ORGANIZATION),
        ),
        (USER, in_path("user", "The `user_id` of the events", id("A user"), "u-1")),
        (IDEMPOTENCY_KEY, header("Idempotency-Key", key_about, key)),
        (
            CONTENT_ENCODING,
            header(
                "Content-Encoding",
                "How the body is compressed; its first bytes tell that too.",
                encoding,
            ),
        ),
    ]
}

/// Those of a deletion.
pub(super) fn of_deletion() -> Vec<Parameter> {
    vec![
        in_query("dry_run", flag("Whether the events are only counted")).build(),
        in_query("purge", flag("Whether their bytes are taken from the disk at once")).build(),
    ]
}

/// Those of a list of values.
pub(super) fn of_values() -> Vec<Parameter> {
    let dimension = word(Dimension::ALL.map(Dimension::name), "The dimension");
    let limit = count("The most values")
        .minimum(Some(1))
        .maximum(Some(MOST_VALUES))
        .default(Some(USUAL_VALUES.into()));
    let instant = |about: &str| text(&format!("{about}, an instant as in a query")).examples(["2024-01-01"]);
    vec![
        in_query("dimension", dimension).required(Required::True).example(Some(json!("category"))).build(),
        in_query("prefix", text("What the values start with")).build(),
        in_query("limit", limit).build(),
        in_query("vendor", text("Whose events count; those of all vendors if absent")).build(),
        in_query("start", instant("The first instant")).build(),
        in_query("end", instant("The first instant after the last")).build(),
    ]
}

fn in_path(name: &str, about: &str, schema: ObjectBuilder, example: &str) -> Parameter {
    parameter(name, ParameterIn::Path, schema)
        .description(Some(about))
        .required(Required::True)
        .example(Some(example.into()))
        .build()
}

fn header(name: &str, about: &str, schema: ObjectBuilder) -> Parameter {
    parameter(name, ParameterIn::Header, schema).description(Some(about)).build()
}

fn in_query(name: &str, schema: ObjectBuilder) -> ParameterBuilder {
    parameter(name, ParameterIn::Query, schema)
}

fn parameter(name: &str, place: ParameterIn, schema: ObjectBuilder) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(Required::False)
        .schema(Some(Any::from(schema)))
}
