//! The tree of filters: its limits, the types, and the filters made of filters.

use super::column::{ColumnFilter, Columns, dimension};
use super::regex::RegexBudget;
use super::{bound, equality, like, ranges, regex, search};
use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::json::{Json, Object};
use crate::request::{Filter, Having, RequestLimits};
use crate::time::Zone;
use gristmill_storage::schema::Dimension;

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
pub(super) struct Checker<'c> {
    zone: Zone,
    columns: Columns<'c>,
    budget: FilterBudget<'c>,
}

/// What a tree of filters may have, and what it has so far.
pub(in crate::request) struct FilterBudget<'l> {
    limits: &'l RequestLimits,
    filters: usize,
    pub(super) regexes: RegexBudget,
}

impl<'l> FilterBudget<'l> {
    /// What a tree may have within these limits.
    pub(in crate::request) fn new(limits: &'l RequestLimits) -> Self {
        Self { limits, filters: 0, regexes: RegexBudget::new(limits) }
    }

    /// Takes in a filter that stands at a depth, from 1; the error says which limit is passed.
    pub(in crate::request) fn take(&mut self, depth: usize) -> Result<(), String> {
        let levels = self.limits.filter_levels();
        if depth > levels {
            return Err(format!("filters stand in each other deeper than {levels} levels"));
        }
        self.take_more(1)
    }

    fn take_more(&mut self, filters: usize) -> Result<(), String> {
        self.filters = self.filters.saturating_add(filters);
        let most = self.limits.filters;
        if self.filters > most {
            return Err(format!("more than {most} filters; many values of one column are one \"in\" filter"));
        }
        Ok(())
    }

    /// Takes in a regular expression; the error says which limit is passed.
    pub(in crate::request) fn take_regex(&mut self, pattern: &str) -> Result<(), String> {
        self.regexes.take(pattern)
    }
}

/// What is made of filters: a filter of events, or one of the rows of an answer.
pub(super) trait Tree: Sized {
    fn constant(matches: bool) -> Self;
    fn and(fields: Vec<Self>) -> Self;
    fn or(fields: Vec<Self>) -> Self;
    fn not(field: Self) -> Self;

    /// A filter on one column, and the position of the figure that it is.
    fn leaf(filter: Filter, metric: Option<usize>) -> Option<Self>;
}

impl Tree for Filter {
    fn constant(matches: bool) -> Self {
        if matches { Self::True } else { Self::False }
    }

    fn and(fields: Vec<Self>) -> Self {
        Self::And(fields)
    }

    fn or(fields: Vec<Self>) -> Self {
        Self::Or(fields)
    }

    fn not(field: Self) -> Self {
        Self::Not(Box::new(field))
    }

    fn leaf(filter: Filter, _metric: Option<usize>) -> Option<Self> {
        Some(filter)
    }
}

impl Tree for Having {
    fn constant(matches: bool) -> Self {
        if matches { Self::True } else { Self::False }
    }

    fn and(fields: Vec<Self>) -> Self {
        Self::And(fields)
    }

    fn or(fields: Vec<Self>) -> Self {
        Self::Or(fields)
    }

    fn not(field: Self) -> Self {
        Self::Not(Box::new(field))
    }

    fn leaf(filter: Filter, metric: Option<usize>) -> Option<Self> {
        match (filter, metric) {
            (Filter::Dimension(dimension, test), _) => Some(Self::Group(dimension, test)),
            (Filter::Timestamp(test), _) => Some(Self::Timestamp(test)),
            (Filter::Value(test), Some(metric)) => Some(Self::Metric(metric, test)),
            _ => None,
        }
    }
}

impl<'c> Checker<'c> {
    /// A checker of filters on these columns, which reads instants without an offset in this zone.
    pub(super) fn new(zone: Zone, columns: Columns<'c>, limits: &'c RequestLimits) -> Self {
        Self { zone, columns, budget: FilterBudget::new(limits) }
    }

