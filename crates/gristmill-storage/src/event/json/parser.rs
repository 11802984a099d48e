//! Event after event out of JSON text of any accepted shape.
//!
//! The text is a sequence of outermost values: events (so NDJSON, or one bare event), arrays of events, and objects
//! whose `events` is such an array. The parser sees a window of the text, which may end anywhere: it says when it needs
//! more, and starts the event at hand anew then.

use super::keys::{EVENTS, column};
use super::resume::{after_element, after_outermost};
use super::rules::{CheckedEvent, Refusal, Rules, unknown_names};
use super::scan::{Scanner, Stop};
use super::tokens::{EventTokens, name};
use super::window::Window;
use crate::event::{EventError, EventProblem, EventRow, Ignored, JsonError, JsonProblem};
use std::ops::Range;

/// Unknown keys beside `events` that are remembered to see one twice.
const MAX_KEYS_BESIDE_EVENTS: usize = 1_000;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
const ENDS: &str = "more: the text ends here";

#[derive(Debug)]
pub(in crate::event) struct Parser {
    rules: Rules,
    tokens: EventTokens,
    checked: CheckedEvent,
    ignored: Ignored,
    place: Place,
    /// Everything before this position of the window is done with.
    at: usize,
    /// Bytes of the text before the window.
    before: u64,
    /// The line that `at` is on.
    line: u64,
    /// Events so far, refused ones included.
    index: u64,
    /// The event found last, in the window.
    event: Range<usize>,
    /// Keys of the outermost object that holds `events`, that one included.
    keys: Vec<Box<str>>,
}

/// What comes next in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::event) enum Place {
    /// A byte order mark, perhaps.
    Start,
    /// An outermost value.
    Outermost,
    /// An element of an array.
    Element { array: Array, next: Next },
    /// A key of the outermost object that holds `events`.
    Member { next: Next },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::event) enum Array {
    Outermost,
    OfEvents,
}

/// What may come next within brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::event) enum Next {
    ItemOrEnd,
    Item,
    CommaOrEnd,
}

/// What [`Parser::next`] found.
#[derive(Debug, PartialEq)]
pub(in crate::event) enum Found {
    /// An event; [`Parser::row`] has it.
    Event,
    /// An event that is refused, and where it lies in the window.
    Refused(EventError, Range<usize>),
    /// The window holds no whole event any more.
    NeedsMore,
    /// The text is at its end.
    End,
}

/// Why a step did not come to its end.
enum Halt {
    NeedsMore,
    Fatal(JsonError),
}

impl Parser {
    pub(in crate::event) fn new(rules: Rules) -> Self {
        Self::behind(rules, Place::Start, 0, 0, 0)
    }

    /// A parser for a text that goes on at a place behind so many bytes, lines and events.
    pub(in crate::event) fn behind(rules: Rules, place: Place, bytes: u64, lines: u64, events: u64) -> Self {
        Self {
            rules,
            tokens: EventTokens::new(),
            checked: CheckedEvent::new(),
            ignored: Ignored::default(),
            place,
            at: 0,
            before: bytes,
            line: lines + 1,
            index: events,
            event: 0..0,
            keys: Vec::new(),
        }
    }

    /// The next event in the window. `complete` says that the text ends where the window does.
    ///
    /// After an error there is nothing more to be had.
    pub(in crate::event) fn next(&mut self, window: Window<'_>, complete: bool) -> Result<Found, JsonError> {
        loop {
            let step = match self.place {
                Place::Start => self.start(window.bytes, complete),
                Place::Outermost => self.outermost(window, complete),
                Place::Element { array, next } => self.element(window, complete, array, next),
                Place::Member { next } => self.member(window.bytes, complete, next),
            };
            match step {
                Ok(None) => {}
                Ok(Some(found)) => return Ok(found),
                Err(Halt::Fatal(error)) => return Err(error),
                Err(Halt::NeedsMore) if window.bytes.len() - self.at > self.rules.limits.event_bytes => {
                    return Err(self.too_large());
                }
                Err(Halt::NeedsMore) => return Ok(Found::NeedsMore),
            }
        }
    }

