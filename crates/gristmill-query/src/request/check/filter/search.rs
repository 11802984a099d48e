//! `search` and `contains`, which are one filter: a text within.

use super::column::ColumnFilter;
use super::regex::{self, RegexBudget};
use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::json::Object;
use crate::request::{Filter, Test};
use gristmill_storage::schema::Dimension;

/// Whether `a` and `A` differ.
const CASE: &str = "caseSensitive";

/// Druid's form.
const QUERY: &str = "query";

/// How Druid wrote it once.
const CASE_OF_OLD: &str = "case_sensitive";

/// The keys of a filter, beside its column.
pub(super) fn keys(object: &Object<'_, '_>) -> &'static [&'static str] {
    if object.get(QUERY).is_some() { &[QUERY] } else { &["value", CASE, CASE_OF_OLD, QUERY] }
}

/// The value of `search` and `contains`, or Druid's `query` object in its place, with up to `most` texts.
pub(super) fn check(
    filter: &ColumnFilter<'_, '_, '_>,
    most: usize,
    budget: &mut RegexBudget,
) -> Result<Filter, FetchError> {
    let dimension = filter.dimension("search")?;
    let Some(query) = filter.get(QUERY) else {
        return Ok(contains(dimension, vec![fragment(filter)?], case_sensitive(filter)?));
    };
    let query = query.object("a query object")?;
    let kind_json = query.require("type", "a type of query")?;
    let kind = kind_json.text("a type of query")?;
    match &*kind {
        "contains" => {
            query.expect_keys(&["type", "value", CASE, CASE_OF_OLD], "of this query")?;
            Ok(contains(dimension, vec![fragment(&query)?], case_sensitive(&query)?))
        }
        "insensitive_contains" => {
            query.expect_keys(&["type", "value"], "of this query")?;
            Ok(contains(dimension, vec![fragment(&query)?], false))
        }
        "fragment" => {
            query.expect_keys(&["type", "values", CASE, CASE_OF_OLD], "of this query")?;
            Ok(contains(dimension, fragments(&query, most)?, case_sensitive(&query)?))
        }
        "regex" => {
            query.expect_keys(&["type", "pattern"], "of this query")?;
            regex::expression(dimension, &query.require("pattern", "a regular expression")?, budget)
        }
        _ => Err(kind_json.unknown(
            "type of query",
            &kind,
            &["contains", "insensitive_contains", "fragment", "regex"],
        )),
    }
}

fn contains(dimension: Dimension, fragments: Vec<String>, case_sensitive: bool) -> Filter {
    Filter::Dimension(dimension, Test::Contains { fragments, case_sensitive })
}

fn case_sensitive(object: &Object<'_, '_>) -> Result<bool, FetchError> {
    if object.get(CASE).is_some() && object.get(CASE_OF_OLD).is_some() {
        let message = format!("expected it once, found it under {CASE} as well");
        return Err(object.error_at(CASE_OF_OLD, FetchErrorKind::Duplicate, message));
    }
    Ok(object.flag(CASE)? || object.flag(CASE_OF_OLD)?)
}

fn fragment(object: &Object<'_, '_>) -> Result<String, FetchError> {
    let expected = "a text to look for";
    Ok(object.require("value", expected)?.text(expected)?.into_owned())
}

fn fragments(query: &Object<'_, '_>, most: usize) -> Result<Vec<String>, FetchError> {
    let expected = "a list of one or more texts to look for";
    let list = query.require("values", expected)?;
    let items = list.items_up_to(most, expected)?;
    if items.len() == 0 {
        return Err(list.error(FetchErrorKind::Invalid, format!("expected {expected}, found an empty list")));
    }
    items.map(|json| Ok(json.text("a text to look for")?.into_owned())).collect()
}
