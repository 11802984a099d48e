//! Whether the service is there, and whether it is of use.

use crate::failure::Failure;
use crate::service::Service;
use axum::extract::State;
use std::sync::Arc;

/// The process answers.
pub(crate) async fn alive() -> &'static str {
    "alive\n"
}

/// Requests are welcome: the store is open, and the service was not told to end.
pub(crate) async fn ready(State(service): State<Arc<Service>>) -> Result<&'static str, Failure> {
    if service.is_ready() {
        Ok("ready\n")
    } else {
        Err(Failure::unavailable("the service is starting or ending"))
    }
}
