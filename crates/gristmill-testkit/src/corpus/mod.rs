//! The corpus: events, fetches and what they answer, written by hand in `tests/corpus/*.toml`.
//!
//! One file is one topic. Its events are shared by its cases:
//!
//! ```toml
//! about = "What the cases of this file are about."
//! # Keys that every event has unless it says otherwise, and one event a line.
//! event = '{"organization_id":"acme","vendor":"v","event_version":1,"category":"c","label":"","action":""}'
//! events = '''
//! {"timestamp":"2024-01-01T10:00:00Z","dim1":"a","value":2}
//! '''
//! # Keys that every fetch has unless it says otherwise.
//! fetch = '{"organization_id":"acme","interval":{"start":"2024-01-01","end":"2024-01-02"},"granularity":"all"}'
//!
//! [[case]]
//! name = "a group for each value"
//! fetch = '{"group_by":["dim1"],"aggregations":["count","sum"]}'
//! # The rows of the answer, one a line, to the byte.
//! rows = '''
//! ["2024-01-01T00:00:00.000Z","a",1,2.0]
//! '''
//!
//! [[case]]
//! name = "an unknown dimension"
//! fetch = '{"group_by":["dim9"]}'
//! # Where the mistake is, and a part of the message.
//! error = { path = "group_by[0]", message = "dim9" }
//! ```
//!
//! A case with `text` instead of `fetch` sends that text as it stands. `columns` names the columns of the answer where
//! they do not follow from `group_by` and `aggregations`. `organization` is the caller's own word on the organization.

mod check;
mod event;
mod file;

pub use check::check;
pub use event::EventSet;
pub use file::{all, load, parse};

/// The cases about one topic, with the events they ask about.
#[derive(Clone, Debug)]
pub struct Topic {
    /// The name of the file, without its extension.
    pub name: String,
    /// The events.
    pub events: EventSet,
    /// The cases.
    pub cases: Vec<Case>,
}

/// One fetch and what it must answer.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it shows; unique in its topic.
    pub name: String,
    /// What is asked.
    pub question: Question,
    /// What comes back.
    pub expected: Expected,
}

/// A fetch as a caller sends it.
#[derive(Clone, Debug)]
pub struct Question {
    /// The JSON text.
    pub text: String,
    /// The organization as the caller's argument or path has it, if it does.
    pub organization: Option<String>,
}

/// What a fetch must answer.
#[derive(Clone, Debug)]
pub enum Expected {
    /// This JSON text, to the byte.
    Answer(String),
    /// No answer.
    Refusal {
        /// Where in the JSON the mistake is; empty for the text as a whole.
        path: String,
        /// What the message says, among other things.
        message: String,
    },
}
