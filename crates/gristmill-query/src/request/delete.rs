//! A deletion, checked.

use crate::request::{Filter, Interval};
use gristmill_storage::event::Source;

/// Which events are to be deleted.
#[derive(Clone, Debug, PartialEq)]
pub struct Delete {
    /// The one organization that they belong to.
    pub organization: String,
    /// Their vendor, or all of them.
    pub vendor: Option<String>,
    /// Their sources, in the order of [`Source::ALL`]; never empty.
    pub sources: Vec<Source>,
    /// Their instants.
    pub interval: Interval,
    /// What they match besides.
    pub filter: Filter,
}

impl Delete {
    /// The events of an organization that match a filter, of all vendors, sources and times.
    pub fn new(organization: impl Into<String>, filter: Filter) -> Self {
        Self {
            organization: organization.into(),
            vendor: None,
            sources: Source::ALL.to_vec(),
            interval: Interval::ALL,
            filter,
        }
    }
}
