//! What is known of a fetch beside its JSON.

use crate::request::RequestLimits;

/// What is known of a fetch beside its JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FetchContext {
    /// The organization that may be asked about, from an argument or a request's path. A body that names another is
    /// refused; where this is `None`, the body must name one.
    pub organization: Option<String>,
    /// How large the request may be.
    pub limits: RequestLimits,
}

impl FetchContext {
    /// A context that leaves the organization to the body.
    pub fn new() -> Self {
        Self::default()
    }

    /// A context for one organization.
    pub fn for_organization(organization: impl Into<String>) -> Self {
        Self { organization: Some(organization.into()), ..Self::default() }
    }

    /// The same with other limits.
    #[must_use]
    pub fn limits(self, limits: RequestLimits) -> Self {
        Self { limits, ..self }
    }
}
