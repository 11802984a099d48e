//! `gristmill generate`: a deterministic stream of realistic events.

use crate::arguments::EventFormat;
use crate::failure::Failure;
use crate::output::{say, to_stdout};
use crate::progress::{self, Measure};
use crate::render::{bytes, count};
use crate::settings::{Destination, GenerateSettings};
use gristmill::parquet::EventWriter;
use gristmill_generator::Generator;
use indicatif::ProgressBar;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::time::Instant;

/// The bar is moved once for so many events.
const STEP: u64 = 1024;
/// Text is handed on when it has so many bytes.
const HAND_ON_BYTES: usize = 1 << 16;

pub(crate) fn run(settings: &GenerateSettings) -> Result<(), Failure> {
    let begin = Instant::now();
    let bar = progress::bar(Measure::Events(settings.options.events), settings.quiet);
    let written = match &settings.destination {
        Destination::Stdout => to_stdout(|out| generate(settings, &bar, out)),
        Destination::File(path) => {
            let name = format!("`{}`", path.display());
            to_file(settings, &bar, path).map_err(|error| Failure::output(&name, &error))
        }
    };
    bar.finish_and_clear();
    written?;
    if let (Destination::File(path), false) = (&settings.destination, settings.quiet) {
        let size = path.metadata().map_or(0, |metadata| metadata.len());
        let seconds = begin.elapsed().as_secs_f64();
        let events = count(settings.options.events);
        say(&format!("wrote {events} events to {} ({}) in {seconds:.1} s", path.display(), bytes(size)));
    }
    Ok(())
}

fn to_file(settings: &GenerateSettings, bar: &ProgressBar, path: &std::path::Path) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    generate(settings, bar, &mut file)?;
    file.flush()
}

fn generate(settings: &GenerateSettings, bar: &ProgressBar, out: &mut (dyn Write + Send)) -> io::Result<()> {
    match settings.format {
        EventFormat::Ndjson => ndjson(settings, bar, out),
        EventFormat::Parquet => parquet(settings, bar, out),
    }
}

fn ndjson(settings: &GenerateSettings, bar: &ProgressBar, out: &mut dyn Write) -> io::Result<()> {
    let mut text = Vec::with_capacity(HAND_ON_BYTES * 2);
    for (event, made) in Generator::new(&settings.options).zip(1_u64..) {
        event.as_row().write_json(&mut text);
        text.push(b'\n');
        if text.len() >= HAND_ON_BYTES {
            out.write_all(&text)?;
            text.clear();
        }
        step(bar, made);
    }
    out.write_all(&text)
}

fn parquet(settings: &GenerateSettings, bar: &ProgressBar, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let mut writer = EventWriter::new(out).map_err(io::Error::other)?;
    for (event, made) in Generator::new(&settings.options).zip(1_u64..) {
        writer.write(&event.as_row()).map_err(io::Error::other)?;
        step(bar, made);
    }
    writer.finish().map_err(io::Error::other)?;
    Ok(())
}

fn step(bar: &ProgressBar, made: u64) {
    if made.is_multiple_of(STEP) {
        bar.set_position(made);
    }
}