    /// The event of the last [`Found::Event`], out of the same window.
    pub(in crate::event) fn row<'a>(&'a self, window: Window<'a>) -> EventRow<'a> {
        // Checked to be UTF-8 when the event was found.
        self.checked.row(&self.tokens, window.text(self.event.clone()).unwrap_or_default())
    }

    /// How much of the window is done with. The window may then start there.
    pub(in crate::event) fn advance_window(&mut self) -> usize {
        let done = std::mem::take(&mut self.at);
        self.before += done as u64;
        done
    }

    /// Events so far, refused ones included.
    pub(in crate::event) fn events(&self) -> u64 {
        self.index
    }

    /// How far the window is done with.
    pub(in crate::event) fn position(&self) -> usize {
        self.at
    }

    /// Whether an outermost value comes next, or the end.
    pub(in crate::event) fn is_between_events(&self) -> bool {
        self.place == Place::Outermost
    }

    /// Line breaks before the place at hand.
    pub(in crate::event) fn lines(&self) -> u64 {
        self.line - 1
    }

    /// The keys ignored since this was asked for last.
    pub(in crate::event) fn take_ignored(&mut self) -> Ignored {
        std::mem::take(&mut self.ignored)
    }

    /// The keys ignored so far.
    pub(in crate::event) fn ignored(&self) -> &Ignored {
        &self.ignored
    }

    pub(in crate::event) fn into_ignored(self) -> Ignored {
        self.ignored
    }

    fn start(&mut self, window: &[u8], complete: bool) -> Result<Option<Found>, Halt> {
        if window.len() < BYTE_ORDER_MARK.len() && BYTE_ORDER_MARK.starts_with(window) && !complete {
            return Err(Halt::NeedsMore);
        }
        if window.starts_with(BYTE_ORDER_MARK) {
            self.at = BYTE_ORDER_MARK.len();
        }
        self.place = Place::Outermost;
        Ok(None)
    }

    fn outermost(&mut self, window: Window<'_>, complete: bool) -> Result<Option<Found>, Halt> {
        self.go_to_text(window.bytes);
        match window.bytes.get(self.at) {
            None if complete => Ok(Some(Found::End)),
            None => Err(Halt::NeedsMore),
            Some(b'[') => {
                self.go_to(window.bytes, self.at + 1);
                self.place = Place::Element { array: Array::Outermost, next: Next::ItemOrEnd };
                Ok(None)
            }
            Some(b'{') => self.event(window, complete, None),
            Some(_) => {
                let refusal = (None, EventProblem::NotAnObject);
                self.give_up(window.bytes, refusal, after_outermost(window.bytes, self.at, complete))
            }
        }
    }

    fn element(
        &mut self,
        window: Window<'_>,
        complete: bool,
        array: Array,
        next: Next,
    ) -> Result<Option<Found>, Halt> {
        let byte = self.next_byte(window.bytes, complete)?;
        match (next, byte) {
            (Next::ItemOrEnd | Next::CommaOrEnd, b']') => {
                self.go_to(window.bytes, self.at + 1);
                self.place = match array {
                    Array::Outermost => Place::Outermost,
                    Array::OfEvents => Place::Member { next: Next::CommaOrEnd },
                };
                Ok(None)
            }
            (Next::CommaOrEnd, b',') => {
                self.go_to(window.bytes, self.at + 1);
                self.place = Place::Element { array, next: Next::Item };
                Ok(None)
            }
            (Next::CommaOrEnd, _) => {
                Err(self.expected("a comma or the closing bracket of the array of events"))
            }
            (Next::Item | Next::ItemOrEnd, b'{') => self.event(window, complete, Some(array)),
            (Next::Item | Next::ItemOrEnd, b',' | b']' | b'}') => Err(self.expected("an event")),
            (Next::Item | Next::ItemOrEnd, _) => {
                let refusal = (None, EventProblem::NotAnObject);
                let end = self.in_array(window.bytes, complete)?;
                self.place = Place::Element { array, next: Next::CommaOrEnd };
                self.give_up(window.bytes, refusal, Some(end))
            }
        }
    }

