//! `gristmill inspect`: what a store holds.

mod census;
mod files;
mod json;
mod tables;

use crate::failure::Failure;
use crate::output::to_stdout;
use crate::settings::InspectSettings;
use census::Census;
use files::Files;

pub(crate) fn run(settings: &InspectSettings) -> Result<(), Failure> {
    let failure = |error| Failure::in_store(&settings.store, error);
    let reader = settings
        .options
        .clone()
        .open_reader(&settings.store)
        .map_err(|error| Failure::opening_to_read(&settings.store, error))?;
    let census = Census::of(&reader).map_err(failure)?;
    let files = Files::below(&settings.store);
    if settings.json {
        let report = json::report(&settings.store, &census, files);
        return to_stdout(|out| writeln!(out, "{report:#}"));
    }
    to_stdout(|out| tables::write(&settings.store, &census, files, settings.ink, out))
}
