//! The command line as a runner.

use super::{Refusal, Runner, Store};
use crate::corpus::{EventSet, Question};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// Answers by the program `gristmill`, one process for the events and one for each fetch.
#[derive(Clone, Debug)]
pub struct CommandLineRunner {
    /// The program.
    pub program: PathBuf,
}

impl Runner for CommandLineRunner {
    fn name(&self) -> String {
        "command line".to_owned()
    }

    #[expect(clippy::expect_used, reason = "a store that cannot be made must stop the test")]
    fn store(&self, events: &EventSet) -> Box<dyn Store> {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let store = Loaded { program: self.program.clone(), directory };
        let output = store.run(&["ingest"], &["-"], &events.lines).expect("the program runs");
        assert!(output.status.success(), "ingest: {}", String::from_utf8_lossy(&output.stderr));
        Box::new(store)
    }
}

struct Loaded {
    program: PathBuf,
    directory: TempDir,
}

impl Loaded {
    fn run(&self, command: &[&str], arguments: &[&str], input: &str) -> std::io::Result<Output> {
        let mut child = Command::new(&self.program)
            .args(command)
            .arg("--store")
            .arg(self.directory.path().join("store"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        // A program that refuses its arguments need not read its input.
        let _ = child.stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes()));
        child.wait_with_output()
    }
}

impl Store for Loaded {
    fn ask(&self, question: &Question) -> Result<String, Refusal> {
        let mut arguments = vec!["--format", "json"];
        if let Some(organization) = &question.organization {
            arguments.extend(["--org", organization]);
        }
        arguments.push("-");
        let refusal = |message: String| Refusal { path: None, message };
        let output =
            self.run(&["fetch"], &arguments, &question.text).map_err(|error| refusal(error.to_string()))?;
        if output.status.success() {
            let text = String::from_utf8_lossy(&output.stdout);
            Ok(text.strip_suffix('\n').unwrap_or(&text).to_owned())
        } else {
            Err(refusal(String::from_utf8_lossy(&output.stderr).into_owned()))
        }
    }
}
