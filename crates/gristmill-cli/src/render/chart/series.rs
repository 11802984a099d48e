//! What of an answer becomes a series, a bucket, or a bar.

use crate::render::chart::Chart;
use crate::render::text::group_text;
use crate::render::{Role, Sheet};
use gristmill::Timestamp;
use gristmill::response::Cell;
use std::collections::BTreeMap;

/// The values of one group, bucket by bucket; `None` where the answer has none.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Series {
    /// The group's values; empty when the answer has no groups.
    pub(super) label: String,
    pub(super) values: Vec<Option<f64>>,
}

/// One bar of an answer of one bucket.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) value: Option<f64>,
}

/// What there is to draw.
#[derive(Debug, PartialEq)]
pub(super) enum Picture {
    Nothing,
    Bars(Vec<Bar>),
    Timeline { labels: Vec<String>, series: Vec<Series> },
}

impl Picture {
    pub(super) fn of(chart: &Chart<'_>) -> Self {
        let sheet = chart.sheet;
        let labels = if chart.buckets.is_empty() { buckets_of(sheet) } else { chart.buckets.clone() };
        if sheet.rows().len() == 0 || labels.is_empty() {
            Self::Nothing
        } else if labels.len() == 1 {
            Self::Bars(bars(sheet, chart.metric))
        } else {
            let series = series(sheet, chart.metric, &labels);
            Self::Timeline { labels, series }
        }
    }
}

/// The labels of the answer's buckets in the order of time, each once.
fn buckets_of(sheet: &Sheet<'_>) -> Vec<String> {
    let mut labels: Vec<(Option<Timestamp>, String)> = sheet
        .rows()
        .filter_map(bucket_label)
        .map(|label| (Timestamp::parse_iso(label).ok(), label.to_owned()))
        .collect();
    labels.sort();
    labels.dedup();
    labels.into_iter().map(|(_, label)| label).collect()
}

fn bucket_label<'s>(row: &'s [Cell<'_>]) -> Option<&'s str> {
    row.iter().find_map(|cell| match cell {
        Cell::Timestamp(label) => Some(label.as_str()),
        _ => None,
    })
}

fn bars(sheet: &Sheet<'_>, metric: usize) -> Vec<Bar> {
    let groups: Vec<usize> = sheet.positions(Role::Group).collect();
    sheet.rows().map(|row| Bar { label: group_label(row, &groups), value: row[metric].as_f64() }).collect()
}

/// One series for each group, those with the largest values first, ties in the order of the answer.
fn series(sheet: &Sheet<'_>, metric: usize, labels: &[String]) -> Vec<Series> {
    let bucket_at: BTreeMap<&str, usize> =
        labels.iter().enumerate().map(|(at, label)| (&**label, at)).collect();
    let groups: Vec<usize> = sheet.positions(Role::Group).collect();
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let mut series: Vec<Series> = Vec::new();
    for row in sheet.rows() {
        let Some(&bucket) = bucket_label(row).and_then(|label| bucket_at.get(label)) else { continue };
        let label = group_label(row, &groups);
        let at = *found.entry(label).or_insert_with_key(|label| {
            series.push(Series { label: label.clone(), values: vec![None; labels.len()] });
            series.len() - 1
        });
        series[at].values[bucket] = row[metric].as_f64();
    }
    series.sort_by(|a, b| b.weight().total_cmp(&a.weight()));
    series
}

impl Series {
    fn weight(&self) -> f64 {
        self.values.iter().flatten().map(|value| value.abs()).sum()
    }
}

fn group_label(row: &[Cell<'_>], groups: &[usize]) -> String {
    let texts: Vec<String> = groups
        .iter()
        .map(|&at| match &row[at] {
            Cell::Null => "null".to_owned(),
            Cell::Text(text) => group_text(text).into_owned(),
            Cell::Timestamp(label) => label.as_str().to_owned(),
            Cell::Integer(number) => number.to_string(),
            Cell::Float(number) => number.to_string(),
        })
        .collect();
    texts.join(" / ")
}
