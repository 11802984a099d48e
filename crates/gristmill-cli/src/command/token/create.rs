//! `gristmill token create`.

use super::{organizations, rights};
use crate::failure::Failure;
use crate::output::{say, to_stdout};
use crate::render::printable;
use crate::settings::TokenCreateSettings;
use gristmill::timestamp::IsoText;
use gristmill::{Error, Options, Store, StoreError};
use gristmill_server::{Token, TokenFile};
use std::io;
use std::path::Path;

pub(super) fn run(settings: TokenCreateSettings) -> Result<(), Failure> {
    let TokenCreateSettings { keeping, token, quiet } = settings;
    let file = &keeping.file;
    if let Some(folder) = keeping.store.as_deref().filter(|_| !file.path().exists()) {
        make_store(folder)?;
    }
    let is_first = !file.path().exists();
    let (token, key) = file.create(token).map_err(|error| Failure::in_tokens(&error))?;
    if let Err(failure) = to_stdout(|out| writeln!(out, "{}", key.reveal())) {
        return Err(undo(file, &token, failure));
    }
    if !quiet {
        told(&token, is_first).iter().for_each(|line| say(&printable(line)));
    }
    Ok(())
}

/// Makes an empty store where there is none: beside a token file alone, it would not be made later.
fn make_store(folder: &Path) -> Result<(), Failure> {
    let missing = match Options::new().threads(1).open_reader(folder) {
        Err(Error::Store(StoreError::NoStore)) => true,
        Err(Error::Folder { source, .. }) => source.kind() == io::ErrorKind::NotFound,
        Err(error @ Error::Store(StoreError::NotAStore { .. })) => {
            return Err(Failure::in_store(folder, error));
        }
        // There is a store. Whether it can be read is not for its tokens to say.
        Ok(_) | Err(_) => false,
    };
    if !missing {
        return Ok(());
    }
    match Options::new().threads(1).background(false).open(folder).and_then(Store::close) {
        // A service has made it meanwhile.
        Ok(()) | Err(Error::Store(StoreError::Locked { .. })) => Ok(()),
        Err(error) => Err(Failure::in_store(folder, error)),
    }
}

/// Takes a token away again whose key nobody has got.
fn undo(file: &TokenFile, token: &Token, failure: Failure) -> Failure {
    match file.revoke(&token.id) {
        Ok(_) => failure,
        Err(error) => Failure::in_tokens(&error).after(&failure),
    }
}

fn told(token: &Token, is_first: bool) -> [String; 2] {
    let until = token.expires.map_or_else(
        || "it does not expire".to_owned(),
        |expires| format!("it expires at {}", IsoText::new(expires.millis(), 0).as_str()),
    );
    let closed = if is_first { "; from now on requests need one" } else { "" };
    let (rights, organizations) = (rights(token), organizations(token));
    [
        format!("created token {}: {rights} for {organizations}; {until}{closed}", token.id),
        "its key is shown this once: clients send it as `Authorization: Bearer KEY`".to_owned(),
    ]
}
