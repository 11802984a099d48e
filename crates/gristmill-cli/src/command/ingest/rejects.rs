//! The file of events that were left out.

use crate::failure::Failure;
use gristmill::event::EventError;
use serde_json::json;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// The file of events that were left out, a JSON object a line.
#[derive(Debug)]
pub(super) struct Rejects {
    file: BufWriter<File>,
    name: String,
}

impl Rejects {
    /// Begins the file anew, so that it tells of this load only.
    pub(super) fn create(path: &Path) -> Result<Self, Failure> {
        let name = format!("the rejects file `{}`", path.display());
        let file = File::create(path).map_err(|error| Failure::output(&name, &error))?;
        Ok(Self { file: BufWriter::new(file), name })
    }

    /// Adds the event of that input with the reason and its bytes as they came.
    pub(super) fn write(&mut self, input: &str, error: &EventError, raw: &[u8]) -> Result<(), Failure> {
        let mut line = line(input, error, raw);
        line.push('\n');
        self.file.write_all(line.as_bytes()).map_err(|error| Failure::output(&self.name, &error))
    }

    /// Makes sure that all of it arrived.
    pub(super) fn finish(&mut self) -> Result<(), Failure> {
        self.file.flush().map_err(|error| Failure::output(&self.name, &error))
    }
}

fn line(input: &str, error: &EventError, raw: &[u8]) -> String {
    let (file, line, field) = (json!(input), json!(error.line), json!(error.field.as_deref()));
    let (index, reason) = (error.index, json!(error.problem.to_string()));
    let (key, event) = match std::str::from_utf8(raw) {
        Ok(text) => ("event", json!(text)),
        Err(_) => ("event_hex", json!(hex(raw))),
    };
    format!(
        r#"{{"file":{file},"index":{index},"line":{line},"field":{field},"reason":{reason},"{key}":{event}}}"#
    )
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
