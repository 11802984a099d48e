//! Which events count, and which rows are given.

use super::schema::{
    Any, Named, any_of, closed, either, expression, flag, list, named, object, text, with_one_of, word,
};
use gristmill::request::words;
use gristmill::schema::{Column, Dimension};
use serde_json::json;
use utoipa::openapi::{ObjectBuilder, Type};

/// A filter of events.
pub(super) const FILTER: &str = "Filter";
/// A filter of the rows of an answer.
pub(super) const HAVING: &str = "Having";

/// The name of a filter's schema, of which keys one is there, and what makes the schema.
type OfAColumn = (&'static str, &'static [&'static [&'static str]], fn() -> ObjectBuilder);

/// The name of a filter's schema, and what makes it.
type OfOthers = (&'static str, fn() -> ObjectBuilder);

/// The keys under which a filter has its column.
const COLUMN_KEYS: [&[&str]; 1] = [&["dimension", "column"]];

/// The filters of one column, each a schema of its own.
const OF_A_COLUMN: [OfAColumn; 10] = [
    ("SelectorFilter", &[], selector),
    ("InFilter", &[], is_in),
    ("EqualsFilter", &[], equals),
    ("NullFilter", &[], null),
    ("BoundFilter", &[], bound),
    ("RangeFilter", &[], range),
    ("LikeFilter", &[], like),
    ("RegexFilter", &[&["pattern", "value"]], regex),
    ("SearchFilter", &[&["value", "query"]], search),
    ("IntervalFilter", &[], interval),
];

/// The others.
const OF_OTHERS: [OfOthers; 4] = [
    ("ColumnComparisonFilter", column_comparison),
    ("JunctionFilter", junction),
    ("NotFilter", not),
    ("ConstantFilter", constant),
];

pub(super) fn schemas() -> Named {
    let of_a_column = OF_A_COLUMN.map(|(name, keys, schema)| {
        let sets: Vec<&[&str]> = COLUMN_KEYS.into_iter().chain(keys.iter().copied()).collect();
        (name, with_one_of(hinted(on_a_column(schema())), &sets))
    });
    let of_others = OF_OTHERS.map(|(name, schema)| (name, hinted(schema()).into()));
    let parts: Vec<_> = of_a_column.into_iter().chain(of_others).collect();
    let any =
        any_of(parts.iter().map(|(name, _)| named(name)).chain([every_event()]), "What events must match");
    parts.into_iter().chain([(FILTER, any), (HAVING, having().into())]).collect()
}

/// `{}`, which every event matches.
fn every_event() -> Any {
    object::<0, Any>("Every event", []).max_properties(Some(0)).into()
}

fn having() -> ObjectBuilder {
    let types = word(words::filter_types(), "As of filters of events, without `columnComparison`");
    object(
        "What the rows of the answer must match: the words of `Filter`, and the columns of this answer",
        [("type", types)],
    )
}

/// A filter of these types with these keys beside that for its column.
fn filter<const N: usize>(types: &[&str], about: &str, keys: [(&str, Any); N]) -> ObjectBuilder {
    let types = word(types.iter().copied(), "Names of this filter");
    closed(about, keys).property("type", types).required("type")
}

fn on_a_column(filter: ObjectBuilder) -> ObjectBuilder {
    let column = |about| word(Column::all().map(Column::name), about);
    filter
        .property("dimension", column("The column"))
        .property("column", column("The same; one of the two is there"))
}

fn hinted(filter: ObjectBuilder) -> ObjectBuilder {
    filter.property("filterTuning", object::<0, Any>("A hint of Druid, which has no effect", []))
}

/// A value of a column.
fn value(about: &str) -> ObjectBuilder {
    either([Type::String, Type::Number, Type::Boolean], about)
}

fn value_or_null(about: &str) -> ObjectBuilder {
    either([Type::String, Type::Number, Type::Boolean, Type::Null], about)
}

fn value_type() -> Any {
    word(words::value_types(), "As what values are taken, in any letter case").into()
}

fn selector() -> ObjectBuilder {
    let keys = [("value", value_or_null("Null matches null only, as where it is absent").into())];
    filter(&["selector", "select"], "One value", keys)
        .examples([json!({"type": "selector", "dimension": "category", "value": "product"})])
}

fn is_in() -> ObjectBuilder {
    let values = list(value_or_null("A value"), "The values; without any it matches nothing");
    filter(&["in"], "Any of a list of values", [("values", values.into())]).required("values")
}

fn equals() -> ObjectBuilder {
    let keys = [("matchValue", value("The value").into()), ("matchValueType", value_type())];
    filter(&["equals"], "One value", keys).required("matchValue")
}

fn null() -> ObjectBuilder {
    filter(&["null"], "No value", [])
}

fn bound() -> ObjectBuilder {
    let keys = [
        ("lower", value("The lower limit").into()),
        ("upper", value("The upper limit").into()),
        ("lowerStrict", flag("Whether the lower limit is out").into()),
        ("upperStrict", flag("Whether the upper limit is out").into()),
        ("ordering", word(words::orderings(), "How texts compare, in any letter case").into()),
        ("alphaNumeric", flag("The old name of the ordering `alphanumeric`").into()),
    ];
    filter(&["bound"], "Between two limits, of which one is there at least", keys)
}

fn range() -> ObjectBuilder {
    let keys = [
        ("lower", value("The lower limit").into()),
        ("upper", value("The upper limit").into()),
        ("lowerOpen", flag("Whether the lower limit is out").into()),
        ("upperOpen", flag("Whether the upper limit is out").into()),
        ("matchValueType", value_type()),
    ];
    filter(&["range"], "Between two limits, of which one is there at least", keys)
}

fn like() -> ObjectBuilder {
    let keys = [
        ("pattern", text("`%` stands for any text, `_` for a character").into()),
        (
            "escape",
            text("What makes the next character stand for itself")
                .min_length(Some(1))
                .max_length(Some(1))
                .into(),
        ),
    ];
    filter(&["like"], "A pattern of the whole value", keys).required("pattern")
}

fn regex() -> ObjectBuilder {
    let keys = [
        ("pattern", expression("The expression, without look-around").into()),
        ("value", expression("The same").into()),
    ];
    filter(&["regex"], "A regular expression that is found somewhere; one of its two keys is there", keys)
}

fn search() -> ObjectBuilder {
    let case = || flag("Whether `a` and `A` differ").into();
    let values = list(text("A part"), "Texts that are all within").min_items(Some(1));
    let query = object(
        "Druid's form of it",
        [
            (
                "type",
                word(["contains", "insensitive_contains", "fragment", "regex"], "What is looked for").into(),
            ),
            ("value", text("The text").into()),
            ("values", values.into()),
            ("pattern", expression("The expression").into()),
            ("caseSensitive", case()),
        ] as [(&str, Any); 5],
    )
    .required("type");
    let keys = [
        ("value", text("The text").into()),
        ("caseSensitive", case()),
        ("case_sensitive", case()),
        ("query", query.into()),
    ];
    filter(&["search", "contains"], "A text within; `value` or `query` is there", keys)
}

fn interval() -> ObjectBuilder {
    let spans = list(text("`START/END`"), "The spans; their starts are in, their ends are out");
    filter(&["interval"], "Spans of time; of `timestamp` only", [("intervals", spans.into())])
        .required("intervals")
        .examples([
            json!({"type": "interval", "dimension": "timestamp", "intervals": ["2024-01-01/2024-02-01"]}),
        ])
}

/// The name of a dimension, or Druid's object with it.
fn compared() -> Any {
    let name = || word(Dimension::ALL.map(Dimension::name), "The dimension");
    let object =
        object("Druid's form of it", [("type", word(["default"], "Its type")), ("dimension", name())]);
    any_of([name().into(), object.required("dimension").into()], "A dimension")
}

fn column_comparison() -> ObjectBuilder {
    let dimensions = list(compared(), "The dimensions").min_items(Some(2));
    let about = "Dimensions of which every two have a value in common, or are both null";
    filter(&["columnComparison"], about, [("dimensions", dimensions.into())]).required("dimensions")
}

fn junction() -> ObjectBuilder {
    let fields = list(named(FILTER), "The filters").min_items(Some(1));
    filter(&["and", "or"], "All of some filters, or any", [("fields", fields.into())]).required("fields")
}

fn not() -> ObjectBuilder {
    filter(&["not"], "What a filter does not match", [("field", named(FILTER))]).required("field")
}

fn constant() -> ObjectBuilder {
    filter(&["true", "false"], "Every event, or none", [])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::BTreeSet;

    #[test]
    fn every_type_of_filter_is_described() {
        let described: BTreeSet<String> = schemas()
            .into_iter()
            .filter(|(name, _)| *name != HAVING)
            .filter_map(|(_, schema)| {
                let schema = serde_json::to_value(schema).unwrap();
                let types = ["/properties/type/enum", "/allOf/0/properties/type/enum"];
                types.into_iter().find_map(|place| schema.pointer(place)).and_then(Value::as_array).cloned()
            })
            .flatten()
            .map(|word| word.as_str().unwrap().to_owned())
            .collect();
        assert_eq!(described, words::filter_types().map(str::to_owned).collect());
    }
}
