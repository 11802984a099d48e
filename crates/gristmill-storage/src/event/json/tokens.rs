//! One event object into the tokens of its columns.

use super::key_order::KeyOrder;
use super::keys::{COLUMNS, EVENTS, column, slot};
use super::scan::{Scanner, Stop, Token, TokenKind};
use crate::schema::{Column, Dimension};
use std::borrow::Cow;

/// Where the fields of one event lie in its text. Used again for the next event, so that none costs memory of its own.
#[derive(Debug)]
pub(super) struct EventTokens {
    columns: [Token; COLUMNS],
    /// The columns that are there, a bit a slot.
    seen: u32,
    /// Those of them that are not null.
    filled: u32,
    order: KeyOrder,
    /// The elements of `properties`.
    pub properties: Vec<Token>,
    /// Keys that are no column.
    pub unknown: Vec<Token>,
    /// The first column that stands twice.
    pub repeated: Option<Column>,
    /// Whether there is a key `events`.
    pub events: bool,
    /// The key whose value is being scanned.
    pub open: Option<Token>,
}

impl EventTokens {
    pub(super) fn new() -> Self {
        Self {
            columns: [Token { kind: TokenKind::Null, start: 0, end: 0 }; COLUMNS],
            seen: 0,
            filled: 0,
            order: KeyOrder::new(),
            properties: Vec::new(),
            unknown: Vec::new(),
            repeated: None,
            events: false,
            open: None,
        }
    }

    /// The value of a column that is there and not null.
    pub(super) fn filled(&self, column: Column) -> Option<Token> {
        let slot = slot(column);
        (self.filled & (1 << slot) != 0).then(|| self.columns[slot])
    }

    /// As [`EventTokens::filled`], to be changed.
    pub(super) fn filled_mut(&mut self, column: Column) -> Option<&mut Token> {
        let slot = slot(column);
        (self.filled & (1 << slot) != 0).then(|| &mut self.columns[slot])
    }

    /// Goes past an event object, or to the first key `events` in it when `stop_at_events` says so.
    pub(super) fn scan(&mut self, bytes: &[u8], stop_at_events: bool) -> Result<usize, Stop> {
        self.seen = 0;
        self.filled = 0;
        self.order.start();
        self.properties.clear();
        self.unknown.clear();
        self.repeated = None;
        self.events = false;
        self.open = None;

        let mut scanner = Scanner::new(bytes);
        scanner.punctuation(b'{', "an object")?;
        if scanner.peek()? == b'}' {
            return Ok(scanner.at + 1);
        }
        loop {
            if let Some((column, length)) = self.order.expected(&bytes[scanner.at..]) {
                let key = Token {
                    kind: TokenKind::Plain,
                    start: scanner.at + 1,
                    end: scanner.at + 1 + column.name().len(),
                };
                self.open = Some(key);
                scanner.at += length;
                scanner.whitespace();
                self.member(column, &mut scanner)?;
            } else {
                let key = scanner.text()?;
                scanner.punctuation(b':', "a colon")?;
                self.open = Some(key);
                let name = name(bytes, key);
                if *name == *EVENTS.as_bytes() {
                    self.events = true;
                    if stop_at_events {
                        return Ok(scanner.at);
                    }
                }
                if let Some(column) = column(&name) {
                    self.order.learn(slot(column));
                    self.member(column, &mut scanner)?;
                } else {
                    self.unknown.push(key);
                    scanner.value()?;
                }
            }
            self.open = None;
            scanner.whitespace();
            match scanner.peek()? {
                b',' => {
                    scanner.at += 1;
                    scanner.whitespace();
                }
                b'}' => return Ok(scanner.at + 1),
                _ => return Err(scanner.syntax("a comma or the closing brace of the event")),
            }
        }
    }

    fn member(&mut self, column: Column, scanner: &mut Scanner<'_>) -> Result<(), Stop> {
        let slot = slot(column);
        let bit = 1 << slot;
        if self.seen & bit != 0 && self.repeated.is_none() {
            self.repeated = Some(column);
        }
        self.seen |= bit;
        let value = if column == Column::Dimension(Dimension::Properties) && scanner.peek()? == b'[' {
            self.elements(scanner)?
        } else {
            scanner.value()?
        };
        self.columns[slot] = value;
        self.filled = self.filled & !bit | u32::from(value.kind != TokenKind::Null) << slot;
        Ok(())
    }

    fn elements(&mut self, scanner: &mut Scanner<'_>) -> Result<Token, Stop> {
        self.properties.clear();
        let start = scanner.at;
        scanner.punctuation(b'[', "an array")?;
        if scanner.peek()? != b']' {
            self.properties.push(scanner.value()?);
            scanner.whitespace();
            while scanner.peek()? == b',' {
                scanner.punctuation(b',', "a comma")?;
                self.properties.push(scanner.value()?);
                scanner.whitespace();
            }
            if scanner.peek()? != b']' {
                return Err(scanner.syntax("a comma or the closing bracket"));
            }
        }
        scanner.at += 1;
        Ok(Token { kind: TokenKind::Array, start, end: scanner.at })
    }
}

/// The text of a key. One with a broken escape is taken as it is written: it is no column's then.
pub(super) fn name(bytes: &[u8], key: Token) -> Cow<'_, [u8]> {
    let raw = &bytes[key.start..key.end];
    if key.kind == TokenKind::Escaped
        && let Ok(text) = serde_json::from_slice::<String>(&bytes[key.start - 1..=key.end])
    {
        return Cow::Owned(text.into_bytes());
    }
    Cow::Borrowed(raw)
}
