//! Filters on dimensions and on the value, and filters made of filters.

use super::{assert_filters_refused, filter};
use crate::request::{Bound, Filter, Like, Limit, Limits, NumberTest, Test};
use gristmill_storage::schema::Dimension;

fn texts(values: &[Option<&str>]) -> Test {
    Test::Texts(values.iter().map(|value| value.map(str::to_owned)).collect())
}

fn label(test: Test) -> Filter {
    Filter::Dimension(Dimension::Label, test)
}

/// A filter on `label` of this type with these keys.
fn on_label(kind: &str, keys: &str) -> Filter {
    filter(&format!(r#"{{"type":"{kind}","dimension":"label"{keys}}}"#))
}

fn limit<T>(value: T, strict: bool) -> Limit<T> {
    Limit { value, strict }
}

#[test]
fn selectors_compare_by_json_text() {
    for (keys, expected) in [
        (r#","value":"a\u0062""#, Some("ab")),
        (r#","value":"""#, Some("")),
        (r#","value":1"#, Some("1")),
        (r#","value":1.50e2"#, Some("1.50e2")),
        (r#","value":true"#, Some("true")),
        (r#","value":null"#, None),
        ("", None),
    ] {
        for kind in ["selector", "select"] {
            assert_eq!(on_label(kind, keys), label(texts(&[expected])), "{keys}");
        }
    }
}

#[test]
fn every_dimension_has_selectors() {
    for dimension in Dimension::ALL {
        let found = filter(&format!(r#"{{"type":"selector","dimension":"{dimension}","value":"1"}}"#));
        let test =
            if dimension == Dimension::EventVersion { Test::Integers(vec![1]) } else { texts(&[Some("1")]) };
        assert_eq!(found, Filter::Dimension(dimension, test));
    }
}

#[test]
fn the_column_may_stand_under_either_key() {
    let expected = label(texts(&[Some("a")]));
    assert_eq!(filter(r#"{"type":"selector","column":"label","value":"a"}"#), expected);
    assert_eq!(filter(r#"{"type":"equals","dimension":"label","matchValue":"a"}"#), expected);
    let tuned =
        r#"{"type":"selector","dimension":"label","value":"a","filterTuning":{"useBitmapIndex":false}}"#;
    assert_eq!(filter(tuned), expected);
    let plain = r#"{"type":"selector","dimension":"label","value":"a","extractionFn":null}"#;
    assert_eq!(filter(plain), expected);
}

#[test]
fn in_takes_any_number_of_values() {
    assert_eq!(on_label("in", r#","values":[]"#), label(texts(&[])));
    assert_eq!(
        on_label("in", r#","values":["a",null,"",2,false,"a"]"#),
        label(texts(&[Some("a"), None, Some(""), Some("2"), Some("false"), Some("a")]))
    );
}

#[test]
fn event_version_compares_integers() {
    let version =
        |values: &str| filter(&format!(r#"{{"type":"in","dimension":"event_version","values":{values}}}"#));
    let integers =
        |integers: &[i64]| Filter::Dimension(Dimension::EventVersion, Test::Integers(integers.to_vec()));
    assert_eq!(version(r#"[1,"1",1.0,1e0,"1.0",-2]"#), integers(&[1, 1, 1, 1, 1, -2]));
    assert_eq!(version(r#"[null,true,"",1.5,"x",9223372036854775808]"#), integers(&[]));
    assert_eq!(filter(r#"{"type":"selector","dimension":"event_version"}"#), integers(&[]));
    assert_eq!(filter(r#"{"type":"null","column":"event_version"}"#), integers(&[]));
    assert_eq!(
        filter(r#"{"type":"equals","column":"event_version","matchValueType":"LONG","matchValue":"3"}"#),
        integers(&[3])
    );
}

#[test]
fn equals_and_null() {
    let equals = |keys: &str| filter(&format!(r#"{{"type":"equals","column":"label","matchValue":{keys}}}"#));
    assert_eq!(equals(r#""a""#), label(texts(&[Some("a")])));
    assert_eq!(equals(r#""a","matchValueType":"string""#), label(texts(&[Some("a")])));
    assert_eq!(equals(r#"1.0,"matchValueType":"LONG""#), label(texts(&[Some("1")])));
    assert_eq!(equals(r#"1.50,"matchValueType":"DOUBLE""#), label(texts(&[Some("1.50")])));
    assert_eq!(equals(r#""1.5","matchValueType":"FLOAT""#), label(texts(&[Some("1.5")])));
    assert_eq!(filter(r#"{"type":"null","column":"label"}"#), label(texts(&[None])));
    let value = r#"{"type":"equals","column":"value","matchValueType":"LONG","matchValue":2}"#;
    assert_eq!(filter(value), Filter::Value(NumberTest::In(vec![Some(2.0)])));
}

#[test]
fn value_compares_numbers() {
    let value = |keys: &str| filter(&format!(r#"{{"dimension":"value",{keys}}}"#));
    assert_eq!(value(r#""type":"selector","value":1"#), Filter::Value(NumberTest::In(vec![Some(1.0)])));
    assert_eq!(value(r#""type":"selector""#), Filter::Value(NumberTest::In(vec![None])));
    assert_eq!(value(r#""type":"null""#), Filter::Value(NumberTest::In(vec![None])));
    assert_eq!(
        value(r#""type":"in","values":["1.5",null,-2e3]"#),
        Filter::Value(NumberTest::In(vec![Some(1.5), None, Some(-2000.0)]))
    );
    let between = Filter::Value(NumberTest::Bound(Limits {
        lower: Some(limit(1.0, true)),
        upper: Some(limit(2.0, false)),
    }));
    for keys in [
        r#""type":"bound","lower":1,"lowerStrict":true,"upper":"2""#,
        r#""type":"bound","lower":1,"lowerStrict":true,"upper":"2","ordering":"numeric""#,
        r#""type":"range","lower":1,"lowerOpen":true,"upper":"2""#,
        r#""type":"range","lower":1,"lowerOpen":true,"upper":"2","matchValueType":"DOUBLE""#,
    ] {
        assert_eq!(value(keys), between, "{keys}");
    }
}

#[test]
fn bounds_have_four_orderings() {
    let bound = |keys: &str| on_label("bound", keys);
    let of = |bound| label(Test::Bound(bound));
    let from = |text: &str| Limits { lower: Some(limit(text.to_owned(), false)), upper: None };
    assert_eq!(bound(r#","lower":"5""#), of(Bound::Lexicographic(from("5"))));
    assert_eq!(bound(r#","lower":"5","ordering":"lexicographic""#), of(Bound::Lexicographic(from("5"))));
    assert_eq!(bound(r#","lower":5,"ordering":"Lexicographic""#), of(Bound::Lexicographic(from("5"))));
    assert_eq!(bound(r#","lower":"5","ordering":"strlen""#), of(Bound::Strlen(from("5"))));
    assert_eq!(bound(r#","lower":"5","ordering":"alphanumeric""#), of(Bound::Alphanumeric(from("5"))));
    assert_eq!(bound(r#","lower":"5","alphaNumeric":true"#), of(Bound::Alphanumeric(from("5"))));
    assert_eq!(
        bound(r#","lower":"5","alphaNumeric":true,"ordering":"alphanumeric""#),
        of(Bound::Alphanumeric(from("5")))
    );
    assert_eq!(bound(r#","lower":"5","alphaNumeric":false"#), of(Bound::Lexicographic(from("5"))));
    let numeric = |lower, upper| of(Bound::Numeric(Limits { lower, upper }));
    assert_eq!(bound(r#","lower":"5","ordering":"numeric""#), numeric(Some(limit(5.0, false)), None));
    assert_eq!(
        bound(r#","lower":"1e1","upper":20"#),
        numeric(Some(limit(10.0, false)), Some(limit(20.0, false)))
    );
    assert_eq!(
        bound(r#","upper":-1,"upperStrict":true,"lower":null"#),
        numeric(None, Some(limit(-1.0, true)))
    );
}

#[test]
fn ranges_order_by_the_type_of_their_values() {
    let range = |keys: &str| on_label("range", keys);
    let lexicographic = |lower: &str, upper: &str| {
        let limits = Limits {
            lower: Some(limit(lower.to_owned(), true)),
            upper: Some(limit(upper.to_owned(), false)),
        };
        label(Test::Bound(Bound::Lexicographic(limits)))
    };
    assert_eq!(range(r#","lower":"a","upper":"b","lowerOpen":true"#), lexicographic("a", "b"));
    assert_eq!(
        range(r#","lower":1,"upper":2,"lowerOpen":true,"matchValueType":"STRING""#),
        lexicographic("1", "2")
    );
    let numeric = label(Test::Bound(Bound::Numeric(Limits { lower: None, upper: Some(limit(2.0, true)) })));
    assert_eq!(range(r#","upper":2,"upperOpen":true"#), numeric);
    assert_eq!(range(r#","upper":"2","upperOpen":true,"matchValueType":"LONG""#), numeric);
}

#[test]
fn like_has_an_escape() {
    let like = |pattern: &str, escape| label(Test::Like(Like { pattern: pattern.to_owned(), escape }));
    assert_eq!(on_label("like", r#","pattern":"a%_""#), like("a%_", None));
    assert_eq!(on_label("like", r#","pattern":"100\\%","escape":"\\""#), like("100\\%", Some('\\')));
    assert_eq!(on_label("like", r#","pattern":"!!","escape":"!""#), like("!!", Some('!')));
    assert_eq!(on_label("like", r#","pattern":"","escape":"\u00e4""#), like("", Some('\u{e4}')));
}

#[test]
fn regex_pattern_stands_under_either_key() {
    let regex = |pattern: &str| label(Test::Regex(pattern.to_owned()));
    assert_eq!(on_label("regex", r#","pattern":"^a.*$""#), regex("^a.*$"));
    assert_eq!(on_label("regex", r#","value":"(?i)a|b""#), regex("(?i)a|b"));
    assert_eq!(on_label("regex", r#","value":"","pattern":null"#), regex(""));
}

#[test]
fn search_is_insensitive_unless_told() {
    let contains = |fragments: &[&str], case_sensitive| {
        let fragments = fragments.iter().map(|&fragment| fragment.to_owned()).collect();
        label(Test::Contains { fragments, case_sensitive })
    };
    for (keys, expected) in [
        (r#","value":"Ab""#, contains(&["Ab"], false)),
        (r#","value":"""#, contains(&[""], false)),
        (r#","value":"Ab","caseSensitive":true"#, contains(&["Ab"], true)),
        (r#","value":"Ab","case_sensitive":true"#, contains(&["Ab"], true)),
        (r#","query":{"type":"contains","value":"Ab"}"#, contains(&["Ab"], false)),
        (r#","query":{"type":"contains","value":"Ab","caseSensitive":true}"#, contains(&["Ab"], true)),
        (r#","query":{"type":"insensitive_contains","value":"Ab"}"#, contains(&["Ab"], false)),
        (r#","query":{"type":"fragment","values":["A","b"]}"#, contains(&["A", "b"], false)),
        (r#","query":{"type":"fragment","values":["A"],"case_sensitive":true}"#, contains(&["A"], true)),
        (r#","query":{"type":"regex","pattern":"a."}"#, label(Test::Regex("a.".to_owned()))),
    ] {
        for kind in ["search", "contains"] {
            assert_eq!(on_label(kind, keys), expected, "{keys}");
        }
    }
}

#[test]
fn column_comparison_names_dimensions() {
    let expected = Filter::SameValue(vec![Dimension::Label, Dimension::EventVersion, Dimension::Properties]);
    let text = r#"{"type":"columnComparison","dimensions":["label","event_version","properties"]}"#;
    assert_eq!(filter(text), expected);
    let text = r#"{"type":"columnComparison","dimensions":["label",{"type":"default","dimension":"event_version",
                   "outputName":"v","outputType":"LONG"},{"dimension":"properties"}]}"#;
    assert_eq!(filter(text), expected);
}

#[test]
fn filters_are_made_of_filters() {
    let a = label(texts(&[Some("a")]));
    let leaf = r#"{"type":"selector","dimension":"label","value":"a"}"#;
    assert_eq!(filter(r#"{"type":"true"}"#), Filter::True);
    assert_eq!(filter(r#"{"type":"false"}"#), Filter::False);
    assert_eq!(filter(&format!(r#"{{"type":"not","field":{leaf}}}"#)), Filter::Not(Box::new(a.clone())));
    assert_eq!(
        filter(&format!(r#"{{"type":"and","fields":[{leaf},{{"type":"or","fields":[{leaf}]}}]}}"#)),
        Filter::And(vec![a.clone(), Filter::Or(vec![a])])
    );
}

#[test]
fn wrong_trees_are_refused() {
    let deep =
        r#"{"type":"and","fields":[{"type":"true"},{"type":"not","field":{"type":"or","fields":[]}}]}"#;
    assert_filters_refused(&[
        (r#""category""#, "", r#"expected a filter object, found "category""#),
        ("[]", "", "expected a filter object, found a list"),
        (r#"{"dimension":"label"}"#, ".type", "required: expected a filter's type, found nothing"),
        (
            r#"{"type":"and","fields":[{}]}"#,
            ".fields[0].type",
            "required: expected a filter's type, found nothing",
        ),
        (r#"{"type":1}"#, ".type", "expected a filter's type, found 1"),
        (r#"{"type":"and","fields":[null]}"#, ".fields[0]", "expected a filter object, found null"),
        (r#"{"type":"and"}"#, ".fields", "required: expected a list of one or more filters, found nothing"),
        (
            r#"{"type":"or","fields":{"type":"true"}}"#,
            ".fields",
            "expected a list of one or more filters, found an object",
        ),
        (deep, ".fields[1].field.fields", "expected a list of one or more filters, found an empty list"),
        (r#"{"type":"not"}"#, ".field", "required: expected a filter object, found nothing"),
        (
            r#"{"type":"not","fields":[]}"#,
            ".fields",
            r#"unknown key of this filter: "fields"; expected field, type, filterTuning"#,
        ),
        (
            r#"{"type":"true","filterTuning":"junk"}"#,
            ".filterTuning",
            "expected Druid's hints, an object, found \"junk\"",
        ),
        (
            r#"{"type":"true","filterTuning":{"a":1,"a":2}}"#,
            ".filterTuning.a",
            "the key stands twice in its object",
        ),
        (
            r#"{"type":"true","value":1}"#,
            ".value",
            r#"unknown key of this filter: "value"; expected type, filterTuning"#,
        ),
        (
            r#"{"type":"Selector"}"#,
            ".type",
            "unknown filter type: \"Selector\"; expected selector, select, search, regex, or, equals, null, like or \
             one of 10 more",
        ),
        (
            r#"{"type":"javascript"}"#,
            ".type",
            "javascript filters are not supported; expected selector, select, in, equals, null, bound, range, like, \
             regex, search, contains, interval, columnComparison, and, or, not, true, false",
        ),
    ]);
}

#[test]
fn wrong_columns_are_refused() {
    assert_filters_refused(&[
        (r#"{"type":"selector"}"#, ".dimension", "required: expected a column's name, found nothing"),
        (
            r#"{"type":"selector","dimension":null}"#,
            ".dimension",
            "required: expected a column's name, found nothing",
        ),
        (r#"{"type":"in","dimension":["label"]}"#, ".dimension", "expected a column's name, found a list"),
        (
            r#"{"type":"selector","dimension":"label","column":"label"}"#,
            ".column",
            "expected the column once, found it under dimension as well",
        ),
        (r#"{"type":"selector","dimension":"__time"}"#, ".dimension", "Druid's __time is timestamp here"),
        (
            r#"{"type":"null","column":"dim6"}"#,
            ".column",
            "unknown column: \"dim6\"; expected dim1, dim2, dim3, dim4, dim5, value, label, action or one of 20 more",
        ),
        (
            r#"{"type":"selector","dimension":"label","extractionFn":{"type":"lower"}}"#,
            ".extractionFn",
            "not supported; expected a filter on the values as they are stored",
        ),
        (
            r#"{"type":"selector","dimension":"label","values":["a"]}"#,
            ".values",
            "unknown key of this filter: \"values\"; expected value, column, type, dimension, filterTuning, \
             extractionFn",
        ),
        (
            r#"{"type":"like","dimension":"value","pattern":"1"}"#,
            ".dimension",
            "like tests text, and value is none; it takes selector, in, equals, null, bound and range",
        ),
        (
            r#"{"type":"regex","column":"timestamp","pattern":"1"}"#,
            ".column",
            "regex tests text, and timestamp is none; it takes selector, in, equals, null, bound, range and interval",
        ),
        (
            r#"{"type":"contains","dimension":"value","value":"1"}"#,
            ".dimension",
            "search tests text, and value is none; it takes selector, in, equals, null, bound and range",
        ),
        (
            r#"{"type":"columnComparison","dimensions":["label","value"]}"#,
            ".dimensions[1]",
            "columnComparison tests text, and value is none; it takes selector, in, equals, null, bound and range",
        ),
        (
            r#"{"type":"columnComparison","dimensions":["label"]}"#,
            ".dimensions",
            "expected a list of two or more dimensions, found 1",
        ),
        (
            r#"{"type":"columnComparison","dimensions":["label",{"type":"extraction","dimension":"label"}]}"#,
            ".dimensions[1].type",
            "not supported; expected \"default\" or a plain name",
        ),
    ]);
}

#[test]
fn wrong_values_are_refused() {
    let scalar = "expected a string, a number, true, false or null, found";
    let [list, object] = ["a list", "an object"].map(|found| format!("{scalar} {found}"));
    assert_filters_refused(&[
        (r#"{"type":"selector","dimension":"label","value":["a"]}"#, ".value", &list),
        (r#"{"type":"in","dimension":"label","values":["a",{}]}"#, ".values[1]", &object),
        (r#"{"type":"in","dimension":"event_version","values":[[]]}"#, ".values[0]", &list),
        (
            r#"{"type":"in","dimension":"label","values":"a"}"#,
            ".values",
            r#"expected a list of values, found "a""#,
        ),
        (
            r#"{"type":"in","dimension":"label"}"#,
            ".values",
            "required: expected a list of values, found nothing",
        ),
        (
            r#"{"type":"equals","column":"label","matchValue":null}"#,
            ".matchValue",
            "required: expected a value; null has a filter of its own, of type null, found nothing",
        ),
        (
            r#"{"type":"equals","column":"label","matchValueType":"LONG","matchValue":1.5}"#,
            ".matchValue",
            "expected an integer, since matchValueType says LONG, found 1.5",
        ),
        (
            r#"{"type":"equals","column":"label","matchValueType":"DOUBLE","matchValue":"x"}"#,
            ".matchValue",
            r#"expected a finite number, found "x""#,
        ),
        (
            r#"{"type":"equals","column":"label","matchValueType":"ARRAY<STRING>","matchValue":["a"]}"#,
            ".matchValueType",
            "unknown type of values: \"ARRAY<STRING>\"; expected STRING, LONG, FLOAT, DOUBLE",
        ),
        (
            r#"{"type":"selector","dimension":"value","value":"x"}"#,
            ".value",
            r#"expected a finite number, found "x""#,
        ),
        (
            r#"{"type":"selector","dimension":"value","value":"NaN"}"#,
            ".value",
            r#"expected a finite number, found "NaN""#,
        ),
        (
            r#"{"type":"selector","dimension":"value","value":true}"#,
            ".value",
            "expected a finite number, found true",
        ),
        (
            r#"{"type":"in","dimension":"value","values":[1e999]}"#,
            ".values[0]",
            "expected a finite number, found 1e999",
        ),
    ]);
}

#[test]
fn wrong_bounds_are_refused() {
    assert_filters_refused(&[
        (r#"{"type":"bound","dimension":"label"}"#, "", "expected lower, upper or both, found neither"),
        (
            r#"{"type":"range","column":"label","lower":null}"#,
            "",
            "expected lower, upper or both, found neither",
        ),
        (
            r#"{"type":"bound","dimension":"label","lower":"a","ordering":"numeric"}"#,
            ".lower",
            r#"expected a finite number, found "a""#,
        ),
        (
            r#"{"type":"bound","dimension":"label","lower":1,"upper":"b"}"#,
            ".upper",
            r#"expected a finite number, found "b""#,
        ),
        (
            r#"{"type":"bound","dimension":"label","lower":"a","ordering":"version"}"#,
            ".ordering",
            r#"unknown ordering: "version"; expected strlen, numeric, lexicographic, alphanumeric"#,
        ),
        (
            r#"{"type":"bound","dimension":"label","lower":"a","ordering":"numeric","alphaNumeric":true}"#,
            ".ordering",
            r#"expected "alphanumeric" or no key, since alphaNumeric is true, found "numeric""#,
        ),
        (
            r#"{"type":"bound","dimension":"value","lower":1,"ordering":"lexicographic"}"#,
            ".ordering",
            r#"value is ordered by number; expected "numeric" or no key"#,
        ),
        (
            r#"{"type":"bound","dimension":"timestamp","lower":1,"alphaNumeric":true}"#,
            ".alphaNumeric",
            r#"timestamp is ordered by number; expected "numeric" or no key"#,
        ),
        (
            r#"{"type":"bound","dimension":"label","lower":"a","lowerStrict":"true"}"#,
            ".lowerStrict",
            r#"expected true or false, found "true""#,
        ),
        (
            r#"{"type":"bound","dimension":"label","lower":["a"]}"#,
            ".lower",
            "expected a string, a number, true, false or null, found a list",
        ),
        (
            r#"{"type":"bound","dimension":"label","lower":"a","lowerOpen":true}"#,
            ".lowerOpen",
            "unknown key of this filter: \"lowerOpen\"; expected lower, lowerStrict, dimension, column, upper, \
             ordering, type, upperStrict or one of 3 more",
        ),
    ]);
}

#[test]
fn wrong_patterns_are_refused() {
    let linear = "look-around and backreferences are not supported, since patterns match in linear time";
    assert_filters_refused(&[
        (r#"{"type":"like","dimension":"label"}"#, ".pattern", "required: expected a pattern, found nothing"),
        (r#"{"type":"like","dimension":"label","pattern":1}"#, ".pattern", "expected a pattern, found 1"),
        (
            r#"{"type":"like","dimension":"label","pattern":"a!","escape":"!"}"#,
            ".pattern",
            r#"expected a character after the escape character at the end, found "a!""#,
        ),
        (
            r#"{"type":"like","dimension":"label","pattern":"a","escape":""}"#,
            ".escape",
            r#"expected a string of one character, found """#,
        ),
        (
            r#"{"type":"like","dimension":"label","pattern":"a","escape":"ab"}"#,
            ".escape",
            r#"expected a string of one character, found "ab""#,
        ),
        (
            r#"{"type":"regex","dimension":"label"}"#,
            ".pattern",
            "required: expected a regular expression, found nothing",
        ),
        (
            r#"{"type":"regex","dimension":"label","pattern":"a","value":"a"}"#,
            ".value",
            "expected the pattern once, found it under pattern as well",
        ),
        (
            r#"{"type":"regex","dimension":"label","pattern":"a("}"#,
            ".pattern",
            "expected a regular expression, found a mistake: unclosed group",
        ),
        (r#"{"type":"regex","dimension":"label","pattern":"(?=a)"}"#, ".pattern", linear),
        (r#"{"type":"regex","dimension":"label","value":"(?<!a)b"}"#, ".value", linear),
        (r#"{"type":"regex","dimension":"label","value":"(a)\\1"}"#, ".value", linear),
        (
            r#"{"type":"regex","dimension":"label","value":"\\w{500}"}"#,
            ".value",
            "the regular expression takes more than 4194304 bytes when compiled; classes of ASCII, such as (?-u:\\w), \
             take far less",
        ),
        (
            r#"{"type":"search","dimension":"label"}"#,
            ".value",
            "required: expected a text to look for, found nothing",
        ),
        (
            r#"{"type":"search","dimension":"label","value":1}"#,
            ".value",
            "expected a text to look for, found 1",
        ),
        (
            r#"{"type":"search","dimension":"label","value":"a","caseSensitive":true,"case_sensitive":true}"#,
            ".case_sensitive",
            "expected it once, found it under caseSensitive as well",
        ),
        (
            r#"{"type":"search","dimension":"label","query":"a"}"#,
            ".query",
            r#"expected a query object, found "a""#,
        ),
        (
            r#"{"type":"search","dimension":"label","query":{"value":"a"}}"#,
            ".query.type",
            "required: expected a type of query, found nothing",
        ),
        (
            r#"{"type":"search","dimension":"label","query":{"type":"all"}}"#,
            ".query.type",
            r#"unknown type of query: "all"; expected regex, contains, fragment, insensitive_contains"#,
        ),
        (
            r#"{"type":"search","dimension":"label","query":{"type":"fragment","values":[]}}"#,
            ".query.values",
            "expected a list of one or more texts to look for, found an empty list",
        ),
        (
            r#"{"type":"search","dimension":"label","query":{"type":"fragment","values":["a",1]}}"#,
            ".query.values[1]",
            "expected a text to look for, found 1",
        ),
        (
            r#"{"type":"search","dimension":"label","query":{"type":"insensitive_contains","value":"a","caseSensitive":true}}"#,
            ".query.caseSensitive",
            r#"unknown key of this query: "caseSensitive"; expected type, value"#,
        ),
    ]);
}