    /// The object at hand: an event, or the outermost object that holds `events`.
    fn event(
        &mut self,
        whole: Window<'_>,
        complete: bool,
        array: Option<Array>,
    ) -> Result<Option<Found>, Halt> {
        let window = whole.bytes;
        let start = self.at;
        let refusal = match self.tokens.scan(&window[start..], array.is_none()) {
            Ok(_) if self.tokens.events && array.is_none() => {
                self.go_to(window, start + 1);
                self.keys.clear();
                self.place = Place::Member { next: Next::Item };
                return Ok(None);
            }
            Ok(length) if length > self.rules.limits.event_bytes => {
                return Err(Halt::Fatal(self.too_large()));
            }
            Ok(length) => return Ok(Some(self.check(whole, start + length, array))),
            Err(Stop::Incomplete) if !complete => return Err(Halt::NeedsMore),
            Err(Stop::Incomplete) => EventProblem::Syntax { at: window.len() - start, expected: ENDS },
            Err(Stop::Syntax { at, expected }) => EventProblem::Syntax { at, expected },
        };
        let field = self
            .tokens
            .open
            .map(|key| String::from_utf8_lossy(&name(&window[start..], key)).into_owned().into_boxed_str());
        let Some(array) = array else {
            return self.give_up(window, (field, refusal), after_outermost(window, start, complete));
        };
        let end = self.in_array(window, complete)?;
        self.place = Place::Element { array, next: Next::CommaOrEnd };
        self.give_up(window, (field, refusal), Some(end))
    }

    /// Where the broken element of an array ends.
    fn in_array(&self, window: &[u8], complete: bool) -> Result<usize, Halt> {
        match after_element(window, self.at) {
            Some(end) => Ok(end),
            None if complete => {
                let problem = JsonProblem::Expected("the rest of the array of events");
                Err(self.fatal(window, window.len() - self.at, problem))
            }
            None => Err(Halt::NeedsMore),
        }
    }

    fn check(&mut self, window: Window<'_>, end: usize, array: Option<Array>) -> Found {
        let (start, line) = (self.at, self.line);
        let checked = match window.text(start..end) {
            Ok(text) => self.checked.check(&self.rules, &mut self.tokens, text).map(|()| text),
            Err(error) => Err((None, EventProblem::NotUtf8 { at: error.valid_up_to() })),
        };
        let found = match checked {
            Ok(text) => {
                for name in unknown_names(&self.tokens, text) {
                    self.ignored.count(&name);
                }
                self.event = start..end;
                Found::Event
            }
            Err((field, problem)) => {
                Found::Refused(EventError { index: self.index, line: Some(line), field, problem }, start..end)
            }
        };
        self.index += 1;
        self.go_to(window.bytes, end);
        if let Some(array) = array {
            self.place = Place::Element { array, next: Next::CommaOrEnd };
        }
        found
    }

    /// Refuses what is at hand up to `end`, which is unknown where the window is too small.
    fn give_up(
        &mut self,
        window: &[u8],
        (field, problem): Refusal,
        end: Option<usize>,
    ) -> Result<Option<Found>, Halt> {
        let end = end.ok_or(Halt::NeedsMore)?;
        let error = EventError { index: self.index, line: Some(self.line), field, problem };
        let raw = self.at..end;
        self.index += 1;
        self.go_to(window, end);
        Ok(Some(Found::Refused(error, raw)))
    }

