//! Answers as comma-separated values.

use super::answer_of;
use std::fmt::Write as _;

#[test]
fn null_empty_and_quotes_come_back() {
    let events = [
        (None, Some(0.1)),
        (Some(""), None),
        (Some("a,\"b\"\r\nc"), Some(1e300)),
        (Some("a b'; "), Some(-0.0)),
    ];
    let body = r#""granularity":"all","group_by":["dim1"],
        "aggregations":[{"type":"count","name":"how, many"},"max",{"type":"approx_uniq","name":"about","fields":["dim1"]}]"#;
    let start = "1970-01-01T00:00:00.000Z";
    let expected = format!(
        "timestamp,dim1,\"how, many\",max,about\n{start},,1,0.1,0\n{start},\"\",1,,1\n{start},a b'; ,1,-0.0,1\n\
         {start},\"a,\"\"b\"\"\r\nc\",1,1e+300,1\n"
    );
    assert_eq!(answer_of(&events, body).to_csv(), expected);
}

#[test]
fn an_empty_answer_is_a_header() {
    let answer = answer_of(&[], r#""granularity":"all","group_by":["dim1"],"aggregations":["sum"]"#);
    assert_eq!(answer.to_csv(), "timestamp,dim1,sum\n");
}

/// More text than is gathered at once, with labels of several buckets.
#[test]
fn all_of_a_long_answer_is_written() {
    let labels: Vec<String> =
        (0..4000).map(|at| format!("a label of some length {:05}", at % 3000)).collect();
    let events: Vec<_> = labels.iter().map(|label| (Some(label.as_str()), None)).collect();
    let mut expected = "timestamp,dim1,count\n".to_owned();
    for (at, label) in labels.iter().enumerate().take(60) {
        writeln!(expected, "1970-01-01T00:00:{at:02}.000Z,{label},1").unwrap();
    }
    let seconds = r#""granularity":"second","group_by":["dim1"],"aggregations":["count"]"#;
    assert_eq!(answer_of(&events, seconds).to_csv(), expected);

    let all = r#""granularity":"hour","group_by":["dim1"],"aggregations":["count"]"#;
    let answer = super::answer(&super::segments(&events), 3_600_000, all, &super::ExecOptions::default());
    let csv = answer.unwrap().to_csv();
    assert!(csv.len() > 2 * 64 * 1024, "{}", csv.len());
    for (line, at) in csv.lines().skip(1).zip(0..3000) {
        let count = if at < 600 { 2 } else { 1 };
        assert_eq!(line, format!("1970-01-01T00:00:00.000Z,a label of some length {at:05},{count}"));
    }
    assert_eq!(csv.lines().count(), 3001);
}
