//! `gristmill token revoke`.

use super::{organizations, rights};
use crate::failure::Failure;
use crate::output::say;
use crate::render::printable;
use crate::settings::TokenRevokeSettings;

pub(super) fn run(settings: &TokenRevokeSettings) -> Result<(), Failure> {
    let revoked = settings.keeping.file.revoke(&settings.id).map_err(|error| Failure::in_tokens(&error))?;
    if !settings.quiet {
        let (rights, organizations) = (rights(&revoked), organizations(&revoked));
        say(&printable(&format!("revoked token {}: {rights} for {organizations}", revoked.id)));
    }
    Ok(())
}
