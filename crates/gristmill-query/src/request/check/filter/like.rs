//! `like`: a pattern of `%` and `_`.

use super::column::ColumnFilter;
use crate::request::error::FetchError;
use crate::request::json::Json;
use crate::request::{Filter, Like, Test};

pub(super) fn check(filter: &ColumnFilter<'_, '_, '_>) -> Result<Filter, FetchError> {
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
