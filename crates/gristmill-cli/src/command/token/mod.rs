//! `gristmill token`: who may do what over HTTP.

mod create;
mod list;
mod revoke;

use crate::arguments::TokenCommand;
use crate::failure::Failure;
use gristmill_server::{Right, Scope, Token};

pub(crate) fn run(typed: TokenCommand) -> Result<(), Failure> {
    match typed {
        TokenCommand::Create(typed) => create::run(typed.try_into()?),
        TokenCommand::List(typed) => list::run(&typed.try_into()?),
        TokenCommand::Revoke(typed) => revoke::run(&typed.try_into()?),
    }
}

/// The rights of a token, for people.
fn rights(token: &Token) -> String {
    token.rights.iter().map(Right::word).collect::<Vec<_>>().join(", ")
}

/// The organizations of a token, for people.
fn organizations(token: &Token) -> String {
    match &token.scope {
        Scope::All => "all organizations".to_owned(),
        Scope::Named(names) => names.iter().map(|name| &**name).collect::<Vec<_>>().join(", "),
    }
}
