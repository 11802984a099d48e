//! The commands, one file each.

mod bench;
mod bench_append;
mod compact;
mod completions;
mod delete;
mod export;
mod fetch;
mod generate;
mod ingest;
mod inspect;
mod opened;
mod repair;
mod retain;
mod serve;
mod snapshot;
mod token;
mod verify;
mod warnings;

use crate::arguments::{Arguments, Command};
use crate::failure::Failure;
use gristmill::{Options, Store};
use std::path::Path;

/// Does what was typed.
pub(crate) fn run(typed: Arguments) -> Result<(), Failure> {
    match typed.command {
        Command::Ingest(typed) => ingest::run(&typed.try_into()?),
        Command::Import(typed) => ingest::run(&typed.try_into()?),
        Command::Export(typed) => export::run(&typed.try_into()?),
        Command::Fetch(typed) => fetch::run(&typed.try_into()?),
        Command::Bench(typed) => bench::run(&typed.try_into()?),
        Command::BenchAppend(typed) => bench_append::run(&typed.into()),
        Command::Compact(typed) => compact::run(&typed.into()),
        Command::Delete(typed) => delete::run(&typed.try_into()?),
        Command::Retain(typed) => retain::run(&typed.try_into()?),
        Command::Inspect(typed) => inspect::run(&typed.into()),
        Command::Snapshot(typed) => snapshot::run(&typed.into()),
        Command::Verify(typed) => verify::run(&typed.into()),
        Command::Repair(typed) => repair::run(&typed.into()),
        Command::Serve(typed) if typed.check_config => serve::check(&typed.effective),
        Command::Serve(typed) => serve::run((*typed).into()),
        Command::Generate(typed) => generate::run(&typed.try_into()?),
        Command::Token(typed) => token::run(typed.command),
        Command::Completions(typed) => completions::run(typed.shell),
    }
}

/// Opens a store that is there, for a command that changes it.
fn open_existing(options: &Options, folder: &Path) -> Result<Store, Failure> {
    options.clone().open_existing(folder).map_err(|error| Failure::opening_to_read(folder, error))
}
