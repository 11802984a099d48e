//! What was typed on the command line. Nothing here is checked beyond its form; see `settings` for what it means.

mod bench;
mod bench_append;
mod compact;
mod delete;
mod export;
mod fetch;
mod generate;
mod import;
mod ingest;
mod inspect;
mod parquet_files;
mod repair;
mod retain;
mod serve;
mod serve_limits;
mod size;
mod snapshot;
mod time;
mod token;
mod trace;
mod tuning;
mod verify;

pub(crate) use bench::{BenchArguments, BenchFormat};
pub(crate) use bench_append::BenchAppendArguments;
pub(crate) use compact::CompactArguments;
pub(crate) use delete::DeleteArguments;
pub(crate) use export::ExportArguments;
pub(crate) use fetch::{FetchArguments, Format};
pub(crate) use generate::{EventFormat, GenerateArguments};
pub(crate) use import::ImportArguments;
pub(crate) use ingest::{IngestArguments, OnInvalid, SourceWord};
pub(crate) use inspect::InspectArguments;
pub(crate) use parquet_files::ParquetFiles;
pub(crate) use repair::RepairArguments;
pub(crate) use retain::RetainArguments;
pub(crate) use serve::ServeArguments;
pub(crate) use serve_limits::ServeLimits;
pub(crate) use size::Size;
pub(crate) use snapshot::SnapshotArguments;
pub(crate) use time::Time;
pub(crate) use token::{
    RightWord, TokenArguments, TokenCommand, TokenCreateArguments, TokenListArguments, TokenPlace,
    TokenRevokeArguments,
};
pub(crate) use trace::Trace;
pub(crate) use tuning::{Appending, Budgets, Reading, Sealing, Writing};
pub(crate) use verify::VerifyArguments;

use crate::configuration::{Configuration, Effective};
use crate::failure::Failure;
use clap::builder::Resettable;
use clap::{Arg, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::sync::LazyLock;

/// Store events, and ask what happened when.
///
/// Gristmill keeps generic events in a directory and answers fetch queries over them: count, sum and count distinct by
/// time bucket and by group, in any time zone.
#[derive(Debug, Parser)]
#[command(
    name = "gristmill",
    version = &**VERSION,
    arg_required_else_help = true,
    subcommand_required = true,
    propagate_version = true,
    max_term_width = 110,
    after_help = AFTER_HELP
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Why it is not known what to do.
#[derive(Debug)]
pub(crate) enum Refused {
    /// Something that was typed is wrong, or help is asked for.
    Typed(clap::Error),
    /// Something about the configuration file is.
    File(Failure),
}

impl From<clap::Error> for Refused {
    fn from(error: clap::Error) -> Self {
        Self::Typed(error)
    }
}

impl Arguments {
    /// What this process was called with. An environment variable that is empty counts as one that is not set.
    pub(crate) fn of_process() -> Result<Self, Refused> {
        let mut definition = without_empty_variables(Self::command());
        let mut matches = definition.try_get_matches_from_mut(std::env::args_os())?;
        let mut effective = Effective::default();
        if let Some(("serve", typed)) = matches.subcommand() {
            let configuration = Configuration::asked(&definition, typed).map_err(Refused::File)?;
            if let Some(configuration) = &configuration {
                definition = configuration.as_defaults(definition);
                matches = definition.try_get_matches_from_mut(std::env::args_os())?;
            }
            effective =
                Effective::of(&definition, &matches, configuration.as_ref()).map_err(Refused::File)?;
        }
        let mut arguments =
            Self::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut definition))?;
        if let Command::Serve(serve) = &mut arguments.command {
            serve.effective = effective;
        }
        Ok(arguments)
    }
}

fn without_empty_variables(command: clap::Command) -> clap::Command {
    command.mut_args(without_empty_variable).mut_subcommands(without_empty_variables)
}

fn without_empty_variable(argument: Arg) -> Arg {
    let is_empty =
        argument.get_env().is_some_and(|name| std::env::var_os(name).is_some_and(|value| value.is_empty()));
    if is_empty { argument.env(Resettable::Reset) } else { argument }
}

static VERSION: LazyLock<String> = LazyLock::new(|| {
    format!("{} (time zones {})", env!("CARGO_PKG_VERSION"), gristmill::time::tz_database_version())
});

const AFTER_HELP: &str = "\
Examples:
  gristmill generate --events 100000 --output events.ndjson
  gristmill ingest --store store events.ndjson
  gristmill fetch --store store query.json
  gristmill fetch --store store --chart query.json
  gristmill compact --store store
  gristmill inspect --store store
  gristmill export --store store --to dump
  gristmill snapshot --store store backup
  gristmill verify --store store
  gristmill serve --store store

Answers go to stdout; progress, receipts and errors go to stderr.

Exit codes:
  0  done                          4  bad event or query
  1  any other failure             5  another process is writing to the store
  2  wrong use of this command     6  the query went over a budget
  3  the store is damaged        130  interrupted; nothing of the load was stored";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Ingest(IngestArguments),
    Import(ImportArguments),
    Export(ExportArguments),
    Fetch(FetchArguments),
    Bench(BenchArguments),
    BenchAppend(BenchAppendArguments),
    Compact(CompactArguments),
    Delete(DeleteArguments),
    Retain(RetainArguments),
    Inspect(InspectArguments),
    Snapshot(SnapshotArguments),
    Verify(VerifyArguments),
    Repair(RepairArguments),
    Serve(Box<ServeArguments>),
    Generate(GenerateArguments),
    Token(TokenArguments),
    Completions(CompletionsArguments),
}

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  gristmill completions bash > ~/.local/share/bash-completion/completions/gristmill
  gristmill completions zsh > ~/.zfunc/_gristmill
  gristmill completions fish > ~/.config/fish/completions/gristmill.fish")]
pub(crate) struct CompletionsArguments {
    /// The shell to complete in
    pub(crate) shell: Shell,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`
    Auto,
    /// Whatever stdout is
    Always,
    /// Not at all
    Never,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_flag_is_explained() {
        let mut commands: Vec<_> = Arguments::command().get_subcommands().cloned().collect();
        while let Some(command) = commands.pop() {
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
            }
            commands.extend(command.get_subcommands().cloned());
        }
    }
}
