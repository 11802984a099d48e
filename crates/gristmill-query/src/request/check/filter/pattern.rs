//! The filters that look into texts: `like`, `regex`, `search` and `contains`.

use super::column::ColumnFilter;
use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::json::{Json, Object};
use crate::request::{Filter, Like, Test};
use gristmill_storage::schema::Dimension;
use regex::{Regex, RegexBuilder};

/// How many regular expressions a request may have.
const MAX_REGEXES: usize = 50;

/// How long the regular expressions of a request may be together, in bytes. A character class of a few bytes can
/// stand for thousands of characters, so that this bounds the work of reading them.
const MAX_REGEX_TEXT: usize = 16 << 10;

/// How large a compiled regular expression may be, in bytes.
const MAX_REGEX_SIZE: usize = 4 << 20;

/// What is left of the regular expressions that one request may have.
pub(super) struct RegexBudget {
    regexes: usize,
    text: usize,
}

impl Default for RegexBudget {
    fn default() -> Self {
        Self { regexes: MAX_REGEXES, text: MAX_REGEX_TEXT }
    }
}

impl RegexBudget {
    fn take(&mut self, pattern: &str) -> Option<()> {
        self.regexes = self.regexes.checked_sub(1)?;
        self.text = self.text.checked_sub(pattern.len())?;
        Some(())
    }
}

/// The executable form of a pattern that [`Test::Regex`] holds; it is the same for all patterns that were checked.
pub fn compile_regex(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).size_limit(MAX_REGEX_SIZE).build()
}

pub(super) fn like(filter: &ColumnFilter<'_, '_, '_>) -> Result<Filter, FetchError> {
    let dimension = filter.dimension("like")?;
    let json = filter.require("pattern", "a pattern")?;
    let pattern = json.text("a pattern")?.into_owned();
    let escape = filter.get("escape").map(|json| one_character(&json)).transpose()?;
    if ends_in_escape(&pattern, escape) {
        return Err(json.invalid("a character after the escape character at the end"));
    }
    Ok(Filter::Dimension(dimension, Test::Like(Like { pattern, escape })))
}

fn one_character(json: &Json<'_, '_>) -> Result<char, FetchError> {
    const EXPECTED: &str = "a string of one character";
    let text = json.text(EXPECTED)?;
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) => Ok(character),
        _ => Err(json.invalid(EXPECTED)),
    }
}

fn ends_in_escape(pattern: &str, escape: Option<char>) -> bool {
    let escapes = pattern.chars().rev().take_while(|&character| Some(character) == escape).count();
    escapes % 2 == 1
}

pub(super) fn regex(
    filter: &ColumnFilter<'_, '_, '_>,
    budget: &mut RegexBudget,
) -> Result<Filter, FetchError> {
    let dimension = filter.dimension("regex")?;
    if filter.get("pattern").is_some() && filter.get("value").is_some() {
        let message = "expected the pattern once, found it under pattern as well";
        return Err(filter.error_at("value", FetchErrorKind::Duplicate, message));
    }
    match filter.get("value") {
        Some(json) => checked_regex(dimension, &json, budget),
        None => checked_regex(dimension, &filter.require("pattern", "a regular expression")?, budget),
    }
}

fn checked_regex(
    dimension: Dimension,
    json: &Json<'_, '_>,
    budget: &mut RegexBudget,
) -> Result<Filter, FetchError> {
    let pattern = json.text("a regular expression")?;
    if budget.take(&pattern).is_none() {
        let message = format!(
            "expected up to {MAX_REGEXES} regular expressions of {MAX_REGEX_TEXT} bytes together, found more"
        );
        return Err(json.error(FetchErrorKind::TooLarge, message));
    }
    compile_regex(&pattern).map_err(|error| regex_error(json, error))?;
    Ok(Filter::Dimension(dimension, Test::Regex(pattern.into_owned())))
}

fn regex_error(json: &Json<'_, '_>, error: regex::Error) -> FetchError {
    let text = error.to_string();
    // The last line says what is wrong; those before it draw where.
    let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
    let (kind, message) = if matches!(error, regex::Error::CompiledTooBig(_)) {
        let message = format!(
            "the regular expression takes more than {MAX_REGEX_SIZE} bytes when compiled; classes of ASCII, such as \
             (?-u:\\w), take far less"
        );
        (FetchErrorKind::TooLarge, message)
    } else if reason.starts_with("look-around") || reason.starts_with("backreferences") {
        let message = "look-around and backreferences are not supported, since patterns match in linear time";
        (FetchErrorKind::Unsupported, message.to_owned())
    } else {
        (FetchErrorKind::Invalid, format!("expected a regular expression, found a mistake: {reason}"))
    };
    json.error(kind, message).with_source(error)
}

/// The value of `search` and `contains`, or Druid's `query` object in its place.
pub(super) fn search(object: &Object<'_, '_>, budget: &mut RegexBudget) -> Result<Filter, FetchError> {
    let Some(query) = object.get("query") else {
        let filter = ColumnFilter::new(object, &["value", CASE, CASE_OF_OLD, "query"])?;
        let dimension = filter.dimension("search")?;
        return Ok(contains(dimension, vec![fragment(object)?], case_sensitive(object)?));
    };
    let dimension = ColumnFilter::new(object, &["query"])?.dimension("search")?;
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
            Ok(contains(dimension, fragments(&query)?, case_sensitive(&query)?))
        }
        "regex" => {
            query.expect_keys(&["type", "pattern"], "of this query")?;
            checked_regex(dimension, &query.require("pattern", "a regular expression")?, budget)
        }
        _ => Err(kind_json.unknown(
            "type of query",
            &kind,
            &["contains", "insensitive_contains", "fragment", "regex"],
        )),
    }
}

const CASE: &str = "caseSensitive";

/// How Druid wrote it once.
const CASE_OF_OLD: &str = "case_sensitive";

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

fn fragments(query: &Object<'_, '_>) -> Result<Vec<String>, FetchError> {
    let expected = "a list of one or more texts to look for";
    let list = query.require("values", expected)?;
    let items = list.list(expected)?;
    if items.is_empty() {
        return Err(list.error(FetchErrorKind::Invalid, format!("expected {expected}, found an empty list")));
    }
    let items = items.into_iter().enumerate();
    items.map(|(index, raw)| Ok(list.item(index, raw).text("a text to look for")?.into_owned())).collect()
}
