//! Columns of a file that have names of their own.

use crate::schema::Column;
use thiserror::Error;

/// Which columns of a file are an event's, where their names differ. A column that is not named here is the event's of the
/// same name, unless another one is mapped to that; so a file may have a `timestamp` that means something else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnMap {
    /// Names in the file, each once, and what they mean; no column twice.
    pairs: Vec<(Box<str>, Column)>,
}

/// Why names cannot be mapped.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MapError {
    /// An event has no such column.
    #[error("an event has no column `{name}`; it has {}", known())]
    Unknown {
        /// The name.
        name: String,
    },
    /// Two names for one column, or one name for two.
    #[error("`{name}` is mapped twice")]
    Repeated {
        /// The name.
        name: String,
    },
    /// The text is not `THEIRS=OURS`.
    #[error("`{text}` maps nothing: write it as THEIRS=OURS, such as event_time=timestamp")]
    Syntax {
        /// The text.
        text: String,
    },
}

fn known() -> String {
    Column::all().map(Column::name).collect::<Vec<_>>().join(", ")
}

impl ColumnMap {
    /// No other names.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, and the column that files call `theirs` is the event's `ours`.
    pub fn map(mut self, theirs: &str, ours: &str) -> Result<Self, MapError> {
        let column = Column::from_name(ours).ok_or_else(|| MapError::Unknown { name: ours.to_owned() })?;
        for (known, mapped) in &self.pairs {
            if **known == *theirs || *mapped == column {
                let name = if **known == *theirs { theirs } else { ours };
                return Err(MapError::Repeated { name: name.to_owned() });
            }
        }
        self.pairs.push((theirs.into(), column));
        Ok(self)
    }

    /// The pairs of texts `THEIRS=OURS`.
    pub fn parse<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Self, MapError> {
        let split =
            |text: &'t str| text.rsplit_once('=').ok_or_else(|| MapError::Syntax { text: text.to_owned() });
        texts.into_iter().try_fold(Self::new(), |map, text| {
            let (theirs, ours) = split(text)?;
            map.map(theirs, ours)
        })
    }

    /// The names in files.
    pub fn theirs(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(theirs, _)| &**theirs)
    }

    /// What a column of a file means, which `has` columns of some names.
    pub(super) fn column(&self, name: &str, has: impl Fn(&str) -> bool) -> Option<Column> {
        if let Some((_, column)) = self.pairs.iter().find(|(theirs, _)| **theirs == *name) {
            return Some(*column);
        }
        let column = Column::from_name(name)?;
        let is_taken = self.pairs.iter().any(|(theirs, mapped)| *mapped == column && has(theirs));
        (!is_taken).then_some(column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_lead_to_columns() {
        let map = ColumnMap::parse(["event_time=timestamp", "a=b=value"]).unwrap();
        let all = |_: &str| true;
        assert_eq!(map.column("event_time", all), Some(Column::Timestamp));
        assert_eq!(map.column("a=b", all), Some(Column::Value));
        assert_eq!(map.column("timestamp", all), None);
        assert_eq!(map.column("timestamp", |name| name != "event_time"), Some(Column::Timestamp));
        assert_eq!(map.column("label", all).map(Column::name), Some("label"));
        assert_eq!(map.column("Label", all), None);
    }

    #[test]
    fn what_cannot_be_mapped_is_told() {
        let told = |texts: &[&str]| ColumnMap::parse(texts.iter().copied()).unwrap_err().to_string();
        assert!(told(&["a"]).starts_with("`a` maps nothing"));
        assert!(told(&["a=b"]).starts_with("an event has no column `b`; it has timestamp, value"));
        assert_eq!(told(&["a=label", "a=dim1"]), "`a` is mapped twice");
        assert_eq!(told(&["a=label", "b=label"]), "`label` is mapped twice");
    }
}
