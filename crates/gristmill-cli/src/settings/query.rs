//! The query of a command: from a file, from stdin, or from the command line itself.

use crate::failure::{Code, Failure};
use gristmill::request::{Delete, Fetch, FetchContext};
use std::fs::File;
use std::io::{self, Read};

/// A query is text that somebody wrote: a larger file is a file of something else.
const MOST_QUERY_BYTES: u64 = 64 << 20;

/// Whether that argument names stdin.
pub(super) fn is_stdin(argument: &str) -> bool {
    argument == "-"
}

/// The query of that argument, about this organization where one is named.
pub(super) fn read(argument: &str, organization: Option<&str>) -> Result<Fetch, Failure> {
    let (name, text) = text(argument)?;
    let context = organization.map_or_else(FetchContext::new, FetchContext::for_organization);
    Fetch::from_json(text, &context).map_err(|error| Failure::caused(Code::BadInput, &name, &error))
}

/// The deletion of that argument, of events of this organization where one is named.
pub(super) fn read_deletion(argument: &str, organization: Option<&str>) -> Result<Delete, Failure> {
    let (name, text) = text(argument)?;
    let context = organization.map_or_else(FetchContext::new, FetchContext::for_organization);
    Delete::from_json(text, &context).map_err(|error| Failure::caused(Code::BadInput, &name, &error))
}

/// The name of the query for messages, and its text.
fn text(argument: &str) -> Result<(String, Vec<u8>), Failure> {
    let (name, text) = match argument {
        stdin if is_stdin(stdin) => ("stdin".to_owned(), read_bounded(io::stdin().lock())),
        inline if inline.trim_start().starts_with('{') => {
            return Ok(("the query".to_owned(), inline.as_bytes().to_vec()));
        }
        path => (format!("`{path}`"), File::open(path).and_then(read_bounded)),
    };
    let text = text.map_err(|error| {
        Failure::caused(Code::Other, &format!("cannot read the query from {name}"), &error)
    })?;
    if text.len() as u64 > MOST_QUERY_BYTES {
        let message = format!("{name} is larger than {MOST_QUERY_BYTES} bytes: is it a query?");
        return Err(Failure::new(Code::BadInput, message));
    }
    Ok((name, text))
}

/// All of it, or so much that it is seen to be too much.
fn read_bounded(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    reader.take(MOST_QUERY_BYTES + 1).read_to_end(&mut text)?;
    Ok(text)
}
