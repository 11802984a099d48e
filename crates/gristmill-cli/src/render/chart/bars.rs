//! One bar for each row of an answer of one bucket.

use super::Ink;
use super::series::Bar;
use crate::render::number::{Decimals, count, whole};
use console::{measure_text_width, truncate_str};

/// So many bars are drawn; the rest is named by its number.
const MOST_BARS: usize = 40;
/// So many columns at least go to the bars, however long the names beside them are.
const NARROWEST: usize = 8;

const RIGHTWARD: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// The lines of the chart, in the order of the answer.
pub(super) fn draw(bars: &[Bar], width: usize, ink: Ink) -> Vec<String> {
    let drawn = &bars[..bars.len().min(MOST_BARS)];
    let numbers = || drawn.iter().filter_map(|bar| bar.value);
    let decimals = if numbers().all(|number| number.fract() == 0.0 && number.abs() < 1e15) {
        Decimals::Fixed(0)
    } else {
        Decimals::for_numbers(numbers())
    };
    let values: Vec<String> = drawn
        .iter()
        .map(|bar| bar.value.map_or_else(|| "null".to_owned(), |number| decimals.format(number)))
        .collect();
    let value_width = values.iter().map(String::len).max().unwrap_or(0);
    let name_limit = width.saturating_sub(value_width + NARROWEST + 3).clamp(4, (width / 2).max(4));
    let names: Vec<String> =
        drawn.iter().map(|bar| truncate_str(&bar.label, name_limit, "…").into_owned()).collect();
    let name_width = names.iter().map(|name| measure_text_width(name)).max().unwrap_or(0);
    let field = Field::new(numbers(), width.saturating_sub(name_width + value_width + 3).max(NARROWEST));

    let mut lines: Vec<String> = (0..drawn.len())
        .map(|at| {
            let padding = " ".repeat(name_width - measure_text_width(&names[at]));
            let (left, right) = field.draw(drawn[at].value.unwrap_or(0.0));
            format!(
                "{}{padding} {}{}{} {}",
                names[at],
                ink.series(0, &left),
                ink.faint("│"),
                ink.series(0, &right),
                values[at]
            )
        })
        .collect();
    if bars.len() > drawn.len() {
        lines.push(ink.faint(&format!("and {} more rows", count((bars.len() - drawn.len()) as u64))));
    }
    lines
}

/// Columns on both sides of zero, and what a column is worth.
struct Field {
    left: usize,
    right: usize,
    per_column: f64,
}

impl Field {
    fn new(numbers: impl Iterator<Item = f64>, width: usize) -> Self {
        let (mut low, mut high) = (0.0_f64, 0.0_f64);
        numbers.for_each(|number| (low, high) = (low.min(number), high.max(number)));
        // Each end apart, since their distance may be beyond the largest number.
        let per_column = high / width as f64 - low / width as f64;
        if per_column <= 0.0 {
            return Self { left: 0, right: width, per_column: 1.0 };
        }
        let left = whole((-low / per_column).ceil()).min(width);
        Self { left, right: width - left, per_column }
    }

    /// The columns left and right of zero; the left ones are filled up with blanks.
    fn draw(&self, number: f64) -> (String, String) {
        let columns = number.abs() / self.per_column;
        if number < 0.0 {
            // Unicode has only a half that starts at the right.
            let halves = whole((columns * 2.0).round()).clamp(1, self.left * 2);
            let bar = if halves % 2 == 1 { "▐" } else { "" }.to_owned() + &"█".repeat(halves / 2);
            return (" ".repeat(self.left - halves.div_ceil(2)) + &bar, String::new());
        }
        let least = usize::from(number > 0.0);
        let eighths = whole((columns * 8.0).round()).clamp(least, (self.right * 8).max(least));
        (" ".repeat(self.left), "█".repeat(eighths / 8) + RIGHTWARD[eighths % 8])
    }
}
