//! A directory, and the binary run in it.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file of the sample in `examples/`.
pub(crate) fn example(name: &str) -> String {
    repository().join("examples").join(name).display().to_string()
}

/// A directory of its own for a test, removed at its end.
pub(crate) struct Bench {
    directory: TempDir,
}

/// What a run of the binary has left.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    /// A bench with the sample in `store`.
    pub(crate) fn with_sample() -> Self {
        let bench = Self::new();
        bench.run(["ingest", "--store", "store", &example("events.ndjson")]).succeeded();
        bench
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The binary with these arguments and nothing of this test's environment that would change what it does.
    pub(crate) fn command<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, arguments: I) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gristmill"));
        command.current_dir(self.directory.path()).args(arguments).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            let is_ours = name.to_str().is_some_and(|name| name.starts_with("GRISTMILL_"));
            if is_ours || name == "NO_COLOR" || name == "COLUMNS" {
                command.env_remove(name);
            }
        }
        command
    }

    pub(crate) fn run<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, arguments: I) -> Run {
        Run::of(self.command(arguments).output().unwrap())
    }

    /// As [`Bench::run`], with this text on stdin.
    pub(crate) fn pipe<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, arguments: I, input: &[u8]) -> Run {
        let mut child = self.spawn(arguments);
        let mut stdin = child.stdin.take().unwrap();
        // A command that fails early does not read to the end.
        let _ = stdin.write_all(input);
        drop(stdin);
        Run::of(child.wait_with_output().unwrap())
    }

    /// The binary at work, all its streams piped.
    pub(crate) fn spawn<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, arguments: I) -> Child {
        self.command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// All files below a directory, sorted.
    pub(crate) fn files(&self, name: &str) -> Vec<PathBuf> {
        let mut files = Vec::new();
        collect(&self.path(name), &mut files);
        files.sort();
        files
    }

    /// How many events of organization `acme` the store has.
    pub(crate) fn count(&self, store: &str) -> u64 {
        let query = r#"{"organization_id":"acme","granularity":"all","aggregations":["count"],
            "interval":{"start":"2000-01-01","end":"2100-01-01"}}"#;
        let run = self.run(["fetch", "--store", store, query, "--format", "csv"]).succeeded();
        run.stdout.lines().nth(1).unwrap().rsplit(',').next().unwrap().parse().unwrap()
    }
}

/// Whether the file's name ends so.
pub(crate) fn is(file: &Path, extension: &str) -> bool {
    file.extension().is_some_and(|found| found == extension)
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

impl Run {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Exit code 0.
    #[track_caller]
    pub(crate) fn succeeded(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self
    }

    /// That exit code, nothing on stdout, and a message with all of these parts.
    #[track_caller]
    pub(crate) fn failed(self, code: i32, parts: &[&str]) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        assert_eq!(self.stdout, "", "a failure leaves stdout alone");
        for part in parts {
            assert!(self.stderr.contains(part), "{part:?} is not in the message: {self:#?}");
        }
        assert!(!self.stderr.contains("panicked"), "{self:#?}");
        self
    }
}

/// An event of organization `acme` as one line; the pairs are added, and replace what is there.
pub(crate) fn event(pairs: &[(&str, &str)]) -> String {
    let mut fields = vec![
        ("organization_id", r#""acme""#),
        ("vendor", r#""v""#),
        ("event_version", "1"),
        ("category", r#""c""#),
        ("label", r#""l""#),
        ("action", r#""a""#),
        ("timestamp", r#""2021-10-31T12:00:00Z""#),
    ];
    for pair in pairs {
        match fields.iter_mut().find(|field| field.0 == pair.0) {
            Some(field) => *field = *pair,
            None => fields.push(*pair),
        }
    }
    let fields: Vec<String> = fields.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
    format!("{{{}}}\n", fields.join(","))
}
