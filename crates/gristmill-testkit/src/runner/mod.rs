//! The ways a fetch can be answered, behind one trait, so that the same cases run through all of them.

mod command_line;
mod dump;
mod export;
mod layout;
mod oracle;
mod reader;

pub use command_line::CommandLineRunner;
pub use dump::{DumpRunner, ParquetForm, names, write_parquet};
pub use export::ExportRunner;
pub use layout::{Layout, StoreRunner};
pub use oracle::OracleRunner;
pub use reader::ReaderRunner;

use crate::corpus::{EventSet, Question};
use gristmill::request::{Fetch, FetchContext};
use std::fmt;

/// One way from events and a fetch to an answer.
pub trait Runner {
    /// The name in messages.
    fn name(&self) -> String;
    /// A store that holds these events.
    fn store(&self, events: &EventSet) -> Box<dyn Store>;
}

/// Events that can be asked about.
pub trait Store {
    /// The JSON text of the answer, or why there is none.
    fn ask(&self, question: &Question) -> Result<String, Refusal>;
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Where in the JSON the mistake is; `None` where only the message is known, which then has the path in it.
    pub path: Option<String>,
    /// What is wrong.
    pub message: String,
}

impl Refusal {
    /// Whether this refusal names that path, and says that among other things.
    pub fn tells(&self, path: &str, message: &str) -> bool {
        let at_path = match &self.path {
            Some(found) => found == path,
            None => self.message.contains(path),
        };
        at_path && self.message.contains(message)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "{path}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// The checked form of a question.
fn checked(question: &Question) -> Result<Fetch, Refusal> {
    let mut context = FetchContext::new();
    context.organization.clone_from(&question.organization);
    Fetch::from_json(&question.text, &context)
        .map_err(|error| Refusal { path: Some(error.path().to_owned()), message: error.message().to_owned() })
}

/// What a checked question was refused with.
fn refused(error: &gristmill::Error) -> Refusal {
    Refusal { path: None, message: error.to_string() }
}
