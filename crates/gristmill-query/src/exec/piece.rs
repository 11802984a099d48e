//! Pieces of a segment's rows that threads scan on their own.

use super::prepare::{Prepared, Span};
use crate::time::Bucketer;
use gristmill_storage::segment::RunTimes;
use std::ops::Range;

/// Some rows of each of some spans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Spans by their position, rising, each with rows.
    pub(crate) parts: Vec<Part>,
}

/// Some rows of one span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Position of the span.
    pub(crate) span: usize,
    /// The rows, at least one.
    pub(crate) rows: Range<u32>,
}

impl Piece {
    /// How many rows.
    pub(crate) fn rows(&self) -> u64 {
        self.parts.iter().map(|part| part.rows.len() as u64).sum()
    }
}

/// All rows of some spans, cut into pieces of about `piece_rows` rows each, in their order.
pub(crate) fn by_rows(spans: &[Span], piece_rows: u64) -> Vec<Piece> {
    let piece_rows = u32::try_from(piece_rows.max(1)).unwrap_or(u32::MAX);
    let mut pieces = Vec::new();
    let mut piece = Piece::default();
    let mut room = piece_rows;
    for (span, rows) in spans.iter().map(|span| &span.rows).enumerate() {
        let mut start = rows.start;
        while start < rows.end {
            let end = rows.end.min(start.saturating_add(room));
            piece.parts.push(Part { span, rows: start..end });
            room -= end - start;
            start = end;
            if room == 0 {
                pieces.push(std::mem::take(&mut piece));
                room = piece_rows;
            }
        }
    }
    if !piece.parts.is_empty() {
        pieces.push(piece);
    }
    pieces
}

/// All rows of a prepared segment, cut between buckets into about `count` pieces, in the order of time: no bucket has
/// rows in two of them. None where there are no timestamps.
pub(crate) fn by_buckets(prepared: &Prepared<'_>, bucketer: &Bucketer, count: u64) -> Vec<Piece> {
    let times: Option<Vec<RunTimes<'_>>> =
        (0..prepared.spans.len()).map(|span| prepared.times(span)).collect();
    // The longest span stands for all of them.
    let longest = prepared.spans.iter().map(|span| &span.rows).zip(times.iter().flatten());
    let Some((longest, of_longest)) = longest.max_by_key(|(rows, _)| rows.len()) else { return Vec::new() };
    let mut cursor = bucketer.cursor();
    let count = count.clamp(1, longest.len() as u64);
    let mut cuts: Vec<i64> = (1..count)
        .map(|at| {
            let row = u64::from(longest.start) + longest.len() as u64 * at / count;
            cursor.bucket_of(of_longest.get(u32::try_from(row).unwrap_or(u32::MAX))).start
        })
        .collect();
    cuts.dedup();
    let mut rest: Vec<Range<u32>> = prepared.spans.iter().map(|span| span.rows.clone()).collect();
    let mut pieces = Vec::new();
    for cut in cuts.into_iter().map(Some).chain([None]) {
        let mut parts = Vec::new();
        for ((span, rows), times) in rest.iter_mut().enumerate().zip(times.iter().flatten()) {
            let end = cut.map_or(rows.end, |cut| times.first_at_or_after(rows.clone(), cut));
            if end > rows.start {
                parts.push(Part { span, rows: rows.start..end });
                rows.start = end;
            }
        }
        if !parts.is_empty() {
            pieces.push(Piece { parts });
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::super::value_form::ValueForm;
    use super::*;

    fn ranges(pieces: &[Piece]) -> Vec<Vec<Range<u32>>> {
        pieces.iter().map(|piece| piece.parts.iter().map(|part| part.rows.clone()).collect()).collect()
    }

    #[test]
    fn pieces_hold_every_row_once_and_in_order() {
        let spans = [0..10, 20..25, 30..31].map(|rows| Span { rows, values: ValueForm::Absent });
        let all = vec![0..10, 20..25, 30..31];
        assert_eq!(ranges(&by_rows(&spans, u64::MAX)), [all]);
        assert_eq!(ranges(&by_rows(&spans, 12)), [vec![0..10, 20..22], vec![22..25, 30..31]]);
        assert_eq!(ranges(&by_rows(&spans, 5)).concat(), [0..5, 5..10, 20..25, 30..31]);
        assert_eq!(by_rows(&spans, 0).len(), 16);
        assert_eq!(by_rows(&[], 5), []);
    }
}
