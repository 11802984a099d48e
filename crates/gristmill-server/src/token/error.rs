//! Why tokens cannot be read or changed.

use std::io;
use std::path::PathBuf;

/// Why tokens cannot be read or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// There is no token file.
    #[error("there is no token file {path}; `gristmill token create` makes one", path = .path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The token file is not what was written.
    #[error(
        "the token file {path} is damaged: {found}; put back a copy of it, or remove it and create its tokens anew",
        path = .path.display()
    )]
    Damaged {
        /// The token file.
        path: PathBuf,
        /// What is wrong with it.
        found: String,
    },
    /// A newer version has written the token file.
    #[error(
        "the token file {path} has format {found}, and this version reads format {known}; use the version that wrote it",
        path = .path.display()
    )]
    NewerFormat {
        /// The token file.
        path: PathBuf,
        /// Its format.
        found: u64,
        /// The newest format that is known.
        known: u64,
    },
    /// There is no token of that id.
    #[error("there is no token {id}; `gristmill token list` has the ids")]
    Unknown {
        /// The id.
        id: String,
    },
    /// The operating system refused an operation.
    #[error("cannot {action} {path}: {source}", path = .path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// The reason given.
        source: io::Error,
    },
    /// The operating system gives no random numbers.
    #[error("the operating system gives no random numbers: {0}")]
    Random(getrandom::Error),
}
