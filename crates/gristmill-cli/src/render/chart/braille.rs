//! A line of braille dots, two a column and four a row, for more buckets than columns.

use super::spread::Spread;
use crate::render::number::whole;
use std::cmp::Ordering;

/// Dots of a character by column and by row from the top.
const DOTS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
/// The braille character without dots.
const BLANK: u32 = 0x2800;

/// The rows from the top to the bottom. Where several buckets share a column of dots, the line goes from their smallest
/// to their largest value; where a column has no value, it breaks.
pub(super) fn draw(values: &[Option<f64>], spread: Spread, low: f64, high: f64, rows: usize) -> Vec<String> {
    let mut canvas = vec![vec![0_u8; spread.width]; rows];
    let top = (rows * 4).saturating_sub(1);
    // Halved, since the distance of the ends may be beyond the largest number.
    let height = |value: f64| {
        let share = (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
        whole((share * top as f64).round()).min(top)
    };
    let mut before: Option<usize> = None;
    for (column, span) in spans(values, spread).into_iter().enumerate() {
        let Some(Span { first, last, low, high }) = span else {
            before = None;
            continue;
        };
        // Up or down to the dot beside the end of the last column, so that steep lines stay connected.
        let bridge = before.map_or(height(first), |before| match before.cmp(&height(first)) {
            Ordering::Less => before + 1,
            Ordering::Equal => before,
            Ordering::Greater => before - 1,
        });
        let (from, to) = (height(low).min(bridge), height(high).max(bridge));
        for dot in from..=to {
            let from_top = top - dot;
            canvas[from_top / 4][column / 2] |= DOTS[column % 2][from_top % 4];
        }
        before = Some(height(last));
    }
    canvas.iter().map(|row| row.iter().map(|&dots| braille(dots)).collect()).collect()
}

/// What the buckets of one column of dots have.
#[derive(Clone, Copy)]
struct Span {
    first: f64,
    last: f64,
    low: f64,
    high: f64,
}

fn spans(values: &[Option<f64>], spread: Spread) -> Vec<Option<Span>> {
    let mut spans: Vec<Option<Span>> = vec![None; spread.width * 2];
    for (bucket, value) in values.iter().enumerate() {
        let from = spread.column(bucket, 2);
        let to = spread.column(bucket + 1, 2).max(from + 1).min(spans.len());
        let Some(value) = *value else { continue };
        for span in &mut spans[from.min(to)..to] {
            *span = Some(span.map_or(Span { first: value, last: value, low: value, high: value }, |span| {
                Span { last: value, low: span.low.min(value), high: span.high.max(value), ..span }
            }));
        }
    }
    spans
}

fn braille(dots: u8) -> char {
    if dots == 0 { ' ' } else { char::from_u32(BLANK + u32::from(dots)).unwrap_or(' ') }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_rises_and_breaks_at_gaps() {
        let values: Vec<Option<f64>> = (0..8).map(|at| (at != 4).then_some(f64::from(at))).collect();
        assert_eq!(draw(&values, Spread::new(8, 4), 0.0, 7.0, 2), ["  ⠠⠊", "⡠⠊  "]);
    }

    #[test]
    fn buckets_that_share_a_column_span_their_values() {
        let values = [Some(0.0), Some(3.0), Some(0.0), Some(3.0)];
        assert_eq!(draw(&values, Spread::new(4, 1), 0.0, 3.0, 1), ["⣿"]);
    }

    #[test]
    fn steep_lines_stay_connected() {
        let values = [0.0, 7.0, 0.0, 0.0].map(Some);
        assert_eq!(draw(&values, Spread::new(4, 2), 0.0, 7.0, 2), ["⢸⡆", "⡸⣇"]);
    }

    #[test]
    fn extremes_do_not_panic() {
        let values = [Some(f64::MAX), None, Some(f64::MIN), Some(0.0)];
        assert_eq!(draw(&values, Spread::new(4, 2), f64::MIN, f64::MAX, 3).len(), 3);
    }
}
