//! Which tokens to make, show or take away.

use crate::arguments::{
    RightWord, TokenCreateArguments, TokenListArguments, TokenPlace, TokenRevokeArguments,
};
use crate::failure::Failure;
use crate::render::Ink;
use crate::terminal;
use gristmill::Timestamp;
use gristmill_server::{NewToken, Right, Scope, TokenFile};
use std::path::PathBuf;

const HOUR_MILLIS: i64 = 3_600_000;
/// A label is for a line of a table.
const LABEL_CHARS: usize = 200;
const EXPIRES: &str =
    "days such as 90d, hours such as 12h, a date such as 2027-01-01, or an instant such as 2027-01-01T12:00Z";

/// Where tokens are kept.
#[derive(Debug)]
pub(crate) struct TokenKeeping {
    pub(crate) file: TokenFile,
    /// The store that the file is in, unless it was named itself.
    pub(crate) store: Option<PathBuf>,
}

/// A token to make.
#[derive(Debug)]
pub(crate) struct TokenCreateSettings {
    pub(crate) keeping: TokenKeeping,
    pub(crate) token: NewToken,
    pub(crate) quiet: bool,
}

/// How to show tokens.
#[derive(Debug)]
pub(crate) struct TokenListSettings {
    pub(crate) keeping: TokenKeeping,
    pub(crate) json: bool,
    pub(crate) ink: Ink,
}

/// A token to take away.
#[derive(Debug)]
pub(crate) struct TokenRevokeSettings {
    pub(crate) keeping: TokenKeeping,
    pub(crate) id: String,
    pub(crate) quiet: bool,
}

impl TryFrom<TokenPlace> for TokenKeeping {
    type Error = Failure;

    fn try_from(typed: TokenPlace) -> Result<Self, Failure> {
        match typed {
            TokenPlace { token_file: Some(path), .. } => Ok(Self { file: TokenFile::new(path), store: None }),
            TokenPlace { store: Some(folder), .. } => {
                Ok(Self { file: TokenFile::of_store(&folder), store: Some(folder) })
            }
            TokenPlace { .. } => {
                Err(Failure::usage("--store DIR or --token-file FILE says where tokens are"))
            }
        }
    }
}

impl TryFrom<TokenCreateArguments> for TokenCreateSettings {
    type Error = Failure;

    fn try_from(typed: TokenCreateArguments) -> Result<Self, Failure> {
        let rights = typed.right.iter().map(|&word| right(word)).collect();
        let scope = if typed.all_orgs { Scope::All } else { organizations(typed.org)? };
        let expires = typed.expires.map(|text| instant(&text, Timestamp::now())).transpose()?;
        let label = typed.label.map(label).transpose()?;
        Ok(Self {
            keeping: typed.place.try_into()?,
            token: NewToken { label, rights, scope, expires },
            quiet: typed.quiet,
        })
    }
}

impl TryFrom<TokenListArguments> for TokenListSettings {
    type Error = Failure;

    fn try_from(typed: TokenListArguments) -> Result<Self, Failure> {
        Ok(Self { keeping: typed.place.try_into()?, json: typed.json, ink: terminal::ink(typed.color) })
    }
}

impl TryFrom<TokenRevokeArguments> for TokenRevokeSettings {
    type Error = Failure;

    fn try_from(typed: TokenRevokeArguments) -> Result<Self, Failure> {
        Ok(Self { keeping: typed.place.try_into()?, id: typed.id, quiet: typed.quiet })
    }
}

fn right(word: RightWord) -> Right {
    match word {
        RightWord::Store => Right::Store,
        RightWord::StoreTrusted => Right::StoreTrusted,
        RightWord::Fetch => Right::Fetch,
        RightWord::Delete => Right::Delete,
        RightWord::Admin => Right::Admin,
    }
}

fn organizations(typed: Vec<String>) -> Result<Scope, Failure> {
    if typed.iter().any(String::is_empty) {
        return Err(Failure::usage(
            "--org is empty: name an organization, or say --all-orgs for every one (events may have an empty organization_id)",
        ));
    }
    Ok(Scope::Named(typed.into_iter().map(String::into_boxed_str).collect()))
}

fn label(text: String) -> Result<String, Failure> {
    match text.chars().count() {
        0..=LABEL_CHARS => Ok(text),
        more => Err(Failure::usage(format!("--label has {more} characters; {LABEL_CHARS} are the most"))),
    }
}

/// The instant that `--expires` names, which must be to come.
fn instant(text: &str, now: Timestamp) -> Result<Timestamp, Failure> {
    let expires = span(text)
        .map_or_else(
            || Timestamp::parse_iso(text),
            |millis| Timestamp::from_millis(now.millis().saturating_add(millis)),
        )
        .map_err(|error| Failure::usage(format!("--expires {text}: {error}; it takes {EXPIRES}")))?;
    if expires <= now {
        return Err(Failure::usage(format!("--expires {text}: that is past; the token would be of no use")));
    }
    Ok(expires)
}

/// Milliseconds in a text such as `90d`; `None` where it is none.
fn span(text: &str) -> Option<i64> {
    let hours = match text.bytes().last()? {
        b'd' => 24,
        b'h' => 1,
        _ => return None,
    };
    let number = &text[..text.len() - 1];
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| number.parse().unwrap_or(i64::MAX).saturating_mul(hours * HOUR_MILLIS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_a_span_a_date_or_an_instant() {
        let now = Timestamp::parse_iso("2026-11-24T10:00:00Z").unwrap();
        let iso = |text: &str| Timestamp::parse_iso(text).unwrap();
        for (text, expected) in [
            ("90d", "2027-02-22T10:00:00Z"),
            ("1h", "2026-11-24T11:00:00Z"),
            ("2027-01-01", "2027-01-01T00:00:00Z"),
            ("2027-01-01T12:00:00+02:00", "2027-01-01T10:00:00Z"),
        ] {
            assert_eq!(instant(text, now).unwrap(), iso(expected), "{text}");
        }
        for text in ["", "d", "90", "90 d", "-1d", "1.5d", "90m", "soon", "99999999999999999999d", "9999999d"]
        {
            let told = instant(text, now).unwrap_err().message();
            assert!(told.contains("--expires") && told.contains("90d"), "{text}: {told}");
        }
        for text in ["0d", "2026-11-24", "2026-11-24T10:00:00Z"] {
            assert!(instant(text, now).unwrap_err().message().contains("past"), "{text}");
        }
    }
}
