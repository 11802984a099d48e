//! `gristmill token`, as typed.

use super::Colour;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Say who may do what over HTTP: create, list and revoke tokens
///
/// `gristmill serve` takes requests with a token that has the right to what they ask, for the organization that they are
/// about. As long as no token was ever created, a service on a loopback address answers everyone. A running service knows of
/// each change from its next request on.
#[derive(Debug, Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "\
Examples:
  gristmill token create --store store --org acme --right fetch --expires 90d --label dashboard
  gristmill token list --store store
  gristmill token revoke --store store 5d0c8e1f"
)]
pub(crate) struct TokenArguments {
    #[command(subcommand)]
    pub(crate) command: TokenCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    Create(TokenCreateArguments),
    List(TokenListArguments),
    Revoke(TokenRevokeArguments),
}

/// Which file keeps the tokens.
#[derive(Debug, Args)]
pub(crate) struct TokenPlace {
    /// Directory of the store, which keeps them in `tokens.json`
    #[arg(long, value_name = "DIR", required_unless_present = "token_file")]
    pub(crate) store: Option<PathBuf>,

    /// The file that keeps them, where it is another one
    #[arg(long, value_name = "FILE", env = "GRISTMILL_TOKEN_FILE")]
    pub(crate) token_file: Option<PathBuf>,
}

/// Create a token, and print its key
///
/// The key is printed on stdout, once: only its SHA-256 is kept. Clients send it as `Authorization: Bearer KEY`. Where
/// there is no store in the directory, an empty one is made.
#[derive(Debug, Args)]
#[command(after_help = "\
To replace a token, create the next one, give it to the client, then revoke the first: both are valid meanwhile.

Examples:
  gristmill token create --store store --org acme --right store --right fetch
  gristmill token create --store store --org acme --org umbra --right fetch --expires 2027-01-01
  gristmill token create --store store --all-orgs --right admin --expires 12h --label migration
  KEY=$(gristmill token create --token-file tokens.json --org acme --right fetch)")]
pub(crate) struct TokenCreateArguments {
    #[command(flatten)]
    pub(crate) place: TokenPlace,

    /// An organization that it is for; may be repeated
    #[arg(long, value_name = "ID", required_unless_present = "all_orgs", conflicts_with = "all_orgs")]
    pub(crate) org: Vec<String>,

    /// It is for every organization, those to come included
    #[arg(long)]
    pub(crate) all_orgs: bool,

    /// What it may do there; may be repeated
    #[arg(long, value_name = "RIGHT", value_enum, required = true)]
    pub(crate) right: Vec<RightWord>,

    /// When it ends: after days (`90d`) or hours (`12h`), or at a date or instant (`2027-01-01`, in UTC); without, it
    /// does not
    #[arg(long, value_name = "WHEN")]
    pub(crate) expires: Option<String>,

    /// What it is there for, up to 200 characters
    #[arg(long, value_name = "TEXT")]
    pub(crate) label: Option<String>,

    /// Print nothing but the key; errors are still told
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// List tokens: what they allow, and until when
///
/// Neither keys nor what is kept of them is shown.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gristmill token list --store store
  gristmill token list --store store --json | jq -r '.tokens[] | select(.expired) | .id'")]
pub(crate) struct TokenListArguments {
    #[command(flatten)]
    pub(crate) place: TokenPlace,

    /// Print one JSON object instead of a table
    #[arg(long)]
    pub(crate) json: bool,

    /// When to colour the table
    #[arg(long, value_name = "WHEN", value_enum, default_value = "auto")]
    pub(crate) color: Colour,
}

/// Revoke a token
///
/// A running service refuses it from its next request on. Where it was the last one, nobody gets in until another is
/// created.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gristmill token list --store store
  gristmill token revoke --store store 5d0c8e1f")]
pub(crate) struct TokenRevokeArguments {
    #[command(flatten)]
    pub(crate) place: TokenPlace,

    /// Its id, as `gristmill token list` has it
    #[arg(value_name = "ID")]
    pub(crate) id: String,

    /// No summary; errors are still told
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RightWord {
    /// Store untrusted events
    Store,
    /// Store trusted events
    StoreTrusted,
    /// Ask queries
    Fetch,
    /// Delete events
    Delete,
    /// All of these, and what the operator of the service needs
    Admin,
}
