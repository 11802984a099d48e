//! The text of a token file.
//!
//! `{"format":1,"sha256":S,"tokens":[..]}`, where S is the SHA-256 of the text of the array: a file that was written half,
//! or changed by a failing disk, must not give rights.

use super::key::Digest;
use super::{Right, Scope, Token};
use gristmill::Timestamp;
use gristmill::timestamp::IsoText;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeSet;

/// The format that is written, and the newest that is read.
pub(super) const FORMAT: u64 = 1;

/// Why a text is none of a token file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A newer version has written it.
    Newer(u64),
    /// Anything else.
    Damaged(String),
}

/// What every format begins with.
#[derive(Deserialize)]
struct Head {
    format: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text<'a> {
    format: u64,
    sha256: String,
    #[serde(borrow)]
    tokens: &'a RawValue,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    sha256: String,
    label: Option<String>,
    rights: Vec<String>,
    organizations: Organizations,
    created: String,
    expires: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Organizations {
    All,
    Named(BTreeSet<Box<str>>),
}

/// The text of these tokens.
pub(super) fn write(tokens: &[Token]) -> Result<String, serde_json::Error> {
    let entries: Vec<Entry> = tokens.iter().map(Entry::of).collect();
    let tokens = RawValue::from_string(serde_json::to_string_pretty(&entries)?)?;
    let sha256 = Digest::of(tokens.get().as_bytes()).to_hex();
    let text = Text { format: FORMAT, sha256, tokens: &tokens };
    Ok(serde_json::to_string(&text)? + "\n")
}

/// The tokens of a text.
pub(super) fn read(text: &[u8]) -> Result<Vec<Token>, Fault> {
    let damaged = |error: serde_json::Error| Fault::Damaged(error.to_string());
    let head: Head = serde_json::from_slice(text).map_err(damaged)?;
    if head.format > FORMAT {
        return Err(Fault::Newer(head.format));
    }
    let Text { format, sha256, tokens } = serde_json::from_slice(text).map_err(damaged)?;
    if format != FORMAT {
        return Err(Fault::Damaged(format!("there is no format {format}")));
    }
    let found = Digest::of(tokens.get().as_bytes()).to_hex();
    if sha256 != found {
        return Err(Fault::Damaged(format!("expected tokens with the SHA-256 {sha256}, found {found}")));
    }
    let entries: Vec<Entry> = serde_json::from_str(tokens.get()).map_err(damaged)?;
    entries.into_iter().map(Entry::token).collect()
}

impl Entry {
    fn of(token: &Token) -> Self {
        Self {
            id: token.id.clone(),
            sha256: token.digest.to_hex(),
            label: token.label.clone(),
            rights: token.rights.iter().map(|right| right.word().to_owned()).collect(),
            organizations: match &token.scope {
                Scope::All => Organizations::All,
                Scope::Named(names) => Organizations::Named(names.clone()),
            },
            created: iso(token.created),
            expires: token.expires.map(iso),
        }
    }

    fn token(self) -> Result<Token, Fault> {
        let wrong = |what: &str| Fault::Damaged(format!("{what} of token {}", self.id));
        let instant = |text: &str, what| Timestamp::parse_iso(text).map_err(|_| wrong(what));
        let rights: Option<_> = self.rights.iter().map(|word| Right::of_word(word)).collect();
        Ok(Token {
            digest: Digest::of_hex(&self.sha256).ok_or_else(|| wrong("the SHA-256"))?,
            rights: rights.ok_or_else(|| wrong("an unknown right"))?,
            created: instant(&self.created, "the time")?,
            expires: self.expires.as_deref().map(|text| instant(text, "the end")).transpose()?,
            scope: match self.organizations {
                Organizations::All => Scope::All,
                Organizations::Named(names) => Scope::Named(names),
            },
            id: self.id,
            label: self.label,
        })
    }
}

fn iso(instant: Timestamp) -> String {
    IsoText::new(instant.millis(), 0).as_str().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::{NewToken, Rights};

    fn tokens() -> Vec<Token> {
        let token = |label: Option<&str>, scope, expires| {
            let rights: Rights = [Right::StoreTrusted, Right::Fetch].into_iter().collect();
            let new = NewToken { label: label.map(str::to_owned), rights, scope, expires };
            new.make(&[], Timestamp(1_000)).unwrap().0
        };
        let named = Scope::Named(["acme".into(), "\u{1b}[31m\"".into()].into());
        vec![token(None, Scope::All, None), token(Some("a \"b\"\nc"), named, Some(Timestamp(86_400_000)))]
    }

    #[test]
    fn tokens_are_read_as_they_were_written() {
        let tokens = tokens();
        let text = write(&tokens).unwrap();
        let read = read(text.as_bytes()).unwrap();
        assert_eq!(format!("{read:?}"), format!("{tokens:?}"));
        assert_eq!(write(&read).unwrap(), text, "the digests, which are not shown, too");
        assert!(super::read(write(&[]).unwrap().as_bytes()).unwrap().is_empty());
    }

    #[test]
    fn a_text_with_any_bit_changed_or_cut_off_gives_no_token() {
        let mut text = write(&tokens()).unwrap().into_bytes();
        for length in 0..text.len() - 1 {
            assert!(read(&text[..length]).is_err(), "cut off at {length}");
        }
        let before = format!("{:?}", read(&text).unwrap());
        let mut unnoticed = Vec::new();
        for at in 0..text.len() {
            for bit in 0..8 {
                text[at] ^= 1 << bit;
                if let Ok(tokens) = read(&text) {
                    assert_eq!(format!("{tokens:?}"), before);
                    unnoticed.push(at);
                }
                text[at] ^= 1 << bit;
            }
        }
        // The line break at the end becomes another white space, or nothing else.
        assert!(unnoticed.iter().all(|&at| at == text.len() - 1), "{unnoticed:?}");
    }

    #[test]
    fn what_a_newer_version_wrote_is_told_apart_from_damage() {
        assert_eq!(read(br#"{"format":2,"shape":"another"}"#).unwrap_err(), Fault::Newer(2));
        assert!(matches!(read(br#"{"format":0,"sha256":"","tokens":[]}"#), Err(Fault::Damaged(_))));
        assert!(matches!(read(b""), Err(Fault::Damaged(_))));
    }

    #[test]
    fn wrong_entries_are_damage_even_where_the_sum_is_right() {
        let of = |entry: &str| {
            let tokens = format!("[{entry}]");
            let sum = Digest::of(tokens.as_bytes()).to_hex();
            read(format!(r#"{{"format":1,"sha256":"{sum}","tokens":{tokens}}}"#).as_bytes())
        };
        let sha = "0".repeat(64);
        let right = format!(
            r#"{{"id":"1","sha256":"{sha}","label":null,"rights":["fetch"],"organizations":"all","created":"2026-01-01","expires":null}}"#
        );
        assert_eq!(of(&right).unwrap().len(), 1);
        for (from, to) in [
            (sha.as_str(), "00"),
            ("fetch", "fetches"),
            ("\"all\"", "\"none\""),
            ("2026-01-01", "yesterday"),
            ("\"expires\":null", "\"expires\":\"\""),
            ("\"label\"", "\"lable\""),
        ] {
            let entry = right.replace(from, to);
            assert!(matches!(of(&entry), Err(Fault::Damaged(_))), "{entry}");
        }
    }
}
