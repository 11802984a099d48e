//! A fetch made executable: what does not depend on the segment is worked out once.

use crate::exec::{ExecError, ExecOptions, Needs};
use crate::filter::{Compiled, Matcher};
use crate::request::{Fetch, Test};
use crate::time::{Bucketer, Granularity};
use gristmill_storage::event::Source;
use gristmill_storage::schema::Dimension;

/// A fetch made executable.
#[derive(Debug)]
pub(crate) struct Plan<'f> {
    pub(crate) fetch: &'f Fetch,
    pub(crate) options: &'f ExecOptions,
    /// The filter, with the restriction on sources in it.
    pub(crate) filter: Compiled,
    pub(crate) bucketer: Bucketer,
    pub(crate) needs: Needs,
}

impl<'f> Plan<'f> {
    pub(crate) fn new(fetch: &'f Fetch, options: &'f ExecOptions) -> Result<Self, ExecError> {
        let filter = Compiled::and(vec![sources(&fetch.sources)?, Compiled::new(&fetch.filter)?]);
        Ok(Self {
            fetch,
            options,
            filter,
            bucketer: Bucketer::new(fetch.granularity, fetch.zone, fetch.interval),
            needs: Needs::of(&fetch.metrics),
        })
    }

    /// Whether rows have to be looked at: without filter, bucket, group or value, ranges of rows are counted.
    pub(crate) fn looks_at_rows(&self) -> bool {
        !matches!(self.filter, Compiled::True)
            || self.fetch.granularity != Granularity::All
            || !self.fetch.group_by.is_empty()
            || !self.needs.uniq.is_empty()
            || !self.needs.states.is_empty()
            || self.needs.values()
    }
}

fn sources(sources: &[Source]) -> Result<Compiled, ExecError> {
    if Source::ALL.iter().all(|source| sources.contains(source)) {
        return Ok(Compiled::True);
    }
    let names = sources.iter().map(|source| Some(source.name().to_owned())).collect();
    Ok(Compiled::dimension(Dimension::Source, Matcher::new(&Test::Texts(names))?))
}
