//! The answer of the oracle and its JSON text.

use gristmill::request::{Fetch, TIMESTAMP_FIELD};
use serde_json::{Value, json};

/// One cell of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing there.
    Null,
    /// A count, a number of distinct values, or an event version.
    Integer(i64),
    /// Any other figure; finite.
    Float(f64),
    /// A label or the value of a dimension.
    Text(String),
}

/// The answer to a fetch: named columns and rows in order.
#[derive(Clone, Debug, PartialEq)]
pub struct OracleAnswer {
    /// `timestamp`, the grouped dimensions, the metrics.
    columns: Vec<String>,
    /// How many of the columns are dimensions; the metrics follow.
    dimensions: usize,
    rows: Vec<Vec<Cell>>,
}

impl OracleAnswer {
    pub(super) fn new(fetch: &Fetch, rows: Vec<Vec<Cell>>) -> Self {
        let dimensions = std::iter::once(TIMESTAMP_FIELD).chain(fetch.group_by.iter().map(|by| by.name()));
        let metrics = fetch.metrics.iter().map(|metric| metric.name.as_str());
        let columns = dimensions.chain(metrics).map(str::to_owned).collect();
        Self { columns, dimensions: 1 + fetch.group_by.len(), rows }
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The rows in their order; each has one cell for each column.
    pub fn rows(&self) -> &[Vec<Cell>] {
        &self.rows
    }

    /// The answer as it goes over the wire.
    pub fn to_json(&self) -> String {
        let fields = self.columns.iter().enumerate().map(|(at, name)| {
            let role = if at < self.dimensions { "dimension" } else { "metric" };
            // Written by hand, since the order of the keys is part of the answer.
            format!("{{\"name\":{},\"type\":\"{role}\"}}", json!(name))
        });
        let rows =
            self.rows.iter().map(|row| Value::Array(row.iter().map(Value::from).collect()).to_string());
        format!(
            "{{\"fields\":[{}],\"data\":[{}]}}",
            fields.collect::<Vec<_>>().join(","),
            rows.collect::<Vec<_>>().join(",")
        )
    }
}

impl From<&Cell> for Value {
    fn from(cell: &Cell) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Integer(integer) => json!(integer),
            Cell::Float(float) => json!(float),
            Cell::Text(text) => json!(text),
        }
    }
}
