//! `regex`: regular expressions that match in linear time.

use super::column::ColumnFilter;
use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::json::Json;
use crate::request::{Filter, RequestLimits, Test};
use gristmill_storage::schema::Dimension;
use regex::{Regex, RegexBuilder};

/// How many regular expressions a request may have.
const MAX_REGEXES: usize = 32;

/// How large a compiled regular expression may be, in bytes.
const MAX_REGEX_SIZE: usize = 4 << 20;

/// What is left of the regular expressions that one request may have.
pub(super) struct RegexBudget {
    /// How many.
    regexes: usize,
    /// Bytes of all patterns.
    text: usize,
    /// Bytes of each pattern.
    longest: usize,
}

impl RegexBudget {
    /// What a request may have within these limits.
    pub(super) fn new(limits: &RequestLimits) -> Self {
        Self { regexes: MAX_REGEXES, text: RequestLimits::ALL_REGEX_BYTES, longest: limits.regex_bytes }
    }

    /// Takes in an expression; the error says which limit is passed.
    pub(super) fn take(&mut self, pattern: &str) -> Result<(), String> {
        if pattern.len() > self.longest {
            let (longest, found) = (self.longest, pattern.len());
            return Err(format!("expected a regular expression of up to {longest} bytes, found {found}"));
        }
        let left = (self.regexes.checked_sub(1), self.text.checked_sub(pattern.len()));
        let (Some(regexes), Some(text)) = left else {
            return Err(format!(
                "expected up to {MAX_REGEXES} regular expressions of {} bytes together, found more",
                RequestLimits::ALL_REGEX_BYTES
            ));
        };
        (self.regexes, self.text) = (regexes, text);
        Ok(())
    }
}

/// The executable form of a pattern that [`Test::Regex`] holds; it is the same for all patterns that were checked.
pub fn compile_regex(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).size_limit(MAX_REGEX_SIZE).build()
}

pub(super) fn check(
    filter: &ColumnFilter<'_, '_, '_>,
    budget: &mut RegexBudget,
) -> Result<Filter, FetchError> {
    let dimension = filter.dimension("regex")?;
    if filter.get("pattern").is_some() && filter.get("value").is_some() {
        let message = "expected the pattern once, found it under pattern as well";
        return Err(filter.error_at("value", FetchErrorKind::Duplicate, message));
    }
    match filter.get("value") {
        Some(json) => expression(dimension, &json, budget),
        None => expression(dimension, &filter.require("pattern", "a regular expression")?, budget),
    }
}

/// A regular expression that compiles and is within the budget.
pub(super) fn expression(
    dimension: Dimension,
    json: &Json<'_, '_>,
    budget: &mut RegexBudget,
) -> Result<Filter, FetchError> {
    Ok(Filter::Dimension(dimension, test(json, budget)?))
}

pub(super) fn test(json: &Json<'_, '_>, budget: &mut RegexBudget) -> Result<Test, FetchError> {
    let pattern = json.text("a regular expression")?;
    budget.take(&pattern).map_err(|message| json.error(FetchErrorKind::TooLarge, message))?;
    compile_regex(&pattern).map_err(|error| regex_error(json, error))?;
    Ok(Test::Regex(pattern.into_owned()))
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
