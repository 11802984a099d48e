//! `matchValueType`: how `equals` and `range` read their values.

use super::column::ColumnFilter;
use crate::request::error::FetchError;

/// How a value is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::request) enum ValueType {
    Text,
    Long,
    Double,
}

/// Druid's names of them.
pub(in crate::request) const NAMED: [(&str, ValueType); 4] = [
    ("STRING", ValueType::Text),
    ("LONG", ValueType::Long),
    ("DOUBLE", ValueType::Double),
    ("FLOAT", ValueType::Double),
];

impl ValueType {
    /// What the filter says, if anything.
    pub(super) fn of(filter: &ColumnFilter<'_, '_, '_>) -> Result<Option<Self>, FetchError> {
        filter.get("matchValueType").map(|json| json.word("type of values", &NAMED)).transpose()
    }
}
