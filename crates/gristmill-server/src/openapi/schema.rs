//! Schemas in few words.

use serde_json::Value;
use utoipa::openapi::schema::{
    AdditionalProperties, AllOfBuilder, AnyOfBuilder, KnownFormat, OneOfBuilder, SchemaFormat, SchemaType,
};
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, Ref, RefOr, Schema, Type};

/// A schema, or the name of one.
pub(super) type Any = RefOr<Schema>;

/// Schemas with the names that they are known by.
pub(super) type Named = Vec<(&'static str, Any)>;

/// The schema of that name.
pub(super) fn named(name: &str) -> Any {
    Ref::from_schema_name(name).into()
}

/// The schema of that name, and what it is here.
pub(super) fn named_as(name: &str, about: &str) -> Any {
    let mut reference = Ref::from_schema_name(name);
    about.clone_into(&mut reference.description);
    reference.into()
}

/// A value of a type.
pub(super) fn of(kind: Type, about: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(kind).description(Some(about))
}

pub(super) fn text(about: &str) -> ObjectBuilder {
    of(Type::String, about)
}

pub(super) fn integer(about: &str) -> ObjectBuilder {
    of(Type::Integer, about)
}

/// A number of things.
pub(super) fn count(about: &str) -> ObjectBuilder {
    integer(about).minimum(Some(0))
}

pub(super) fn number(about: &str) -> ObjectBuilder {
    of(Type::Number, about)
}

pub(super) fn flag(about: &str) -> ObjectBuilder {
    of(Type::Boolean, about)
}

/// A value of any of these types.
pub(super) fn either<const N: usize>(kinds: [Type; N], about: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::from_iter(kinds)).description(Some(about))
}

/// One of these words.
pub(super) fn word<W: Into<Value>>(words: impl IntoIterator<Item = W>, about: &str) -> ObjectBuilder {
    text(about).enum_values(Some(words))
}

pub(super) fn list(items: impl Into<Any>, about: &str) -> ArrayBuilder {
    ArrayBuilder::new().items(items.into()).description(Some(about))
}

/// An object with these properties, and perhaps others.
pub(super) fn object<const N: usize, P: Into<Any>>(about: &str, properties: [(&str, P); N]) -> ObjectBuilder {
    let object = of(Type::Object, about);
    properties.into_iter().fold(object, |object, (key, schema)| object.property(key, schema))
}

/// The same, where others are an error.
pub(super) fn closed<const N: usize>(about: &str, properties: [(&str, Any); N]) -> ObjectBuilder {
    object(about, properties).additional_properties(Some(AdditionalProperties::FreeForm(false)))
}

/// The same, where all of these are there.
pub(super) fn full<const N: usize>(about: &str, properties: [(&str, Any); N]) -> ObjectBuilder {
    let keys: [String; N] = std::array::from_fn(|at| properties[at].0.to_owned());
    keys.into_iter().fold(object(about, properties), ObjectBuilder::required)
}

pub(super) fn any_of(schemas: impl IntoIterator<Item = Any>, about: &str) -> Any {
    let any = schemas.into_iter().fold(AnyOfBuilder::new(), AnyOfBuilder::item);
    Schema::from(any.description(Some(about))).into()
}

pub(super) fn text_or_null(about: &str) -> ObjectBuilder {
    either([Type::String, Type::Null], about)
}

/// A regular expression, in the syntax of Rust's crate `regex`.
pub(super) fn expression(about: &str) -> ObjectBuilder {
    text(about).format(Some(SchemaFormat::KnownFormat(KnownFormat::Regex)))
}

/// An object that has exactly one key of each of these sets.
pub(super) fn with_one_of(object: ObjectBuilder, sets: &[&[&str]]) -> Any {
    let all = sets.iter().fold(AllOfBuilder::new().item(object), |all, keys| {
        let one =
            keys.iter().fold(OneOfBuilder::new(), |one, key| one.item(ObjectBuilder::new().required(*key)));
        all.item(Schema::from(one))
    });
    Schema::from(all).into()
}
