//! The rules of an event, on the tokens of its text.

use super::scan::{Token, TokenKind};
use super::tokens::{EventTokens, name};
use crate::event::check::{self, excerpt};
use crate::event::distinct::{first_repeated, keep_first};
use crate::event::{EventLimits, EventProblem, EventRow, Source, SourceRule};
use crate::schema::{Column, Dimension, Kind};
use crate::timestamp::Timestamp;
use std::borrow::Cow;

/// What the receiver decides about the events of one request or file.
#[derive(Clone, Debug)]
pub(in crate::event) struct Rules {
    pub source: SourceRule,
    /// The timestamp of events without one.
    pub arrival: Timestamp,
    pub limits: EventLimits,
}

/// What is wrong with an event, and the field it is about.
pub(super) type Refusal = (Option<Box<str>>, EventProblem);

/// One checked event, whose texts lie where its tokens say. Used again for the next event.
#[derive(Debug)]
pub(super) struct CheckedEvent {
    timestamp: Timestamp,
    value: Option<f64>,
    event_version: i64,
    source: Source,
    /// Texts that had escapes, one after the other.
    unescaped: String,
}

impl CheckedEvent {
    pub(super) fn new() -> Self {
        Self {
            timestamp: Timestamp(0),
            value: None,
            event_version: 0,
            source: Source::Untrusted,
            unescaped: String::new(),
        }
    }

    /// The event, whose tokens and text must be the ones it was checked with.
    pub(super) fn row<'a>(&'a self, tokens: &EventTokens, text: &'a str) -> EventRow<'a> {
        let resolve = |token: Token| match token.kind {
            TokenKind::Unescaped => &self.unescaped[token.start..token.end],
            _ => &text[token.start..token.end],
        };
        let mut properties = Vec::new();
        if tokens.filled(Column::Dimension(Dimension::Properties)).is_some() {
            properties.extend(tokens.properties.iter().copied().map(resolve));
            keep_first(&mut properties);
        }
        let mut texts = [None; Dimension::COUNT];
        for (dimension, text) in Dimension::ALL.into_iter().zip(&mut texts) {
            if dimension.kind() == Kind::Text {
                *text = tokens.filled(Column::Dimension(dimension)).map(resolve);
            }
        }
        EventRow {
            timestamp: self.timestamp,
            value: self.value,
            event_version: self.event_version,
            source: self.source,
            texts,
            properties,
        }
    }

    /// Checks an event against every rule; what is left is meaningless after a refusal. Tokens of texts with escapes are
    /// changed to where the plain texts lie.
    pub(super) fn check(
        &mut self,
        rules: &Rules,
        tokens: &mut EventTokens,
        text: &str,
    ) -> Result<(), Refusal> {
        if tokens.events {
            return Err((None, EventProblem::NestedEvents));
        }
        if let Some(column) = tokens.repeated {
            return Err(of(column, EventProblem::Repeated));
        }
        self.unescaped.clear();
        self.timestamp = timestamp(tokens, text, rules.arrival).map_err(|why| of(Column::Timestamp, why))?;
        self.value = value(tokens, text).map_err(|why| of(Column::Value, why))?;
        for dimension in Dimension::ALL {
            let column = Column::Dimension(dimension);
            match dimension.kind() {
                Kind::Text => self.text(rules, dimension, tokens, text).map_err(|why| of(column, why))?,
                Kind::Integer => {
                    let token = tokens.filled(column);
                    self.event_version = integer(token, text).map_err(|why| of(column, why))?;
                }
                Kind::Source => {
                    let token = tokens.filled(column);
                    self.source = source(rules.source, token, text).map_err(|why| of(column, why))?;
                }
                Kind::MultiText => self.properties(rules, tokens, text)?,
            }
        }
        unknown_stand_once(tokens, text)
    }

    fn text(
        &mut self,
        rules: &Rules,
        dimension: Dimension,
        tokens: &mut EventTokens,
        text: &str,
    ) -> Result<(), EventProblem> {
        match tokens.filled_mut(Column::Dimension(dimension)) {
            Some(token) => self.plain_text(rules, token, text),
            None => check::null_text(dimension),
        }
    }

    fn properties(&mut self, rules: &Rules, tokens: &mut EventTokens, text: &str) -> Result<(), Refusal> {
        let column = Column::Dimension(Dimension::Properties);
        match tokens.filled(column) {
            None => return Ok(()),
            Some(token) if token.kind == TokenKind::Array => {}
            Some(token) => return Err(of(column, wrong_type("an array of texts", token))),
        }
        check::properties(&rules.limits, tokens.properties.len()).map_err(|why| of(column, why))?;
        for (at, element) in tokens.properties.iter_mut().enumerate() {
            self.plain_text(rules, element, text)
                .map_err(|problem| (Some(format!("{}[{at}]", column.name()).into_boxed_str()), problem))?;
        }
        Ok(())
    }

