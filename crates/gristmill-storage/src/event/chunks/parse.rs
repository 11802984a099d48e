//! A block of text into a chunk.

use super::RefusedEvent;
use super::cut::{Block, BlockEnd};
use crate::event::json::{Found, Parser, Place, Rules, Window};
use crate::event::{Ignored, JsonError};
use crate::segment::{SegmentBuilder, SegmentError};

/// What a block holds, where it begins between two events.
#[derive(Debug)]
pub(super) struct ParsedBlock {
    pub(super) block: Block,
    pub(super) gathered: Gathered,
    pub(super) ignored: Ignored,
    /// Events, refused ones included.
    pub(super) events: u64,
    /// Line breaks.
    pub(super) lines: u64,
    pub(super) outcome: Outcome,
}

/// Events of one piece of text: those taken, and those refused.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) rows: SegmentBuilder,
    pub(super) refused: Vec<RefusedEvent>,
}

/// How the parsing of a block ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Between two events, just where the next block begins or the text ends.
    Clean,
    /// Within something: what was found says nothing, and the text must be parsed as one from this block on.
    Open,
    /// The text around the events is wrong.
    Json(JsonError),
    /// The events do not fit.
    Full(SegmentError),
}

/// How [`gather`] ended.
pub(super) enum Stop {
    NeedsMore,
    End,
}

/// Why [`gather`] ended.
pub(super) enum Halt {
    Json(JsonError),
    Full(SegmentError),
}

impl ParsedBlock {
    /// A block of a text that must be parsed as one.
    pub(super) fn unparsed(block: Block) -> Self {
        let (gathered, ignored) = (Gathered::default(), Ignored::default());
        Self { block, gathered, ignored, events: 0, lines: 0, outcome: Outcome::Open }
    }
}

/// Parses a block as if it began between two events.
pub(super) fn parse(rules: Rules, block: Block) -> ParsedBlock {
    let place = if block.first { Place::Start } else { Place::Outermost };
    let mut parser = Parser::behind(rules, place, 0, 0, 0);
    let mut gathered = Gathered::default();
    let outcome = match gather(&mut parser, block.window(), block.end == BlockEnd::Text, &mut gathered) {
        Ok(Stop::End) => Outcome::Clean,
        // What the source breaks off in is not told: its error is.
        Ok(Stop::NeedsMore) if block.end == BlockEnd::Broken => Outcome::Clean,
        Ok(Stop::NeedsMore) if parser.is_between_events() && parser.position() == block.length => {
            Outcome::Clean
        }
        Ok(Stop::NeedsMore) => Outcome::Open,
        Err(Halt::Json(error)) => Outcome::Json(error),
        Err(Halt::Full(error)) => Outcome::Full(error),
    };
    let (events, lines) = (parser.events(), parser.lines());
    ParsedBlock { block, gathered, ignored: parser.into_ignored(), events, lines, outcome }
}

/// Takes every event in a window.
pub(super) fn gather(
    parser: &mut Parser,
    window: &[u8],
    complete: bool,
    gathered: &mut Gathered,
) -> Result<Stop, Halt> {
    let window = Window::checked(window);
    loop {
        match parser.next(window, complete).map_err(Halt::Json)? {
            Found::Event => gathered.rows.push(&parser.row(window)).map_err(Halt::Full)?,
            Found::Refused(error, raw) => {
                gathered.refused.push(RefusedEvent { error, raw: window.bytes[raw].to_vec() });
            }
            Found::NeedsMore => return Ok(Stop::NeedsMore),
            Found::End => return Ok(Stop::End),
        }
    }
}
