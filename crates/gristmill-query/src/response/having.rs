//! `having`: which rows of an answer are given.

use crate::exec::{ExecError, Merged, Value, Values};
use crate::filter::{Matcher, NumberMatcher};
use crate::narrow;
use crate::request::{Fetch, Having, InstantTest};
use crate::response::MetricColumn;

/// The rows that are given, rising; `None` where all are.
pub(crate) fn rows(
    fetch: &Fetch,
    merged: &Merged,
    metrics: &[MetricColumn],
) -> Result<Option<Vec<u32>>, ExecError> {
    if fetch.having == Having::True {
        return Ok(None);
    }
    let keep = Answered { fetch, merged, metrics }.matches(&fetch.having)?;
    Ok(Some((0..narrow::id(merged.len())).filter(|row| keep[*row as usize]).collect()))
}

/// The columns of an answer that is not in order yet.
struct Answered<'a> {
    fetch: &'a Fetch,
    merged: &'a Merged,
    metrics: &'a [MetricColumn],
}

impl Answered<'_> {
    /// Whether each row matches.
    fn matches(&self, having: &Having) -> Result<Vec<bool>, ExecError> {
        let rows = self.merged.len();
        Ok(match having {
            Having::True => vec![true; rows],
            Having::False => vec![false; rows],
            Having::And(fields) => self.joined(fields, true, |all, one| *all &= one)?,
            Having::Or(fields) => self.joined(fields, false, |any, one| *any |= one)?,
            Having::Not(field) => self.matches(field)?.into_iter().map(|matches| !matches).collect(),
            Having::Group(dimension, test) => {
                let matcher = Matcher::new(test)?;
                let at = self.fetch.group_by.iter().position(|grouped| grouped == dimension);
                // A checked fetch asks about grouped dimensions only.
                at.and_then(|at| self.merged.groups.get(at))
                    .map_or_else(|| vec![false; rows], |(ids, values)| of_groups(&matcher, ids, values))
            }
            Having::Metric(at, test) => {
                let matcher = NumberMatcher::new(test);
                (0..rows).map(|row| matcher.matches(self.metrics[*at].number(row))).collect()
            }
            Having::Timestamp(InstantTest::Within(ranges)) => {
                let within = |start: &i64| ranges.iter().any(|range| range.contains(start));
                self.merged.starts.iter().map(within).collect()
            }
        })
    }

    fn joined(
        &self,
        fields: &[Having],
        neutral: bool,
        join: impl Fn(&mut bool, bool),
    ) -> Result<Vec<bool>, ExecError> {
        let mut joined = vec![neutral; self.merged.len()];
        for field in fields {
            joined.iter_mut().zip(self.matches(field)?).for_each(|(all, one)| join(all, one));
        }
        Ok(joined)
    }
}

/// Whether the value of each group matches; each value is asked about once.
fn of_groups(matcher: &Matcher, ids: &[u32], values: &Values) -> Vec<bool> {
    let mut known: Vec<Option<bool>> = vec![None; values.len()];
    let mut matches = |id: u32| {
        *known[id as usize].get_or_insert_with(|| match values.get(id) {
            Value::Null => matcher.matches(None),
            Value::Text(text) => matcher.matches(Some(text)),
            Value::Integer(integer) => matcher.matches_integer(integer),
        })
    };
    ids.iter().map(|id| matches(*id)).collect()
}
