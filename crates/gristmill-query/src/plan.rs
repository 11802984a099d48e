//! A fetch made executable: what does not depend on the segment is worked out once.

use crate::exec::{Account, ExecError, ExecOptions, Needs, Stop};
use crate::filter::{Compiled, Matcher};
use crate::request::{Fetch, GroupValues, Test};
use crate::time::{Bucketer, Granularity};
use gristmill_storage::event::Source;
use gristmill_storage::schema::Dimension;
use std::sync::Arc;

/// A fetch made executable.
#[derive(Debug)]
pub(crate) struct Plan<'f> {
    pub(crate) fetch: &'f Fetch,
    pub(crate) options: &'f ExecOptions,
    pub(crate) stop: Stop<'f>,
    pub(crate) account: &'f Account,
    /// Whether it is asked how the fetch is answered.
    pub(crate) explains: bool,
    /// The filter, with the restriction on sources in it.
    pub(crate) filter: Compiled,
    /// Which values of the dimension with several values make groups; absent where all do, or it is not grouped by.
    pub(crate) group_values: Option<Arc<Matcher>>,
    pub(crate) bucketer: Bucketer,
    pub(crate) needs: Needs,
}

impl<'f> Plan<'f> {
    pub(crate) fn new(
        fetch: &'f Fetch,
        options: &'f ExecOptions,
        stop: Stop<'f>,
        account: &'f Account,
        explains: bool,
    ) -> Result<Self, ExecError> {
        let group_values = group_values(fetch)?;
        let has_group =
            |matcher: &Arc<Matcher>| Compiled::dimension(Dimension::Properties, Matcher::clone(matcher));
        let filter = Compiled::and(vec![
            sources(&fetch.sources)?,
            Compiled::new(&fetch.filter)?,
            group_values.as_ref().map_or(Compiled::True, has_group),
        ]);
        Ok(Self {
            fetch,
            options,
            stop,
            account,
            explains,
            filter,
            group_values,
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

fn group_values(fetch: &Fetch) -> Result<Option<Arc<Matcher>>, ExecError> {
    if !fetch.group_by.contains(&Dimension::Properties) {
        return Ok(None);
    }
    Ok(match &fetch.group_values {
        GroupValues::All => None,
        GroupValues::Matching(test) => Some(Arc::new(Matcher::new(test)?)),
        GroupValues::Others(test) => Some(Arc::new(Matcher::Except(Box::new(Matcher::new(test)?)))),
    })
}

fn sources(sources: &[Source]) -> Result<Compiled, ExecError> {
    if Source::ALL.iter().all(|source| sources.contains(source)) {
        return Ok(Compiled::True);
    }
    let names = sources.iter().map(|source| Some(source.name().to_owned())).collect();
    Ok(Compiled::dimension(Dimension::Source, Matcher::new(&Test::Texts(names))?))
}
