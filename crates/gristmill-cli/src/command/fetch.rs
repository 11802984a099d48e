//! `gristmill fetch`: a query over a store, or over Parquet files.

use super::opened::Opened;
use super::warnings;
use crate::failure::Failure;
use crate::output::to_stdout;
use crate::render::{Chart, Ink, Role, Sheet, Unit, printable, write_ndjson, write_table};
use crate::settings::{FetchSettings, Output};
use gristmill::request::Fetch;
use gristmill::response::Answer;
use gristmill::time::{Bucketer, Granularity, PeriodUnit};
use std::io::{self, Write};

/// More buckets are not listed for a chart: each column of a terminal would stand for dozens of them.
const MOST_CHART_BUCKETS: u64 = 20_000;

pub(crate) fn run(settings: &FetchSettings) -> Result<(), Failure> {
    let opened = Opened::of(&settings.events)?;
    if settings.explain {
        let explanation = opened.explain(&settings.fetch)?;
        return to_stdout(|out| match settings.output {
            Output::Json => writeln!(out, "{}", explanation.to_json()),
            _ => write!(out, "{explanation}"),
        });
    }
    let answer = opened.fetch(&settings.fetch)?;
    warnings::tell(&answer);
    to_stdout(|mut out| show(&answer, settings, &mut out))
}

fn show(answer: &Answer, settings: &FetchSettings, out: &mut impl Write) -> io::Result<()> {
    match settings.output {
        Output::Json => {
            answer.write_json(out)?;
            out.write_all(b"\n")
        }
        Output::Csv => answer.write_csv(out),
        Output::Ndjson => write_ndjson(&Sheet::of(answer), out),
        Output::Table { ink, fit, width, chart } => {
            let sheet = Sheet::of(answer);
            let table_width = fit.then(|| u16::try_from(width).unwrap_or(u16::MAX));
            write_table(&sheet, table_width, ink, out)?;
            match chart.and_then(|metric| sheet.positions(Role::Metric).nth(metric)) {
                Some(metric) => {
                    writeln!(out)?;
                    chart_of(&settings.fetch, &sheet, metric, width, ink).write(out)
                }
                None => Ok(()),
            }
        }
    }
}

fn chart_of<'a>(fetch: &Fetch, sheet: &'a Sheet<'a>, metric: usize, width: usize, ink: Ink) -> Chart<'a> {
    Chart {
        sheet,
        metric,
        title: title(fetch, sheet, metric),
        buckets: buckets(fetch),
        unit: unit(fetch),
        width,
        ink,
    }
}

/// What the chart shows: the metric, its groups, its buckets and their zone.
fn title(fetch: &Fetch, sheet: &Sheet<'_>, metric: usize) -> String {
    let mut title = sheet.columns()[metric].name.to_owned();
    let groups: Vec<&str> = fetch.group_by.iter().map(|dimension| dimension.name()).collect();
    if !groups.is_empty() {
        title.push_str(" by ");
        title.push_str(&groups.join(" and "));
    }
    match fetch.granularity {
        Granularity::All => {}
        Granularity::None => title.push_str(" at each instant"),
        each => {
            title.push_str(" for each ");
            title.push_str(&name(each));
        }
    }
    format!("{} ({})", printable(&title), fetch.zone)
}

/// The granularity's word in a query, or its period.
fn name(granularity: Granularity) -> String {
    let named = Granularity::NAMED.into_iter().find(|(_, known)| *known == granularity);
    match (named, granularity.period()) {
        (Some((name, _)), _) => name.replace('_', " "),
        (None, Some(period)) => period.to_string(),
        (None, None) => "bucket".to_owned(),
    }
}

/// The labels of all buckets of the interval; empty when they are too many, or only those with events count.
fn buckets(fetch: &Fetch) -> Vec<String> {
    let bucketer = Bucketer::new(fetch.granularity, fetch.zone, fetch.interval);
    if fetch.granularity == Granularity::None || bucketer.count_limit(fetch.interval) > MOST_CHART_BUCKETS {
        return Vec::new();
    }
    bucketer
        .buckets_overlapping(fetch.interval)
        .map(|bucket| bucketer.label(bucket).as_str().to_owned())
        .collect()
}

fn unit(fetch: &Fetch) -> Unit {
    match fetch.granularity {
        Granularity::Year => Unit::Year,
        Granularity::Quarter | Granularity::Month => Unit::Month,
        Granularity::Week | Granularity::Day => Unit::Day,
        Granularity::Period { period, origin: None } => match period.unit() {
            PeriodUnit::Month => Unit::Month,
            PeriodUnit::Day => Unit::Day,
            PeriodUnit::Millisecond => Unit::Time,
        },
        _ => Unit::Time,
    }
}
