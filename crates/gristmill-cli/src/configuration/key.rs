//! The keys of a configuration file, made of the flags.

use clap::{Arg, ArgAction, Command};
use std::fmt;

/// The argument that names the file.
pub(super) const FILE: &str = "config";

/// The arguments that a file may set: the flags that take a value.
pub(super) fn arguments(serve: &Command) -> impl Iterator<Item = &Arg> {
    serve.get_arguments().filter(|argument| argument.get_action().takes_values() && argument.get_id() != FILE)
}

/// Whether a flag may be repeated, and a key be a list.
pub(super) fn takes_many(argument: &Arg) -> bool {
    matches!(argument.get_action(), ArgAction::Append)
}

/// A place in a configuration file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// Absent for what stands before the first table.
    pub(super) table: Option<String>,
    pub(super) name: String,
}

impl Key {
    /// Where a flag stands: the heading that its help has is the table.
    pub(super) fn of(argument: &Arg) -> Self {
        let name = argument.get_long().unwrap_or_default().replace('-', "_");
        Self { table: argument.get_help_heading().map(str::to_lowercase), name }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(table) = &self.table {
            write!(f, "{table}.")?;
        }
        f.write_str(&self.name)
    }
}
