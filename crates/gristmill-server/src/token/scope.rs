//! The organizations that a token is for.

use std::collections::BTreeSet;

/// The organizations that a token is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every organization, those to come included.
    All,
    /// These.
    Named(BTreeSet<Box<str>>),
}

impl Scope {
    /// Whether an organization is among them. Names are compared byte for byte.
    pub fn holds(&self, organization: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(organizations) => organizations.contains(organization),
        }
    }
}
