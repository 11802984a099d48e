//! `sources`: whose events count.

use crate::request::error::FetchError;
use crate::request::json::Object;
use gristmill_storage::event::Source;

/// The sources in the order of [`Source::ALL`]; all of them where none is named.
pub(super) fn check(request: &Object<'_, '_>) -> Result<Vec<Source>, FetchError> {
    let mut wanted = [false; Source::ALL.len()];
    if let Some(list) = request.get("sources") {
        for json in list.items("a list of sources")? {
            let name = json.text("a source")?;
            let Some(at) = Source::ALL.iter().position(|source| source.name() == name) else {
                return Err(json.unknown("source", &name, &Source::ALL.map(Source::name)));
            };
            wanted[at] = true;
        }
    }
    let all = !wanted.contains(&true);
    Ok(Source::ALL
        .into_iter()
        .zip(wanted)
        .filter(|&(_, named)| named || all)
        .map(|(source, _)| source)
        .collect())
}
