//! The forms that an answer can have.

use axum::http::{HeaderMap, header};
use gristmill::response::Answer;
use std::io::{self, Write};

/// The form that a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Csv,
}

impl Form {
    /// CSV where the header `Accept` names it before JSON, and else JSON: also where it names neither, since a client that
    /// takes nothing known has most likely not thought of it.
    pub(super) fn asked(headers: &HeaderMap) -> Self {
        let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let mut names = accepted.flat_map(|list| list.split(',')).map(|range| {
            let (name, _) = range.split_once(';').unwrap_or((range, ""));
            name.trim().to_ascii_lowercase()
        });
        let form = names.find_map(|name| match &*name {
            "text/csv" => Some(Self::Csv),
            "application/json" | "application/*" | "*/*" => Some(Self::Json),
            _ => None,
        });
        form.unwrap_or(Self::Json)
    }

    /// The value of the header `Content-Type`.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8; header=present",
        }
    }

    /// Writes an answer in this form.
    pub(super) fn write(self, answer: &Answer, writer: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Json => answer.write_json(writer),
            Self::Csv => answer.write_csv(writer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_first_form_that_is_known_is_taken() {
        let cases = [
            ("", Form::Json),
            ("text/csv", Form::Csv),
            ("Text/CSV; q=0.9", Form::Csv),
            ("text/html, text/csv;header=present, */*;q=0.1", Form::Csv),
            ("application/json, text/csv", Form::Json),
            ("*/*, text/csv", Form::Json),
            ("text/html", Form::Json),
        ];
        for (accept, form) in cases {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_str(accept).unwrap())]);
            assert_eq!(Form::asked(&headers), form, "{accept}");
        }
        assert_eq!(Form::asked(&HeaderMap::new()), Form::Json);
    }
}
