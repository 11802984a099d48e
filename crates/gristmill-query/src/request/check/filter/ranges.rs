//! Tests on the timestamp, which are all ranges of instants in the end.

use super::column::ColumnFilter;
use crate::request::check::instant;
use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::json::Json;
use crate::request::{Filter, InstantTest, Limits};
use crate::time::Zone;
use gristmill_storage::schema::Column;
use std::ops::Range;

/// Any of these instants; null is none of them.
pub(super) fn at<'a, 'p>(
    values: impl Iterator<Item = Json<'a, 'p>>,
    zone: Zone,
) -> Result<Filter, FetchError> {
    let instants = values.filter(|json| !json.is_null()).map(|json| instant::comparable(&json, zone));
    let ranges = instants.map(|instant| instant.map(|at| at..at.saturating_add(1)));
    Ok(within(ranges.collect::<Result<_, _>>()?))
}

/// The instants between two limits.
pub(super) fn between(limits: &Limits<i64>) -> Filter {
    let after = |limit: i64, past: bool| if past { limit.saturating_add(1) } else { limit };
    let start = limits.lower.as_ref().map_or(i64::MIN, |limit| after(limit.value, limit.strict));
    let end = limits.upper.as_ref().map_or(i64::MAX, |limit| after(limit.value, !limit.strict));
    #[expect(clippy::single_range_in_vec_init, reason = "one range of instants, and no list of its numbers")]
    within(vec![start..end])
}

/// `{"type":"interval","dimension":"timestamp","intervals":["start/end", ..]}`, up to `most` of them.
pub(super) fn interval(
    filter: &ColumnFilter<'_, '_, '_>,
    zone: Zone,
    most: usize,
) -> Result<Filter, FetchError> {
    if filter.column != Column::Timestamp {
        let message =
            format!("interval filters test timestamp, found {}; numbers have bound", filter.column.name());
        return Err(filter.error(FetchErrorKind::Invalid, message));
    }
    let expected = "a list of \"start/end\" texts";
    let list = filter.require("intervals", expected)?;
    let ranges = list.items_up_to(most, expected)?.map(|json| range(&json, zone));
    Ok(within(ranges.collect::<Result<_, _>>()?))
}

/// The instants of one `start/end`.
fn range(json: &Json<'_, '_>, zone: Zone) -> Result<Range<i64>, FetchError> {
    let text = json.text("a \"start/end\" text")?;
    let (start, end) = text.split_once('/').ok_or_else(|| json.invalid("\"start/end\" with a slash"))?;
    if [start, end].iter().any(|part| part.starts_with(['P', 'p'])) {
        let message = "periods are not supported; expected two instants, \"start/end\"";
        return Err(json.error(FetchErrorKind::Unsupported, message));
    }
    let range = instant::parse(start, json, zone)?..instant::parse(end, json, zone)?;
    if range.start > range.end {
        return Err(json.invalid("a start that is not after the end"));
    }
    Ok(range)
}

/// Any of these ranges, put in order and joined where they touch.
pub(super) fn within(mut ranges: Vec<Range<i64>>) -> Filter {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_unstable_by_key(|range| range.start);
    ranges.dedup_by(|next, range| {
        let touches = next.start <= range.end;
        if touches {
            range.end = range.end.max(next.end);
        }
        touches
    });
    Filter::Timestamp(InstantTest::Within(ranges))
}
