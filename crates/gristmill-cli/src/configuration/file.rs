//! Reading a configuration file.

use super::key::{FILE, Key, arguments, takes_many};
use crate::failure::{Code, Failure};
use clap::builder::OsStr;
use clap::{Arg, ArgMatches, Command};
use std::collections::BTreeMap;
use std::error::Error as _;
use std::fs;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What a configuration file says, every key known and every value allowed.
#[derive(Debug)]
pub(crate) struct Configuration {
    pub(super) path: PathBuf,
    /// By the argument that each is about.
    pub(super) entries: BTreeMap<String, Entry>,
}

/// A key and its value.
#[derive(Debug)]
pub(super) struct Entry {
    /// Counted from 1.
    pub(super) line: usize,
    /// As they would be typed.
    texts: Vec<String>,
}

impl Configuration {
    /// The file that `serve` was told to read, if any.
    pub(crate) fn asked(definition: &Command, typed: &ArgMatches) -> Result<Option<Self>, Failure> {
        let Some(path) = typed.get_one::<PathBuf>(FILE) else { return Ok(None) };
        let serve = definition.find_subcommand("serve").unwrap_or(definition);
        Self::read(path, serve).map(Some)
    }

    fn read(path: &Path, serve: &Command) -> Result<Self, Failure> {
        let text = fs::read_to_string(path).map_err(|error| {
            let context = format!("configuration file `{}` cannot be read", path.display());
            Failure::caused(Code::Other, &context, &error)
        })?;
        let source = Source { path, text: &text, serve };
        let table = DeTable::parse(&text)
            .map_err(|error| source.refused(error.span().map_or(0, |span| span.start), error.message()))?;
        let mut entries = BTreeMap::new();
        source.take(table.get_ref(), None, &mut entries)?;
        Ok(Self { path: path.to_owned(), entries })
    }

    /// The definition of the command line whose defaults are what this file says.
    pub(crate) fn as_defaults(&self, definition: Command) -> Command {
        definition.mut_subcommand("serve", |serve| serve.mut_args(|argument| self.as_default(argument)))
    }

    fn as_default(&self, argument: Arg) -> Arg {
        match self.entries.get(argument.get_id().as_str()) {
            Some(entry) => argument.default_values(entry.texts.iter().map(OsStr::from)),
            None => argument,
        }
    }
}

/// A file being read.
struct Source<'s> {
    path: &'s Path,
    text: &'s str,
    serve: &'s Command,
}

impl Source<'_> {
    /// Takes the entries of a table, those of the tables in it included.
    fn take(
        &self,
        table: &DeTable<'_>,
        name: Option<&str>,
        entries: &mut BTreeMap<String, Entry>,
    ) -> Result<(), Failure> {
        for (key, value) in table {
            let at = key.span().start;
            let key = Key { table: name.map(str::to_owned), name: key.get_ref().to_string() };
            if let (None, DeValue::Table(inner)) = (name, value.get_ref()) {
                self.check_table(&key.name, at)?;
                self.take(inner, Some(&key.name), entries)?;
                continue;
            }
            let argument = self.argument(&key, at)?;
            let texts = self.texts(&key, argument, value)?;
            self.check(&key, argument, &texts, at)?;
            entries.insert(argument.get_id().to_string(), Entry { line: self.line(at), texts });
        }
        Ok(())
    }

    fn check_table(&self, name: &str, at: usize) -> Result<(), Failure> {
        let mut known: Vec<String> =
            arguments(self.serve).filter_map(|argument| Key::of(argument).table).collect();
        known.dedup();
        if known.iter().any(|known| known == name) {
            return Ok(());
        }
        let known: Vec<String> = known.iter().map(|known| format!("[{known}]")).collect();
        Err(self.refused(at, &format!("there is no table [{name}]; expected {}", known.join(" or "))))
    }

    /// The flag that a key is about.
    fn argument(&self, key: &Key, at: usize) -> Result<&Arg, Failure> {
        if let Some(argument) = arguments(self.serve).find(|argument| Key::of(argument) == *key) {
            return Ok(argument);
        }
        let edits = |known: &Key| strsim::damerau_levenshtein(&key.name, &known.name);
        let nearest = arguments(self.serve).map(Key::of).min_by_key(edits);
        let nearest = nearest.map(|key| format!("; the nearest is `{key}`")).unwrap_or_default();
        Err(self.refused(at, &format!("there is no key `{key}`{nearest}")))
    }

    /// A value as it would be typed.
    fn texts(&self, key: &Key, argument: &Arg, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, Failure> {
        let expected = if takes_many(argument) { "a list of texts" } else { "a text or a whole number" };
        let wrong = |value: &Spanned<DeValue<'_>>| {
            let found = value.get_ref().type_str();
            self.refused(value.span().start, &format!("`{key}`: expected {expected}, found: {found}"))
        };
        match value.get_ref() {
            DeValue::Array(values) if takes_many(argument) => {
                values.iter().map(|value| text(value.get_ref()).ok_or_else(|| wrong(value))).collect()
            }
            single => Ok(vec![text(single).ok_or_else(|| wrong(value))?]),
        }
    }

    /// Whether the flag takes these texts.
    fn check(&self, key: &Key, argument: &Arg, texts: &[String], at: usize) -> Result<(), Failure> {
        let flag = argument.get_long().unwrap_or_default();
        // Alone: neither the environment nor another flag has a say in this.
        let value = Arg::new(argument.get_id().clone())
            .long(flag.to_owned())
            .action(argument.get_action().clone())
            .value_parser(argument.get_value_parser().clone());
        let alone = Command::new("serve").no_binary_name(true).arg(value);
        for text in texts {
            let Err(error) = alone.clone().try_get_matches_from([format!("--{flag}={text}")]) else {
                continue;
            };
            let reason =
                error.source().map_or_else(|| "this is no value for it".to_owned(), ToString::to_string);
            return Err(self.refused(at, &format!("`{key}`: {reason}; found {text:?}")));
        }
        Ok(())
    }

    /// What is wrong, and where in the file.
    fn refused(&self, at: usize, what: &str) -> Failure {
        Failure::usage(format!("{}:{}: {what}", self.path.display(), self.line(at)))
    }

    fn line(&self, at: usize) -> usize {
        self.text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
    }
}

/// What would be typed for a value that is no list.
fn text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(integer) => {
            i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(|integer| integer.to_string())
        }
        _ => None,
    }
}
