//! Which events to make, and where they go.

use crate::arguments::{EventFormat, GenerateArguments};
use crate::failure::Failure;
use crate::terminal;
use gristmill_generator::GeneratorOptions;
use std::path::PathBuf;

/// Which events to make, and where they go.
#[derive(Debug)]
pub(crate) struct GenerateSettings {
    pub(crate) options: GeneratorOptions,
    pub(crate) format: EventFormat,
    pub(crate) destination: Destination,
    pub(crate) quiet: bool,
}

/// Where generated events go.
#[derive(Debug)]
pub(crate) enum Destination {
    Stdout,
    File(PathBuf),
}

impl TryFrom<GenerateArguments> for GenerateSettings {
    type Error = Failure;

    fn try_from(typed: GenerateArguments) -> Result<Self, Failure> {
        let destination = if typed.output.as_os_str() == "-" {
            Destination::Stdout
        } else {
            Destination::File(typed.output)
        };
        let to_terminal = matches!(destination, Destination::Stdout) && terminal::stdout_is_terminal();
        if typed.format == EventFormat::Parquet && to_terminal {
            return Err(Failure::usage("Parquet is no text for a terminal: name a file with --output"));
        }
        let mut options = GeneratorOptions::default();
        options.events = typed.events;
        options.seed = typed.seed;
        options.days = typed.days;
        options.tenants = typed.tenants;
        options.labels = typed.labels;
        Ok(Self { options, format: typed.format, destination, quiet: typed.quiet })
    }
}
