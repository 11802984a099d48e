//! Why a request is not done.

use super::schema::{Any, Named, full, integer, named, text};
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::{Content, Response, ResponseBuilder};

/// The body of every answer that is one.
const ERROR: &str = "Error";

/// A status, the name of its response, and what it means.
pub(super) struct Status {
    pub(super) code: u16,
    pub(super) name: &'static str,
    about: &'static str,
}

const fn status(code: u16, name: &'static str, about: &'static str) -> Status {
    Status { code, name, about }
}

pub(super) const BAD_REQUEST: Status =
    status(400, "BadRequest", "`bad_request`, `bad_event`, `bad_query`: the request is wrong");
pub(super) const UNAUTHORIZED: Status =
    status(401, "Unauthorized", "`unauthorized`: it needs a token that is valid");
pub(super) const FORBIDDEN: Status = status(
    403,
    "Forbidden",
    "`forbidden`: the token does not allow it, whether there is such an organization or not",
);
pub(super) const LATE_BODY: Status = status(408, "LateBody", "`timed_out`: the body came too slowly");
pub(super) const TOO_LARGE: Status = status(413, "TooLarge", "`too_large`: the body must be sent in parts");
pub(super) const UNSUPPORTED_ENCODING: Status =
    status(415, "UnsupportedEncoding", "`unsupported_encoding`: `Content-Encoding` is neither gzip nor zstd");
pub(super) const OVER_BUDGET: Status = status(
    422,
    "OverBudget",
    "`query_too_large`, `too_many_groups`, `too_many_rows`, `too_much_memory`, `answer_too_large`: the message says how to ask for less",
);
pub(super) const TOO_MANY: Status =
    status(429, "TooManyRequests", "`too_many_requests`: this client has too many requests under way");
pub(super) const INTERNAL: Status =
    status(500, "Internal", "`internal`: the operator finds the reason in the log");
pub(super) const UNAVAILABLE: Status =
    status(503, "Unavailable", "`unavailable`: the same request may be sent again");
pub(super) const TIMED_OUT: Status =
    status(504, "TimedOut", "`timed_out`: the fetch took too long, and was stopped");

const ALL: [Status; 11] = [
    BAD_REQUEST,
    UNAUTHORIZED,
    FORBIDDEN,
    LATE_BODY,
    TOO_LARGE,
    UNSUPPORTED_ENCODING,
    OVER_BUDGET,
    TOO_MANY,
    INTERNAL,
    UNAVAILABLE,
    TIMED_OUT,
];

/// The responses by their names.
pub(super) fn responses() -> [(&'static str, Response); ALL.len()] {
    ALL.map(|status| {
        let response = ResponseBuilder::new()
            .description(status.about)
            .content("application/json", Content::new(Some(named(ERROR))));
        let response = match status.code {
            401 => response.header("WWW-Authenticate", header("`Bearer`", text("A scheme"))),
            429 | 503 => response.header("Retry-After", header("After how long", integer("Seconds"))),
            _ => response,
        };
        (status.name, response.build())
    })
}

pub(super) fn header(about: &str, schema: impl Into<Any>) -> Header {
    HeaderBuilder::new().schema(Some(schema)).description(Some(about)).build()
}

pub(super) fn schemas() -> Named {
    let error = full(
        "What is wrong",
        [("code", text("A word for programs").into()), ("message", text("A sentence for people").into())],
    )
    .property("path", text("Where in the JSON of the request, or which parameter"));
    vec![(ERROR, full("Why a request is not done", [("error", error.into())]).into())]
}
