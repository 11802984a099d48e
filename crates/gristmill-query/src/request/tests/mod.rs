//! Requests as text against the checked form, and against the error.

mod builder;
mod document;
mod fetch;
mod filter;
mod granularity;
mod limits;
mod never_panics;
mod reference;
mod timestamp_filter;

use super::{Fetch, FetchContext, FetchError, Filter};

/// A request for organization `org` with these keys added.
fn request(keys: &str) -> String {
    let interval = r#""interval":{"start":"2021-11-26","end":"2021-11-27"}"#;
    let comma = if keys.is_empty() { "" } else { "," };
    format!(r#"{{"organization_id":"org","granularity":"day",{interval}{comma}{keys}}}"#)
}

fn check(text: &str) -> Result<Fetch, FetchError> {
    Fetch::from_json(text, &FetchContext::new())
}

/// The checked form of a request with these keys added.
fn accepted(keys: &str) -> Fetch {
    check(&request(keys)).unwrap_or_else(|error| panic!("{keys}: {error}"))
}

/// The checked form of a filter.
fn filter(text: &str) -> Filter {
    accepted(&format!(r#""filters":{text}"#)).filter
}

/// Every text is refused, at its path and with its message.
fn assert_refused<'t>(cases: impl IntoIterator<Item = (String, &'t str, &'t str)>) {
    for (text, path, message) in cases {
        match check(&text) {
            Ok(fetch) => panic!("accepted {text} as {fetch:?}"),
            Err(error) => {
                assert_eq!((error.path(), error.message()), (path, message), "{text}");
                let shown = if path.is_empty() { message.to_owned() } else { format!("{path}: {message}") };
                assert_eq!(error.to_string(), shown);
            }
        }
    }
}

/// Every request with these keys added is refused, at its path and with its message.
fn assert_keys_refused(cases: &[(&str, &str, &str)]) {
    assert_refused(cases.iter().map(|&(keys, path, message)| (request(keys), path, message)));
}

/// Every filter is refused; paths are within `filters`.
fn assert_filters_refused(cases: &[(&str, &str, &str)]) {
    for &(text, path, message) in cases {
        let text = request(&format!(r#""filters":{text}"#));
        let path = format!("filters{path}");
        assert_refused([(text, &*path, message)]);
    }
}
