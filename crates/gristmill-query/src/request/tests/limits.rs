//! How deep and how large requests may be.

use super::{accepted, check, request};
use crate::request::FetchErrorKind;

/// Filters of type `not` in each other, that many levels with the innermost.
fn nested(levels: usize) -> String {
    let outer = r#"{"type":"not","field":"#.repeat(levels - 1);
    let closing = "}".repeat(levels - 1);
    format!(r#""filters":{outer}{{"type":"true"}}{closing}"#)
}

/// One `and` over that many filters.
fn wide(fields: usize) -> String {
    let fields = vec![r#"{"type":"true"}"#; fields].join(",");
    format!(r#""filters":{{"type":"and","fields":[{fields}]}}"#)
}

#[track_caller]
fn assert_too_large(keys: &str, path: &str, message: &str) {
    let error = check(&request(keys)).unwrap_err();
    assert_eq!((error.kind(), error.path(), error.message()), (FetchErrorKind::TooLarge, path, message));
}

#[test]
fn filters_may_stand_in_each_other_100_levels_deep() {
    accepted(&nested(100));
    let path = format!("filters{}", ".field".repeat(100));
    assert_too_large(&nested(101), &path, "filters stand in each other deeper than 100 levels");
}

#[test]
fn the_depth_is_that_of_filters_whatever_they_are_made_of() {
    let leaf = r#"{"type":"in","dimension":"label","values":["a"]}"#;
    let and = |levels: usize| {
        let (open, close) = (r#"{"type":"and","fields":["#.repeat(levels), "]}".repeat(levels));
        format!(r#""filters":{open}{leaf}{close}"#)
    };
    accepted(&and(99));
    let path = format!("filters{}", ".fields[0]".repeat(100));
    assert_too_large(&and(100), &path, "filters stand in each other deeper than 100 levels");
}

#[test]
fn json_of_any_depth_costs_no_stack() {
    let levels = 200_000;
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}"), (r#"{"type":"not","field":"#, "}")] {
        let deep = format!("{}1{}", open.repeat(levels), close.repeat(levels));
        for keys in [format!(r#""vendor":{deep}"#), format!(r#""filters":{deep}"#)] {
            assert_too_large(&keys, "", "expected JSON of up to 256 levels, found more");
        }
        assert_eq!(check(&deep).unwrap_err().kind(), FetchErrorKind::TooLarge);
        assert_eq!(check(&open.repeat(levels)).unwrap_err().kind(), FetchErrorKind::Syntax);
    }
}

#[test]
fn a_request_may_have_10_000_filters() {
    accepted(&wide(9_999));
    let message = r#"more than 10000 filters; many values of one column are one "in" filter"#;
    assert_too_large(&wide(10_000), "filters.fields[9999]", message);
    let columns = vec![r#""label""#; 10_000].join(",");
    let comparison = format!(r#""filters":{{"type":"columnComparison","dimensions":[{columns}]}}"#);
    assert_too_large(&comparison, "filters.dimensions", message);
}

#[test]
fn values_are_not_counted_as_filters() {
    let values = vec![r#""some text""#; 100_000].join(",");
    accepted(&format!(r#""filters":{{"type":"in","dimension":"label","values":[{values}]}}"#));
}

/// An `or` of that many regular expressions.
fn regexes(count: usize, pattern: &str) -> String {
    let regex = format!(r#"{{"type":"regex","dimension":"label","pattern":"{pattern}"}}"#);
    format!(r#""filters":{{"type":"or","fields":[{}]}}"#, vec![regex; count].join(","))
}

#[test]
fn regular_expressions_are_few_and_short() {
    accepted(&regexes(32, "a"));
    accepted(&regexes(1, &"a".repeat(8 << 10)));
    let message = "expected up to 32 regular expressions of 8192 bytes together, found more";
    assert_too_large(&regexes(33, "a"), "filters.fields[32].pattern", message);
    let half = "a".repeat((4 << 10) + 1);
    assert_too_large(&regexes(2, &half), "filters.fields[1].pattern", message);
}

#[test]
fn a_megabyte_of_anything_is_read_in_one_go() {
    let megabyte = 1 << 20;
    let keys: Vec<String> = (0..megabyte / 8).map(|number| format!(r#""{number:x}":1"#)).collect();
    let error = check(&format!("{{{}}}", keys.join(","))).unwrap_err();
    assert_eq!((error.kind(), error.path()), (FetchErrorKind::Unknown, "0"));
    // The longest text at the greatest depth.
    let levels = 99;
    let values = vec![r#""some text""#; megabyte / 12].join(",");
    let leaf = format!(r#"{{"type":"in","dimension":"label","values":[{values}]}}"#);
    let text =
        format!(r#""filters":{}{leaf}{}"#, r#"{"type":"and","fields":["#.repeat(levels), "]}".repeat(levels));
    accepted(&text);
}
