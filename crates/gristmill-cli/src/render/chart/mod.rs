//! Charts drawn with block and braille characters.

mod axis;
mod bars;
mod blocks;
mod braille;
mod ink;
mod scale;
mod series;
mod spread;
mod timeline;

pub(crate) use axis::Unit;
pub(crate) use ink::Ink;

use crate::render::Sheet;
use console::truncate_str;
use series::Picture;
use std::io::{self, Write};

/// What to draw of a sheet, and how.
#[derive(Debug)]
pub(crate) struct Chart<'a> {
    /// The answer.
    pub(crate) sheet: &'a Sheet<'a>,
    /// The position of the metric's column.
    pub(crate) metric: usize,
    /// What the chart shows, for the line above it.
    pub(crate) title: String,
    /// Every bucket of the interval in the order of time, by its label. Empty when they are too many to list: then only
    /// those of the answer are drawn.
    pub(crate) buckets: Vec<String>,
    /// What the labels of neighbouring buckets differ by.
    pub(crate) unit: Unit,
    /// Columns of the terminal.
    pub(crate) width: usize,
    /// Whether there is colour.
    pub(crate) ink: Ink,
}

impl Chart<'_> {
    /// Draws bars over time when the answer has several buckets, and one bar for each row when it has one.
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let lines = match Picture::of(self) {
            Picture::Nothing => vec!["Nothing to draw: the answer has no rows.".to_owned()],
            Picture::Bars(bars) => bars::draw(&bars, self.width, self.ink),
            Picture::Timeline { labels, series } => {
                timeline::draw(&labels, &series, self.unit, self.width, self.ink)
            }
        };
        writeln!(out, "{}", self.ink.strong(&truncate_str(&self.title, self.width, "…")))?;
        for line in lines {
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
