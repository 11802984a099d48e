//! What a client is told when its request is not done.

use crate::access::Refusal;
use crate::memory::Full;
use crate::turns::TooMany;
use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use gristmill::event::BatchError;
use gristmill::exec::ExecError;
use gristmill::request::{FetchError, FetchErrorKind};
use gristmill::{Error, StoreError};
use serde_json::json;

/// Seconds after which a request that was refused for want of room may be sent again.
const RETRY_SECONDS: u16 = 1;

/// What a client is told when its request is not done.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    code: &'static str,
    message: String,
    /// Where in the JSON of the request.
    path: Option<String>,
    /// Whether the same request may succeed soon.
    retry: bool,
    /// Whether the connection ends with this answer.
    close: bool,
    /// For the log only.
    reason: Option<Reason>,
}

/// What the operator is told of a failure that clients are told nothing of: an extension of the answer.
#[derive(Clone, Debug)]
pub(crate) struct Reason(pub(crate) String);

impl Failure {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), path: None, retry: false, close: false, reason: None }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", message)
    }

    /// The same, about a place in the request.
    pub(crate) fn at(self, path: impl Into<String>) -> Self {
        Self { path: Some(path.into()), ..self }
    }

    /// A body over its limit in bytes.
    pub(crate) fn too_large(limit: usize) -> Self {
        let message = format!("the body is larger than {limit} bytes: send it in parts");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message).closing()
    }

    /// A body that does not come.
    pub(crate) fn late_body() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "timed_out", "the body came too slowly").closing()
    }

    /// The same, and the rest of the request is not wanted.
    pub(crate) fn closing(self) -> Self {
        Self { close: true, ..self }
    }

    /// Not now, but soon.
    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Self { retry: true, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message) }
    }

    /// Not now, since the client itself asks for too much at once.
    fn too_many(message: impl Into<String>) -> Self {
        Self { retry: true, ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", message) }
    }

    /// Nothing that a client could do about.
    pub(crate) fn internal() -> Self {
        let message = "the service has failed; its operator finds the reason in its log";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message)
    }

    /// The same for an error that is told to the operator.
    fn internal_because(error: &dyn std::error::Error) -> Self {
        Self::internal().because(error)
    }

    fn because(self, error: &dyn std::error::Error) -> Self {
        Self { reason: Some(Reason(error.to_string())), ..self }
    }
}

impl From<BatchError> for Failure {
    fn from(error: BatchError) -> Self {
        let (status, code) = match error {
            BatchError::TooLarge { .. } | BatchError::TooManyEvents { .. } => {
                (StatusCode::PAYLOAD_TOO_LARGE, "too_large")
            }
            _ => (StatusCode::BAD_REQUEST, "bad_event"),
        };
        Self::new(status, code, error.to_string())
    }
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        let path = (!error.path().is_empty()).then(|| error.path().to_owned());
        let (status, code) = match error.kind() {
            FetchErrorKind::TooLarge => (StatusCode::UNPROCESSABLE_ENTITY, "query_too_large"),
            _ => (StatusCode::BAD_REQUEST, "bad_query"),
        };
        Self { path, ..Self::new(status, code, error.message()) }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Batch(error) => error.into(),
            Error::Fetch(error) => error.into(),
            Error::Exec(error) => of_exec(&error),
            Error::Store(error) => of_store(&error),
            error => Self::internal_because(&error),
        }
    }
}

fn of_exec(error: &ExecError) -> Failure {
    let code = match error {
        ExecError::TooManyGroups { .. } => "too_many_groups",
        ExecError::TooManyRows { .. } => "too_many_rows",
        ExecError::TooMuchMemory { .. } => "too_much_memory",
        ExecError::MemoryTaken { .. } => return Failure::unavailable(error.to_string()),
        ExecError::TimedOut { .. } => {
            return Failure::new(StatusCode::GATEWAY_TIMEOUT, "timed_out", error.to_string());
        }
        ExecError::Canceled => return Failure::unavailable("the fetch was stopped: the service is ending"),
        ExecError::Regex(_) => return Failure::bad_request(error.to_string()),
        _ => return Failure::internal_because(error),
    };
    Failure::new(StatusCode::UNPROCESSABLE_ENTITY, code, error.to_string())
}

fn of_store(error: &StoreError) -> Failure {
    match error {
        StoreError::Backlog { .. } | StoreError::Halted { .. } => Failure::unavailable(
            "the store takes no events at the moment; its operator finds the reason in its log",
        )
        .because(error),
        StoreError::Busy { .. } | StoreError::Overtaken { .. } => Failure::unavailable(error.to_string()),
        StoreError::Closed | StoreError::Stopped => Failure::unavailable("the service is ending"),
        StoreError::NotStored(cause) => of_store(cause),
        _ => Failure::internal_because(error),
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let (status, code) = match refusal {
            Refusal::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized"),
            Refusal::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
            Refusal::Unavailable => return Self::unavailable(refusal.to_string()),
        };
        Self::new(status, code, refusal.to_string())
    }
}

impl From<Full> for Failure {
    fn from(_: Full) -> Self {
        Self::unavailable("too much is waiting already; try again in a moment")
    }
}

impl From<TooMany> for Failure {
    fn from(_: TooMany) -> Self {
        Self::too_many("too many requests of this client are under way; try again in a moment")
    }
}

impl From<PathRejection> for Failure {
    fn from(rejection: PathRejection) -> Self {
        Self::bad_request(rejection.body_text())
    }
}

impl From<QueryRejection> for Failure {
    fn from(rejection: QueryRejection) -> Self {
        Self::bad_request(rejection.body_text())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut error = json!({"code": self.code, "message": self.message});
        if let Some(path) = self.path {
            error["path"] = path.into();
        }
        let mut response = (self.status, Json(json!({"error": error}))).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(reason) = self.reason {
            response.extensions_mut().insert(reason);
        }
        if self.close {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if self.retry {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    #[tokio::test]
    async fn what_clients_are_not_told_the_operator_is() {
        let error = Error::Store(StoreError::NoStore);
        let told = error.to_string();
        let response = Failure::from(error).into_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.extensions().get::<Reason>().map(|Reason(text)| text), Some(&told));
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert!(!String::from_utf8_lossy(&body).contains(&told), "{body:?}");
    }
}
