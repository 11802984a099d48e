//! How long events are kept.

use std::collections::BTreeMap;
use std::sync::Arc;

/// How long events are kept, counted from their timestamps. Where nothing is said they are kept for ever.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Milliseconds that events of every organization without a period of its own are kept; `None` is for ever.
    pub period: Option<u64>,
    /// The periods of some organizations; `None` is for ever.
    pub organizations: BTreeMap<Arc<str>, Option<u64>>,
}

impl Retention {
    /// How long events of an organization are kept, in milliseconds; `None` is for ever.
    pub fn of(&self, organization: &str) -> Option<u64> {
        self.organizations.get(organization).copied().unwrap_or(self.period)
    }

    /// Whether everything is kept for ever.
    pub fn keeps_all(&self) -> bool {
        self.period.is_none() && self.organizations.values().all(Option::is_none)
    }
}
