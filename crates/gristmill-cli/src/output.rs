//! Where data goes: stdout, or a file. Where talk goes: stderr.

use crate::failure::Failure;
use std::io::{self, BufWriter, Write};

/// Bytes written at once.
const BUFFER: usize = 1 << 18;

/// Writes data to stdout and makes sure that all of it arrived.
pub(crate) fn to_stdout(
    write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut out = BufWriter::with_capacity(BUFFER, io::stdout());
    write(&mut out).and_then(|()| out.flush()).map_err(|error| Failure::output("stdout", &error))
}

/// Says something on stderr. A closed stderr is nothing to fail for.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
