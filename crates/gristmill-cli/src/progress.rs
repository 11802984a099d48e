//! How far a long command has come, on stderr when that is a terminal.

use crate::render::{count, whole};
use crate::terminal;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt;
use std::io::{self, Read};
use std::time::Duration;

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Measure {
    /// Bytes of input; `None` where their number is not known.
    Bytes(Option<u64>),
    /// Events.
    Events(u64),
}

/// A bar, or nothing where nobody looks.
pub(crate) fn bar(measure: Measure, quiet: bool) -> ProgressBar {
    if quiet || !terminal::stderr_is_terminal() {
        return ProgressBar::hidden();
    }
    let (length, template) = match measure {
        Measure::Bytes(Some(bytes)) => (Some(bytes), BYTES),
        Measure::Bytes(None) => (None, BYTES_UNKNOWN),
        Measure::Events(events) => (Some(events), EVENTS),
    };
    let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let rate = |state: &ProgressState, out: &mut dyn fmt::Write| {
        // A rate that cannot be written is not shown.
        let _ = out.write_str(&count(whole(state.per_sec()) as u64));
    };
    bar.set_style(style.with_key("rate", rate).progress_chars("━╸─"));
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

const BYTES: &str =
    "{bar:30} {percent:>3}%  {binary_bytes} of {binary_total_bytes}  {binary_bytes_per_sec}  {eta} left{msg}";
const BYTES_UNKNOWN: &str = "{spinner} {binary_bytes}  {binary_bytes_per_sec}{msg}";
const EVENTS: &str = "{bar:30} {percent:>3}%  {human_pos} of {human_len} events  {rate} a second  {eta} left";

/// A reader that counts what is read of it.
#[derive(Debug)]
pub(crate) struct Counted<R> {
    pub(crate) inner: R,
    pub(crate) bar: ProgressBar,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bar.inc(read as u64);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_sound() {
        for template in [BYTES, BYTES_UNKNOWN, EVENTS] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }
}
