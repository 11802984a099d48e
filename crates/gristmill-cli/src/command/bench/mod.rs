//! `gristmill bench`: how long queries take.

mod times;

use super::opened::Opened;
use super::warnings;
use crate::failure::Failure;
use crate::output::to_stdout;
use crate::render::{Column, Role, Sheet, write_ndjson, write_table};
use crate::settings::{BenchOutput, BenchSettings};
use gristmill::request::Fetch;
use gristmill::response::{Answer, Cell, Touched};
use std::hint::black_box;
use std::time::{Duration, Instant};
use times::Times;

/// What was measured of one query.
struct Measured {
    /// Rows of the answer.
    rows: u64,
    touched: Touched,
    fetch: Times,
    /// With `--json-answer`.
    json: Option<JsonMeasured>,
}

/// What was measured of an answer's JSON text.
struct JsonMeasured {
    bytes: u64,
    times: Times,
}

pub(crate) fn run(settings: &BenchSettings) -> Result<(), Failure> {
    let (opened, open) = timed(|| Opened::of(&settings.events));
    let opened = opened?;
    let mut sheet = Sheet::new(columns(settings.json_answer));
    for (name, fetch) in &settings.queries {
        let measured = measure(&opened, fetch, settings)?;
        sheet.push(cells(name, &measured, open));
    }
    to_stdout(|mut out| match settings.output {
        BenchOutput::Ndjson => write_ndjson(&sheet, &mut out),
        BenchOutput::Table { ink, width } => write_table(&sheet, width, ink, &mut out),
    })
}

fn measure(opened: &Opened<'_>, fetch: &Fetch, settings: &BenchSettings) -> Result<Measured, Failure> {
    // The first run pays for what the others find in memory.
    let warm = opened.fetch(fetch)?;
    warnings::tell(&warm);
    let json =
        settings.json_answer.then(|| JsonMeasured { bytes: json_bytes(&warm), times: Times::default() });
    let mut measured =
        Measured { rows: warm.len() as u64, touched: warm.touched(), fetch: Times::default(), json };
    drop(warm);
    for _ in 0..settings.runs {
        let (answer, time) = timed(|| opened.fetch(fetch));
        let answer = black_box(answer?);
        measured.fetch.push(time);
        if let Some(json) = &mut measured.json {
            json.times.push(timed(|| black_box(answer.to_json())).1);
        }
    }
    Ok(measured)
}

fn json_bytes(answer: &Answer) -> u64 {
    answer.to_json().len() as u64
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

fn columns(json_answer: bool) -> Vec<Column<'static>> {
    let metrics = ["rows", "median_ms", "min_ms", "bytes_touched", "rows_touched", "open_ms"];
    let json = ["json_bytes", "json_median_ms", "json_min_ms"];
    let json = json.into_iter().filter(|_| json_answer);
    let mut columns = vec![Column { name: "query", role: Role::Group }];
    columns.extend(metrics.into_iter().chain(json).map(|name| Column { name, role: Role::Metric }));
    columns
}

/// In the order of [`columns`].
fn cells<'a>(name: &'a str, measured: &Measured, open: Duration) -> Vec<Cell<'a>> {
    let mut opened = Times::default();
    opened.push(open);
    let mut cells = vec![Cell::Text(name), integer(measured.rows)];
    cells.extend([measured.fetch.median_ms(), measured.fetch.min_ms()].map(Cell::Float));
    cells.extend([
        integer(measured.touched.bytes),
        integer(measured.touched.rows),
        Cell::Float(opened.min_ms()),
    ]);
    if let Some(JsonMeasured { bytes, times }) = &measured.json {
        cells.extend([integer(*bytes), Cell::Float(times.median_ms()), Cell::Float(times.min_ms())]);
    }
    cells
}

fn integer(number: u64) -> Cell<'static> {
    Cell::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}
