//! How a service is set up.

use crate::limits::Limits;
use axum::http::HeaderValue;
use std::net::{Ipv4Addr, SocketAddr};

/// How a service is set up.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// Where clients connect to. The default is port 8080 of this machine, for this machine only.
    pub listen: SocketAddr,
    /// Origins whose pages may call the service from a browser, such as `https://example.com`; `*` is all of them. None by
    /// default.
    pub cors: Vec<HeaderValue>,
    /// How much a client may take.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            cors: Vec::new(),
            limits: Limits::default(),
        }
    }
}
