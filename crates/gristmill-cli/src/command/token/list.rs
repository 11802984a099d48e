//! `gristmill token list`.

use super::{organizations, rights};
use crate::failure::Failure;
use crate::output::{say, to_stdout};
use crate::render::{Column, Role, Sheet, write_table};
use crate::settings::{TokenKeeping, TokenListSettings};
use crate::terminal;
use gristmill::Timestamp;
use gristmill::response::Cell;
use gristmill::timestamp::IsoText;
use gristmill_server::{Right, Scope, Token, TokenError};
use serde_json::{Value, json};

const COLUMNS: [&str; 6] = ["token", "label", "rights", "organizations", "created", "expires"];

pub(super) fn run(settings: &TokenListSettings) -> Result<(), Failure> {
    let tokens = tokens(&settings.keeping)?;
    let now = Timestamp::now();
    if settings.json {
        let listed: Option<Vec<Value>> =
            tokens.as_deref().map(|tokens| tokens.iter().map(|token| entry(token, now)).collect());
        let report = json!({"open": listed.is_none(), "tokens": listed.unwrap_or_default()});
        return to_stdout(|out| writeln!(out, "{report:#}"));
    }
    match tokens.as_deref() {
        None => say("no token was ever created: a service on a loopback address answers everyone"),
        Some([]) => say("there is no token any more: nobody gets in until one is created"),
        Some(tokens) => table(tokens, now, settings)?,
    }
    Ok(())
}

/// The tokens; `None` where none was ever created in a store.
fn tokens(keeping: &TokenKeeping) -> Result<Option<Vec<Token>>, Failure> {
    match (keeping.file.tokens(), &keeping.store) {
        (Err(TokenError::Missing { .. }), Some(folder)) if folder.is_dir() => Ok(None),
        (tokens, _) => tokens.map(Some).map_err(|error| Failure::in_tokens(&error)),
    }
}

fn table(tokens: &[Token], now: Timestamp, settings: &TokenListSettings) -> Result<(), Failure> {
    let lines: Vec<[String; 6]> = tokens.iter().map(|token| line(token, now)).collect();
    let mut sheet = Sheet::new(COLUMNS.iter().map(|name| Column { name, role: Role::Group }).collect());
    lines.iter().for_each(|line| sheet.push(line.iter().map(|text| Cell::Text(text))));
    let width = terminal::stdout_is_terminal().then(|| u16::try_from(terminal::width()).unwrap_or(u16::MAX));
    to_stdout(|mut out| write_table(&sheet, width, settings.ink, &mut out))
}

fn line(token: &Token, now: Timestamp) -> [String; 6] {
    let expires = match token.expires {
        None => "never".to_owned(),
        Some(expires) if token.is_expired(now) => format!("{} (expired)", iso(expires)),
        Some(expires) => iso(expires),
    };
    let label = token.label.clone().unwrap_or_else(|| "-".to_owned());
    [token.id.clone(), label, rights(token), organizations(token), iso(token.created), expires]
}

fn entry(token: &Token, now: Timestamp) -> Value {
    json!({
        "id": token.id,
        "label": token.label,
        "rights": token.rights.iter().map(Right::word).collect::<Vec<_>>(),
        "all_organizations": token.scope == Scope::All,
        "organizations": match &token.scope {
            Scope::All => Vec::new(),
            Scope::Named(names) => names.iter().collect(),
        },
        "created": iso(token.created),
        "expires": token.expires.map(iso),
        "expired": token.is_expired(now),
    })
}

fn iso(instant: Timestamp) -> String {
    IsoText::new(instant.millis(), 0).as_str().to_owned()
}
