//! The `gristmill` command line.
//!
//! | module | what it holds |
//! |---|---|
//! | `arguments` | what was typed |
//! | `configuration` | what a file says in the place of flags |
//! | `settings` | what it means, checked |
//! | `command` | what is then done, one file a command |
//! | `render` | answers as tables, charts, CSV, NDJSON |
//! | `failure` | messages and exit codes |
//!
//! It adds no meaning to events and queries: that is the library's.

mod arguments;
mod command;
mod configuration;
mod failure;
mod interrupt;
mod output;
mod progress;
mod render;
mod settings;
mod terminal;

use arguments::Refused;
use failure::Failure;
use std::process::ExitCode;

/// A fetch takes and lets go of large arrays: this allocator keeps their pages for the next one, where the system's gives
/// them back and pays for each page again. See docs/performance.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let typed = match arguments::Arguments::of_process() {
        Ok(typed) => typed,
        Err(Refused::Typed(error)) => {
            // Help and version come here too; whoever has closed the stream does not want them.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(failure::Code::Usage as u8));
        }
        Err(Refused::File(failure)) => return ended(Err(failure)),
    };
    ended(command::run(typed))
}

fn ended(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            output::say(&format!("gristmill: {}", failure.message()));
            ExitCode::from(failure.code as u8)
        }
    }
}
