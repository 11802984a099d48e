//! `gristmill repair`: a damaged store made one that opens.

use crate::failure::Failure;
use crate::output::{say, to_stdout};
use crate::progress::{self, Measure};
use crate::render::printable;
use crate::settings::RepairSettings;
use gristmill::maintenance::{self, Repair};

pub(crate) fn run(settings: &RepairSettings) -> Result<(), Failure> {
    let result = if settings.accept_loss {
        maintenance::accept_loss(&settings.store, settings.dry_run)
    } else {
        let bar = progress::bar(Measure::Bytes(Some(0)), settings.quiet);
        let result = maintenance::repair(&settings.store, settings.dry_run, settings.threads, &|progress| {
            bar.set_length(progress.total);
            bar.set_position(progress.done);
        });
        bar.finish_and_clear();
        result
    };
    let repair = result.map_err(|error| Failure::opening_to_read(&settings.store, error))?;
    if !settings.quiet {
        say(summary(settings, &repair));
    }
    to_stdout(|out| {
        repair.steps.iter().try_for_each(|step| writeln!(out, "{}", printable(&step.to_string())))
    })
}

fn summary(settings: &RepairSettings, repair: &Repair) -> &'static str {
    match (repair.steps.is_empty(), settings.dry_run) {
        (true, _) if settings.accept_loss => "nothing is on record as lost",
        (true, _) => "nothing is damaged",
        (false, true) => "nothing was done yet; without --dry-run this would be:",
        (false, false) => "done:",
    }
}
