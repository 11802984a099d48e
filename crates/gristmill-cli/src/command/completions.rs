//! `gristmill completions`: a script that teaches a shell the commands and flags.

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::output::to_stdout;
use clap::CommandFactory;
use clap_complete::Shell;

pub(crate) fn run(shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "gristmill", &mut script);
    to_stdout(|out| out.write_all(&script))
}