    fn member(&mut self, window: &[u8], complete: bool, next: Next) -> Result<Option<Found>, Halt> {
        let byte = self.next_byte(window, complete)?;
        match (next, byte) {
            (Next::CommaOrEnd | Next::ItemOrEnd, b'}') => {
                self.go_to(window, self.at + 1);
                self.place = Place::Outermost;
            }
            (Next::CommaOrEnd, b',') => {
                self.go_to(window, self.at + 1);
                self.place = Place::Member { next: Next::Item };
            }
            (Next::CommaOrEnd, _) => {
                return Err(self.expected("a comma or the closing brace of the object with `events`"));
            }
            (Next::Item | Next::ItemOrEnd, _) => match self.key(window) {
                Ok(()) => {}
                Err(KeyStop::Scan(Stop::Incomplete)) if !complete => return Err(Halt::NeedsMore),
                Err(KeyStop::Scan(Stop::Incomplete)) => {
                    return Err(self.fatal(window, window.len() - self.at, JsonProblem::Expected(ENDS)));
                }
                Err(KeyStop::Scan(Stop::Syntax { at, expected })) => {
                    return Err(self.fatal(window, at, JsonProblem::Expected(expected)));
                }
                Err(KeyStop::Rule(problem)) => return Err(Halt::Fatal(self.here(problem))),
            },
        }
        Ok(None)
    }

    /// Goes past a key of the outermost object and its value, or into the array of events.
    fn key(&mut self, window: &[u8]) -> Result<(), KeyStop> {
        let bytes = &window[self.at..];
        let mut scanner = Scanner::new(bytes);
        let key = scanner.text()?;
        scanner.punctuation(b':', "a colon")?;
        let name = name(bytes, key);
        let name = String::from_utf8_lossy(&name);
        let of_events = *name == *EVENTS;
        if of_events {
            if scanner.peek()? != b'[' {
                return Err(KeyStop::Rule(JsonProblem::EventsNotAnArray));
            }
            scanner.at += 1;
        } else {
            scanner.value()?;
        }
        if let Some(column) = column(name.as_bytes()) {
            return Err(KeyStop::Rule(JsonProblem::FieldBesideEvents(column.name())));
        }
        if self.keys.iter().any(|known| **known == *name) {
            return Err(KeyStop::Rule(JsonProblem::Repeated(name.into())));
        }
        if self.keys.len() > MAX_KEYS_BESIDE_EVENTS {
            return Err(KeyStop::Rule(JsonProblem::TooManyKeys { limit: MAX_KEYS_BESIDE_EVENTS }));
        }
        self.keys.push(Box::from(&*name));
        self.place = if of_events {
            Place::Element { array: Array::OfEvents, next: Next::ItemOrEnd }
        } else {
            self.ignored.count(&name);
            Place::Member { next: Next::CommaOrEnd }
        };
        self.go_to(window, self.at + scanner.at);
        Ok(())
    }

    /// The next byte that is no whitespace, within brackets: there must be one.
    fn next_byte(&mut self, window: &[u8], complete: bool) -> Result<u8, Halt> {
        self.go_to_text(window);
        match window.get(self.at) {
            Some(&byte) => Ok(byte),
            None if complete => Err(self.expected(ENDS)),
            None => Err(Halt::NeedsMore),
        }
    }

    fn go_to_text(&mut self, window: &[u8]) {
        let mut scanner = Scanner::new(&window[self.at..]);
        scanner.whitespace();
        self.go_to(window, self.at + scanner.at);
    }

    fn go_to(&mut self, window: &[u8], position: usize) {
        self.line += newlines(&window[self.at..position]);
        self.at = position;
    }

    fn expected(&self, expected: &'static str) -> Halt {
        Halt::Fatal(self.here(JsonProblem::Expected(expected)))
    }

    fn too_large(&self) -> JsonError {
        self.here(JsonProblem::TooLarge { limit: self.rules.limits.event_bytes })
    }

    fn here(&self, problem: JsonProblem) -> JsonError {
        JsonError { offset: self.before + self.at as u64, line: self.line, problem }
    }

    /// An error `ahead` bytes from here.
    fn fatal(&self, window: &[u8], ahead: usize, problem: JsonProblem) -> Halt {
        let position = self.at + ahead;
        let line = self.line + newlines(&window[self.at..position]);
        Halt::Fatal(JsonError { offset: self.before + position as u64, line, problem })
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// Why a key of the outermost object did not do.
enum KeyStop {
    Scan(Stop),
    Rule(JsonProblem),
}

impl From<Stop> for KeyStop {
    fn from(stop: Stop) -> Self {
        Self::Scan(stop)
    }
}
