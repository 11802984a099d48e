//! What went wrong, as the command line tells it: a message and an exit code.

use crate::render::printable;
use gristmill::{Error, ErrorKind, StoreError};
use gristmill_server::TokenError;
use std::error::Error as Cause;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

/// The exit codes; `docs/cli.md` has the list for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Code {
    Other = 1,
    Usage = 2,
    Damaged = 3,
    BadInput = 4,
    Locked = 5,
    OverBudget = 6,
    Interrupted = 130,
}

impl Code {
    /// The code of an error of the library.
    fn of(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::Input => Self::BadInput,
            ErrorKind::Damaged => Self::Damaged,
            ErrorKind::Locked => Self::Locked,
            ErrorKind::OverBudget => Self::OverBudget,
            _ => Self::Other,
        }
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: Code,
    message: String,
    /// Whoever reads stdout has gone: there is nobody to tell, and nothing that went wrong.
    is_broken_pipe: bool,
}

impl Failure {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), is_broken_pipe: false }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Code::Usage, message)
    }

    /// An error of the library or the system, with what was being done and every cause down to the first.
    pub(crate) fn caused(code: Code, context: &str, error: &dyn Cause) -> Self {
        Self::new(code, with_causes(context, error))
    }

    /// Writing to stdout or to a file of output did not work.
    pub(crate) fn output(name: &str, error: &io::Error) -> Self {
        Self {
            code: Code::Other,
            message: with_causes(&format!("cannot write {name}"), error),
            is_broken_pipe: is_broken_pipe(error),
        }
    }

    /// This failure, told after another that came before it.
    pub(crate) fn after(self, earlier: &Self) -> Self {
        Self { message: format!("{}\n{}", earlier.message, self.message), ..self }
    }

    pub(crate) fn is_broken_pipe(&self) -> bool {
        self.is_broken_pipe
    }

    /// The message, safe to print: it may quote input.
    pub(crate) fn message(&self) -> String {
        self.message.lines().map(printable).collect::<Vec<_>>().join("\n")
    }
}

impl Failure {
    /// An error of the library, met while working with the store in that folder.
    pub(crate) fn in_store(folder: &Path, error: impl Into<Error>) -> Self {
        Self::in_store_after(folder, error, "nothing was stored")
    }

    /// An error of the library, met while reading Parquet files.
    pub(crate) fn in_parquet(error: &Error) -> Self {
        Self::new(Code::of(error), with_causes("", error))
    }

    /// As [`Failure::in_store`], where something was stored before: `stored` says what.
    pub(crate) fn in_store_after(folder: &Path, error: impl Into<Error>, stored: &str) -> Self {
        let error = error.into();
        let code = Code::of(&error);
        let context = format!("store `{}`", folder.display());
        if matches!(error, Error::Folder { .. }) && folder.is_file() {
            return Self::new(
                code,
                format!("{context}: this is a file and not a folder; a store is a folder"),
            );
        }
        let mut message = with_causes(&context, &error);
        if let Some(remedy) = remedy(&error, stored) {
            message = format!("{message}; {remedy}");
        }
        Self::new(code, message)
    }

    /// An error about a token file, which has stayed as it was.
    pub(crate) fn in_tokens(error: &TokenError) -> Self {
        let code = match error {
            TokenError::Damaged { .. } => Code::Damaged,
            _ => Code::Other,
        };
        let mut message = with_causes("", error);
        if let Some(remedy) =
            system_cause(error).and_then(|cause| system_remedy(cause, "no token was changed"))
        {
            message = format!("{message}; {remedy}");
        }
        Self::new(code, message)
    }

    /// As [`Failure::in_store`], for a command that reads and so makes no store where there is none.
    pub(crate) fn opening_to_read(folder: &Path, error: Error) -> Self {
        let missing = match &error {
            Error::Store(StoreError::NoStore) => "there is no store in this folder",
            Error::Folder { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                "there is no such folder"
            }
            _ => return Self::in_store(folder, error),
        };
        let folder = folder.display();
        let remedy = format!("`gristmill ingest --store {folder} FILE` creates one");
        Self::new(Code::Other, format!("store `{folder}`: {missing}; {remedy}"))
    }
}

/// What can be done about an error of the operating system, where the library does not say.
fn remedy(error: &Error, stored: &str) -> Option<String> {
    match system_cause(error)? {
        io::ErrorKind::PermissionDenied if matches!(error, Error::Store(StoreError::NoRights { .. })) => None,
        cause => system_remedy(cause, stored),
    }
}

/// What can be done about what the operating system said. `left` says what the failure has left.
fn system_remedy(cause: io::ErrorKind, left: &str) -> Option<String> {
    match cause {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Some(format!("{left}; make room on this disk, then try again"))
        }
        io::ErrorKind::FileTooLarge => {
            Some(format!("{left}; raise the limit on the size of files, then try again"))
        }
        io::ErrorKind::PermissionDenied => Some("change its owner or mode, or run as its owner".to_owned()),
        _ => None,
    }
}

/// What the operating system said, however many layers have wrapped it.
fn system_cause(error: &(dyn Cause + 'static)) -> Option<io::ErrorKind> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(cause) = error.downcast_ref::<io::Error>() {
            return Some(cause.kind());
        }
        next = error.source();
    }
    None
}

/// Whether a closed pipe is the cause, however many layers have wrapped it.
fn is_broken_pipe(error: &io::Error) -> bool {
    let mut next: Option<&(dyn Cause + 'static)> = Some(error);
    while let Some(error) = next {
        if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
            return true;
        }
        next = error.source();
    }
    false
}

/// The error after what was being done. A cause is added when the message before it does not end with it already.
fn with_causes(context: &str, error: &dyn Cause) -> String {
    let mut message = context.to_owned();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        if !message.ends_with(&text) {
            let separator = if message.is_empty() { "" } else { ": " };
            // Writing to a String cannot fail.
            let _ = write!(message, "{separator}{text}");
        }
        next = error.source();
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Outer(io::Error, &'static str);

    impl std::fmt::Display for Outer {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(self.1)
        }
    }

    impl Cause for Outer {
        fn source(&self) -> Option<&(dyn Cause + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn causes_stand_once() {
        let outer = |text| Outer(io::Error::other("disk is full"), text);
        assert_eq!(with_causes("store", &outer("cannot write")), "store: cannot write: disk is full");
        assert_eq!(with_causes("", &outer("cannot write: disk is full")), "cannot write: disk is full");
    }

    #[test]
    fn a_full_disk_and_missing_rights_have_a_remedy() {
        let told = |kind: io::ErrorKind| {
            let error = Error::Folder { path: "s".into(), source: kind.into() };
            Failure::in_store(Path::new("s"), error).message()
        };
        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded] {
            let told = told(kind);
            assert!(
                told.starts_with("store `s`: ") && told.contains("; nothing was stored; make room"),
                "{told}"
            );
        }
        assert!(
            told(io::ErrorKind::PermissionDenied).ends_with("change its owner or mode, or run as its owner")
        );
        assert!(!told(io::ErrorKind::Interrupted).contains(';'));
    }

    #[test]
    fn quoted_input_does_not_reach_the_terminal_as_it_is() {
        let failure = Failure::new(Code::BadInput, "bad \u{1b}[31m value\nsecond line");
        assert_eq!(failure.message(), "bad \\u{1b}[31m value\nsecond line");
    }
}