    /// Checks a text, and takes its escapes away.
    fn plain_text(&mut self, rules: &Rules, token: &mut Token, text: &str) -> Result<(), EventProblem> {
        match token.kind {
            TokenKind::Plain => {}
            TokenKind::Escaped => {
                let start = self.unescaped.len();
                self.unescaped.push_str(&unescape(*token, text)?);
                *token = Token { kind: TokenKind::Unescaped, start, end: self.unescaped.len() };
            }
            _ => return Err(wrong_type("a text", *token)),
        }
        check::text_bytes(&rules.limits, token.end - token.start)
    }
}

fn of(column: Column, problem: EventProblem) -> Refusal {
    (Some(Box::from(column.name())), problem)
}

fn wrong_type(expected: &'static str, token: Token) -> EventProblem {
    EventProblem::WrongType { expected, found: token.kind.name() }
}

/// The scanner has checked the escapes one by one, so what is wrong can be the pairing of surrogates only.
fn unescape(token: Token, text: &str) -> Result<String, EventProblem> {
    serde_json::from_str(&text[token.start - 1..=token.end]).map_err(|_| EventProblem::LoneSurrogate)
}

fn plain(token: Token, text: &str) -> Result<Cow<'_, str>, EventProblem> {
    match token.kind {
        TokenKind::Escaped => unescape(token, text).map(Cow::Owned),
        _ => Ok(Cow::Borrowed(&text[token.start..token.end])),
    }
}

fn timestamp(tokens: &EventTokens, text: &str, arrival: Timestamp) -> Result<Timestamp, EventProblem> {
    let Some(token) = tokens.filled(Column::Timestamp) else {
        return Timestamp::from_millis(arrival.millis()).map_err(EventProblem::Timestamp);
    };
    match token.kind {
        TokenKind::Number => {
            Timestamp::from_millis(integer(Some(token), text)?).map_err(EventProblem::Timestamp)
        }
        TokenKind::Plain | TokenKind::Escaped => {
            Timestamp::parse_iso(&plain(token, text)?).map_err(EventProblem::Timestamp)
        }
        _ => Err(wrong_type("an ISO-8601 text or integer milliseconds", token)),
    }
}

fn value(tokens: &EventTokens, text: &str) -> Result<Option<f64>, EventProblem> {
    let Some(token) = tokens.filled(Column::Value) else { return Ok(None) };
    match token.kind {
        TokenKind::Number => {
            let number = &text[token.start..token.end];
            check::value(number.parse().ok(), || number.to_owned()).map(Some)
        }
        _ => Err(wrong_type("a number", token)),
    }
}

fn integer(token: Option<Token>, text: &str) -> Result<i64, EventProblem> {
    let token = token.ok_or(EventProblem::Missing)?;
    if token.kind != TokenKind::Number {
        return Err(wrong_type("an integer", token));
    }
    let number = &text[token.start..token.end];
    number.parse().map_err(|_| EventProblem::NotAnInteger { found: excerpt(number) })
}

fn source(rule: SourceRule, token: Option<Token>, text: &str) -> Result<Source, EventProblem> {
    match token {
        None => check::source(rule, None),
        Some(token) if matches!(token.kind, TokenKind::Plain | TokenKind::Escaped) => {
            check::source(rule, Some(&*plain(token, text)?))
        }
        Some(token) => Err(wrong_type("a text", token)),
    }
}

fn unknown_stand_once(tokens: &EventTokens, text: &str) -> Result<(), Refusal> {
    if tokens.unknown.len() < 2 {
        return Ok(());
    }
    let names: Vec<Cow<'_, str>> = unknown_names(tokens, text).collect();
    let names: Vec<&str> = names.iter().map(|name| &**name).collect();
    match first_repeated(&names) {
        Some(name) => Err((Some(Box::from(name)), EventProblem::Repeated)),
        None => Ok(()),
    }
}

/// The keys that are no column.
pub(super) fn unknown_names<'t>(
    tokens: &'t EventTokens,
    text: &'t str,
) -> impl Iterator<Item = Cow<'t, str>> {
    tokens.unknown.iter().map(|&key| match name(text.as_bytes(), key) {
        Cow::Borrowed(_) => Cow::Borrowed(&text[key.start..key.end]),
        // It was a `String` before, so nothing is lost.
        Cow::Owned(name) => Cow::Owned(String::from_utf8_lossy(&name).into_owned()),
    })
}
