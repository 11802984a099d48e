//! Upright bars of block characters, eighths of a row high.

use super::spread::Spread;
use crate::render::number::whole;

/// Rows above and below zero, and what a row is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    pub(super) above: usize,
    pub(super) below: usize,
    pub(super) per_row: f64,
}

const UPWARD: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Unicode has only an eighth and a half that hang from the top.
const DOWNWARD: [char; 9] = [' ', '▔', '▔', '▀', '▀', '▀', '▀', '█', '█'];
/// Stands where the answer has no value.
pub(super) const GAP: char = '·';

/// The rows from the top to the bottom; those above zero come first.
pub(super) fn draw(values: &[Option<f64>], spread: Spread, bar: usize, frame: Frame) -> Vec<String> {
    let above = (0..frame.above).rev().map(|level| (level, 1.0, &UPWARD));
    let below = (0..frame.below).map(|level| (level, -1.0, &DOWNWARD));
    above
        .chain(below)
        .map(|(level, sign, glyphs)| {
            let mut row = String::with_capacity(spread.width * 3);
            for value in values {
                let glyph = match value {
                    None if level == 0 => GAP,
                    None => ' ',
                    Some(value) => glyphs[eighths(value * sign, frame.per_row, level)],
                };
                row.extend(std::iter::repeat_n(glyph, bar));
                row.extend(std::iter::repeat_n(' ', spread.gap()));
            }
            row
        })
        .collect()
}

/// How many eighths of the row at `level` the value fills. The smallest value above zero is still seen.
fn eighths(value: f64, per_row: f64, level: usize) -> usize {
    if value <= 0.0 {
        return 0;
    }
    let total = (value / per_row * 8.0).round().max(1.0);
    whole((total - 8.0 * level as f64).clamp(0.0, 8.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_grow_by_eighths_and_gaps_are_marked() {
        let frame = Frame { above: 2, below: 0, per_row: 8.0 };
        let values = [Some(0.0), Some(0.01), Some(4.0), Some(8.0), Some(9.0), Some(16.0), None];
        assert_eq!(draw(&values, Spread::new(7, 7), 1, frame), ["    ▁█ ", " ▁▄███·"]);
    }

    #[test]
    fn negative_bars_hang_from_zero() {
        let frame = Frame { above: 1, below: 2, per_row: 1.0 };
        let values = [Some(1.0), Some(-1.0), Some(-1.5)];
        assert_eq!(draw(&values, Spread::new(3, 6), 1, frame), ["█     ", "  █ █ ", "    ▀ "]);
    }
}