    /// The checked form of a filter that stands at a depth, from 1.
    pub(super) fn filter<T: Tree>(&mut self, json: &Json<'_, '_>, depth: usize) -> Result<T, FetchError> {
        self.budget.take(depth).map_err(|message| json.error(FetchErrorKind::TooLarge, message))?;
        let object = json.object(EXPECTED)?;
        let name_json = object.require("type", "a filter's type")?;
        let name = name_json.text("a filter's type")?;
        match &*name {
            "and" => self.fields(&object, depth).map(T::and),
            "or" => self.fields(&object, depth).map(T::or),
            "not" => {
                expect_keys(&object, &["field"])?;
                let field = object.require("field", EXPECTED)?;
                Ok(T::not(self.filter(&field, depth + 1)?))
            }
            "true" => expect_keys(&object, &[]).map(|()| T::constant(true)),
            "false" => expect_keys(&object, &[]).map(|()| T::constant(false)),
            "columnComparison" => {
                let filter = self.column_comparison(&object)?;
                T::leaf(filter, None).ok_or_else(|| {
                    name_json.error(FetchErrorKind::Unsupported, "not supported on the columns of an answer")
                })
            }
            _ => {
                let (filter, metric) = self.leaf(&name_json, &name, &object)?;
                T::leaf(filter, metric).ok_or_else(|| name_json.invalid("a filter on a column of the answer"))
            }
        }
    }

    /// A filter on one column.
    fn leaf(
        &mut self,
        name_json: &Json<'_, '_>,
        name: &str,
        object: &Object<'_, '_>,
    ) -> Result<(Filter, Option<usize>), FetchError> {
        let own: &[&str] = match name {
            "selector" | "select" => &["value"],
            "in" => &["values"],
            "equals" => &["matchValue", "matchValueType"],
            "null" => &[],
            "bound" => &bound::BOUND_KEYS,
            "range" => &bound::RANGE_KEYS,
            "like" => &["pattern", "escape"],
            "regex" => &["pattern", "value"],
            "search" | "contains" => search::keys(object),
            "interval" => &["intervals"],
            _ => return Err(unknown_type(name_json, name)),
        };
        let filter = ColumnFilter::new(object, own, self.columns)?;
        let values = self.budget.limits.values;
        let checked = match name {
            "in" => equality::in_values(&filter, self.zone, values),
            "equals" => equality::equals(&filter, self.zone),
            "null" => Ok(equality::null(filter.column)),
            "bound" => bound::bound(&filter, self.zone),
            "range" => bound::range(&filter, self.zone),
            "like" => like::check(&filter),
            "regex" => regex::check(&filter, &mut self.budget.regexes),
            "search" | "contains" => search::check(&filter, values, &mut self.budget.regexes),
            "interval" => ranges::interval(&filter, self.zone, values),
            _ => equality::selector(&filter, self.zone),
        };
        Ok((checked?, filter.metric))
    }

    /// The filters that `and` and `or` are made of; at least one.
    fn fields<T: Tree>(&mut self, object: &Object<'_, '_>, depth: usize) -> Result<Vec<T>, FetchError> {
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
        self.budget
            .take_more(items.len())
            .map_err(|message| list.error(FetchErrorKind::TooLarge, message))?;
        items.map(|json| compared(&json)).collect::<Result<_, _>>().map(Filter::SameValue)
    }
}

/// Druid's hints to its planner.
const TUNING: &str = "filterTuning";

/// An error for a key that is neither one of these nor one that every filter may have.
pub(super) fn expect_keys(object: &Object<'_, '_>, own: &[&str]) -> Result<(), FetchError> {
    // A hint to Druid on how to run the filter; it never changes which rows match.
    let common = ["type", TUNING];
    if let Some(tuning) = object.get(TUNING) {
        tuning.object("Druid's hints, an object")?;
    }
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
