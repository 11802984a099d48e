//! The tree of filters: its limits, the types, and the filters made of filters.

use super::column::{ColumnFilter, dimension};
use super::regex::RegexBudget;
use super::{bound, equality, like, ranges, regex, search};
use crate::request::Filter;
use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::json::{Json, Object};
use crate::time::Zone;
use gristmill_storage::schema::Dimension;

/// How deep filters may stand in each other.
const MAX_DEPTH: usize = 100;

/// How many filters a request may have; every column of a `columnComparison` counts as one.
const MAX_FILTERS: usize = 10_000;

/// Every type of filter.
pub(in crate::request) const TYPES: [&str; 18] = [
    "selector",
    "select",
    "in",
    "equals",
    "null",
    "bound",
    "range",
    "like",
    "regex",
    "search",
    "contains",
    "interval",
    "columnComparison",
    "and",
    "or",
    "not",
    "true",
    "false",
];

/// Filters that Druid has and this version has not.
const UNSUPPORTED_TYPES: [&str; 6] =
    ["javascript", "extraction", "spatial", "expression", "inType", "arrayContainsElement"];

/// What is expected where a filter stands.
pub(super) const EXPECTED: &str = "a filter object";

/// What the filters of one request share.
pub(super) struct Checker {
    zone: Zone,
    filters: usize,
    regexes: RegexBudget,
}

impl Checker {
    /// A checker that reads instants without an offset in this zone.
    pub(super) fn new(zone: Zone) -> Self {
        Self { zone, filters: 0, regexes: RegexBudget::default() }
    }

    /// The checked form of a filter that stands at a depth, from 1.
    pub(super) fn filter(&mut self, json: &Json<'_, '_>, depth: usize) -> Result<Filter, FetchError> {
        if depth > MAX_DEPTH {
            let message = format!("filters stand in each other deeper than {MAX_DEPTH} levels");
            return Err(json.error(FetchErrorKind::TooLarge, message));
        }
        self.count(1, json)?;
        let object = json.object(EXPECTED)?;
        let name_json = object.require("type", "a filter's type")?;
        let name = name_json.text("a filter's type")?;
        match &*name {
            "selector" | "select" => equality::selector(&ColumnFilter::new(&object, &["value"])?, self.zone),
            "in" => equality::in_values(&ColumnFilter::new(&object, &["values"])?, self.zone),
            "equals" => {
                let keys = ["matchValue", "matchValueType"];
                equality::equals(&ColumnFilter::new(&object, &keys)?, self.zone)
            }
            "null" => Ok(equality::null(ColumnFilter::new(&object, &[])?.column)),
            "bound" => bound::bound(&ColumnFilter::new(&object, &bound::BOUND_KEYS)?, self.zone),
            "range" => bound::range(&ColumnFilter::new(&object, &bound::RANGE_KEYS)?, self.zone),
            "like" => like::check(&ColumnFilter::new(&object, &["pattern", "escape"])?),
            "regex" => regex::check(&ColumnFilter::new(&object, &["pattern", "value"])?, &mut self.regexes),
            "search" | "contains" => search::check(&object, &mut self.regexes),
            "interval" => ranges::interval(&ColumnFilter::new(&object, &["intervals"])?, self.zone),
            "columnComparison" => self.column_comparison(&object),
            "and" => self.fields(&object, depth).map(Filter::And),
            "or" => self.fields(&object, depth).map(Filter::Or),
            "not" => {
                expect_keys(&object, &["field"])?;
                let field = object.require("field", EXPECTED)?;
                Ok(Filter::Not(Box::new(self.filter(&field, depth + 1)?)))
            }
            "true" => expect_keys(&object, &[]).map(|()| Filter::True),
            "false" => expect_keys(&object, &[]).map(|()| Filter::False),
            _ => Err(unknown_type(&name_json, &name)),
        }
    }

    /// The filters that `and` and `or` are made of; at least one.
    fn fields(&mut self, object: &Object<'_, '_>, depth: usize) -> Result<Vec<Filter>, FetchError> {
        expect_keys(object, &["fields"])?;
        let expected = "a list of one or more filters";
        let list = object.require("fields", expected)?;
        let items = list.items(expected)?;
        if items.len() == 0 {
            return Err(
                list.error(FetchErrorKind::Invalid, format!("expected {expected}, found an empty list"))
            );
        }
        items.map(|json| self.filter(&json, depth + 1)).collect()
    }

    fn column_comparison(&mut self, object: &Object<'_, '_>) -> Result<Filter, FetchError> {
        expect_keys(object, &["dimensions"])?;
        let expected = "a list of two or more dimensions";
        let list = object.require("dimensions", expected)?;
        let items = list.items(expected)?;
        if items.len() < 2 {
            let message = format!("expected {expected}, found {}", items.len());
            return Err(list.error(FetchErrorKind::Invalid, message));
        }
        self.count(items.len(), &list)?;
        items.map(|json| compared(&json)).collect::<Result<_, _>>().map(Filter::SameValue)
    }

    fn count(&mut self, more: usize, json: &Json<'_, '_>) -> Result<(), FetchError> {
        self.filters = self.filters.saturating_add(more);
        if self.filters > MAX_FILTERS {
            let message =
                format!("more than {MAX_FILTERS} filters; many values of one column are one \"in\" filter");
            return Err(json.error(FetchErrorKind::TooLarge, message));
        }
        Ok(())
    }
}

/// An error for a key that is neither one of these nor one that every filter may have.
pub(super) fn expect_keys(object: &Object<'_, '_>, own: &[&str]) -> Result<(), FetchError> {
    // A hint to Druid on how to run the filter; it never changes which rows match.
    let common = ["type", "filterTuning"];
    object.expect_keys(&[own, &common].concat(), "of this filter")
}

/// A dimension to compare: its name, or Druid's default form of one.
fn compared(json: &Json<'_, '_>) -> Result<Dimension, FetchError> {
    if !json.is_object() {
        return dimension(json, "columnComparison");
    }
    let object = json.object("a dimension's name")?;
    object.expect_keys(&["type", "dimension", "outputName", "outputType"], "of a dimension")?;
    if let Some(kind) = object.get("type")
        && kind.text("\"default\"")? != "default"
    {
        return Err(
            kind.error(FetchErrorKind::Unsupported, "not supported; expected \"default\" or a plain name")
        );
    }
    dimension(&object.require("dimension", "a dimension's name")?, "columnComparison")
}

fn unknown_type(json: &Json<'_, '_>, name: &str) -> FetchError {
    if UNSUPPORTED_TYPES.contains(&name) {
        let message = format!("{name} filters are not supported; expected {}", TYPES.join(", "));
        return json.error(FetchErrorKind::Unsupported, message);
    }
    json.unknown("filter type", name, &TYPES)
}
