//! What holds, and who said so.

use super::Configuration;
use super::key::{Key, arguments, takes_many};
use crate::failure::Failure;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};
use std::fmt;

/// Every setting of `gristmill serve`, and where it comes from; written as a configuration file that says the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Effective(Vec<Setting>);

#[derive(Clone, Debug)]
struct Setting {
    key: Key,
    /// In TOML; absent where nothing is set.
    value: Option<String>,
    origin: String,
}

impl Effective {
    /// What `serve` was told by flags, the environment and a file.
    ///
    /// # Errors
    /// Nobody said which store to serve.
    pub(crate) fn of(
        definition: &Command,
        matches: &ArgMatches,
        configuration: Option<&Configuration>,
    ) -> Result<Self, Failure> {
        let (Some(serve), Some(matches)) =
            (definition.find_subcommand("serve"), matches.subcommand_matches("serve"))
        else {
            return Ok(Self::default());
        };
        if let (None, Some(configuration)) = (matches.value_source("store"), configuration) {
            let file = configuration.path.display();
            return Err(Failure::usage(format!(
                "{file}: there is no key `store`, and no flag --store either"
            )));
        }
        Ok(Self(arguments(serve).map(|argument| Setting::of(argument, matches, configuration)).collect()))
    }
}

impl Setting {
    fn of(argument: &Arg, matches: &ArgMatches, configuration: Option<&Configuration>) -> Self {
        let id = argument.get_id().as_str();
        let in_file = configuration.and_then(|file| {
            file.entries.get(id).map(|entry| format!("{}:{}", file.path.display(), entry.line))
        });
        let origin = match matches.value_source(id) {
            Some(ValueSource::CommandLine) => "flag".to_owned(),
            Some(ValueSource::EnvVariable) => argument.get_env().unwrap_or_default().display().to_string(),
            _ => in_file.unwrap_or_else(|| "default".to_owned()),
        };
        let texts = matches.get_raw(id).into_iter().flatten().map(|text| literal(&text.to_string_lossy()));
        let texts: Vec<String> = texts.collect();
        let value = if takes_many(argument) {
            Some(format!("[{}]", texts.join(", ")))
        } else {
            texts.into_iter().next().or_else(|| default_of_library(argument))
        };
        Self { key: Key::of(argument), value, origin }
    }
}

/// What the help of a flag says that the library does where nothing is typed, if that is a value.
fn default_of_library(argument: &Arg) -> Option<String> {
    let help = argument.get_help()?.to_string();
    let told = help.rsplit_once("[default: ")?.1.strip_suffix(']')?;
    (!told.contains(' ')).then(|| literal(told))
}

/// A text in TOML: a number where it is one.
fn literal(text: &str) -> String {
    match text.parse::<i64>() {
        Ok(number) if number.to_string() == text => text.to_owned(),
        // What JSON escapes, TOML escapes alike.
        _ => serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f"),
    }
}

impl fmt::Display for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = None;
        for Setting { key, value, origin } in &self.0 {
            if key.table != table {
                writeln!(f, "\n[{}]", key.table.as_deref().unwrap_or_default())?;
                table.clone_from(&key.table);
            }
            match value {
                Some(value) => writeln!(f, "{} = {value}  # {origin}", key.name)?,
                None => writeln!(f, "# {} is not set", key.name)?,
            }
        }
        Ok(())
    }
}
