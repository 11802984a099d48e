//! What an answer says besides its rows.

use crate::output::say;
use crate::render::printable;
use gristmill::response::Answer;

/// Tells on stderr what is odd about an answer, and what is missing from it.
pub(super) fn tell(answer: &Answer) {
    for warning in answer.warnings() {
        say(&format!("warning: {}", printable(warning)));
    }
    for missing in answer.missing() {
        say(&format!("warning: up to {} rows are missing: {}", missing.rows, printable(&missing.reason)));
    }
}
