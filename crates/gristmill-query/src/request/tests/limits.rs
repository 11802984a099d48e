//! How deep and how large requests may be.

use super::{accepted, check, request};
use crate::request::{Fetch, FetchContext, FetchErrorKind, RequestLimits};

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

/// The error of a request with these keys within narrow limits.
fn refused(keys: &str, narrow: impl FnOnce(&mut RequestLimits)) -> (FetchErrorKind, String, String) {
    let mut limits = RequestLimits::default();
    narrow(&mut limits);
    let context = FetchContext::new().limits(limits);
    let error = Fetch::from_json(request(keys), &context).unwrap_err();
    (error.kind(), error.path().to_owned(), error.message().to_owned())
}

#[track_caller]
fn assert_refused(keys: &str, narrow: impl Fn(&mut RequestLimits), path: &str, message: &str) {
    // It is the limit that refuses it.
    accepted(keys);
    let refused = refused(keys, narrow);
    assert_eq!(refused, (FetchErrorKind::TooLarge, path.to_owned(), message.to_owned()));
}

#[test]
fn a_caller_may_set_narrower_limits() {
    assert_refused(
        &nested(4),
        |limits| limits.filter_levels = 3,
        "filters.field.field.field",
        "filters stand in each other deeper than 3 levels",
    );
    let message = r#"more than 3 filters; many values of one column are one "in" filter"#;
    assert_refused(&wide(3), |limits| limits.filters = 3, "filters.fields[2]", message);
    assert_refused(
        &nested(4),
        |limits| limits.json_levels = 4,
        "",
        "expected JSON of up to 4 levels, found more",
    );
    assert_refused(
        &regexes(1, "abc"),
        |limits| limits.regex_bytes = 2,
        "filters.fields[0].pattern",
        "expected a regular expression of up to 2 bytes, found 3",
    );
    assert_refused(
        r#""group_by":["label","action"]"#,
        |limits| limits.group_by = 1,
        "group_by",
        "expected a list of dimensions, of up to 1 items, found 2",
    );
    assert_refused(
        r#""aggregations":["count","sum"]"#,
        |limits| limits.aggregations = 1,
        "aggregations",
        "expected a list of aggregations, of up to 1 items, found 2",
    );
}

#[test]
fn a_caller_may_set_how_many_values_a_list_has() {
    let two = |limits: &mut RequestLimits| limits.values = 2;
    let found = ", of up to 2 items, found 3";
    let filters = [
        (r#"{"type":"in","dimension":"label","values":["a","b","c"]}"#, "values", "a list of values"),
        (
            r#"{"type":"search","dimension":"label","query":{"type":"fragment","values":["a","b","c"]}}"#,
            "query.values",
            "a list of one or more texts to look for",
        ),
        (
            r#"{"type":"interval","dimension":"timestamp","intervals":["2024-01-01/2024-01-02","2024-01-03/2024-01-04","2024-01-05/2024-01-06"]}"#,
            "intervals",
            r#"a list of "start/end" texts"#,
        ),
    ];
    for (filter, path, expected) in filters {
        let message = format!("expected {expected}{found}");
        assert_refused(&format!(r#""filters":{filter}"#), two, &format!("filters.{path}"), &message);
        let having =
            format!(r#""aggregations":[{{"type":"filtered","filter":{filter},"aggregator":"count"}}]"#);
        assert_refused(&having, two, &format!("aggregations[0].filter.{path}"), &message);
    }
    let groups = r#""group_by":[{"dimension":"properties","values":["a","b","c"]}]"#;
    let message = format!("expected a list of values{found}");
    assert_refused(groups, two, "group_by[0].values", &message);
}

#[test]
fn no_caller_may_set_what_bounds_the_stack() {
    let wide = |limits: &mut RequestLimits| {
        limits.json_levels = usize::MAX;
        limits.filter_levels = usize::MAX;
    };
    assert_eq!(refused(&nested(101), wide).0, FetchErrorKind::TooLarge);
    assert_eq!(refused(&nested(1000), wide).0, FetchErrorKind::TooLarge);
}
