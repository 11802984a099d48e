//! The filters that compare with limits: `bound` and `range`.

use super::column::ColumnFilter;
use super::equality::finite;
use super::ranges;
use super::value_type::ValueType;
use crate::request::check::instant;
use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::json::Json;
use crate::request::{Bound, Filter, Limit, Limits, NumberTest, Test};
use crate::time::Zone;
use gristmill_storage::schema::Column;

/// The keys of a `bound` beside its column.
pub(super) const BOUND_KEYS: [&str; 6] =
    ["lower", "upper", "lowerStrict", "upperStrict", ORDERING, ALPHANUMERIC];

/// The keys of a `range` beside its column.
pub(super) const RANGE_KEYS: [&str; 5] = ["lower", "upper", "lowerOpen", "upperOpen", "matchValueType"];

const ORDERING: &str = "ordering";

/// What Druid had before it had `ordering`.
const ALPHANUMERIC: &str = "alphaNumeric";

/// How a dimension's values are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ordering {
    Lexicographic,
    Numeric,
    Strlen,
    Alphanumeric,
}

const ORDERINGS: [(&str, Ordering); 4] = [
    ("lexicographic", Ordering::Lexicographic),
    ("numeric", Ordering::Numeric),
    ("strlen", Ordering::Strlen),
    ("alphanumeric", Ordering::Alphanumeric),
];

/// The names of [`ORDERINGS`].
pub(in crate::request) fn orderings() -> impl Iterator<Item = &'static str> {
    ORDERINGS.iter().map(|(name, _)| *name)
}

pub(super) fn bound(filter: &ColumnFilter<'_, '_, '_>, zone: Zone) -> Result<Filter, FetchError> {
    let ordering = stated_ordering(filter)?;
    if let Some((key, _)) = ordering.filter(|&(_, ordering)| ordering != Ordering::Numeric)
        && !matches!(filter.column, Column::Dimension(_))
    {
        let message =
            format!("{} is ordered by number; expected \"numeric\" or no key", filter.column.name());
        return Err(filter.error_at(key, FetchErrorKind::Invalid, message));
    }
    between(filter, ["lowerStrict", "upperStrict"], ordering.map(|(_, ordering)| ordering), zone)
}

pub(super) fn range(filter: &ColumnFilter<'_, '_, '_>, zone: Zone) -> Result<Filter, FetchError> {
    let ordering = ValueType::of(filter)?.map(|value_type| match value_type {
        ValueType::Text => Ordering::Lexicographic,
        ValueType::Long | ValueType::Double => Ordering::Numeric,
    });
    between(filter, ["lowerOpen", "upperOpen"], ordering, zone)
}

/// The ordering that a `bound` states, and the key that does.
fn stated_ordering(
    filter: &ColumnFilter<'_, '_, '_>,
) -> Result<Option<(&'static str, Ordering)>, FetchError> {
    let alphanumeric = filter.flag(ALPHANUMERIC)?.then_some((ALPHANUMERIC, Ordering::Alphanumeric));
    let Some(json) = filter.get(ORDERING) else { return Ok(alphanumeric) };
    let ordering = json.word("ordering", &ORDERINGS)?;
    if alphanumeric.is_some() && ordering != Ordering::Alphanumeric {
        return Err(json.invalid("\"alphanumeric\" or no key, since alphaNumeric is true"));
    }
    Ok(Some((ORDERING, ordering)))
}

fn between(
    filter: &ColumnFilter<'_, '_, '_>,
    strict: [&str; 2],
    ordering: Option<Ordering>,
    zone: Zone,
) -> Result<Filter, FetchError> {
    let dimension = match filter.column {
        Column::Dimension(dimension) => dimension,
        Column::Value => return Ok(Filter::Value(NumberTest::Bound(limits(filter, strict, finite)?))),
        Column::Timestamp => {
            let limits = limits(filter, strict, |json| instant::comparable(json, zone))?;
            return Ok(ranges::between(&limits));
        }
    };
    let bound = match ordering.unwrap_or_else(|| implied_ordering(filter)) {
        Ordering::Lexicographic => Bound::Lexicographic(limits(filter, strict, text)?),
        Ordering::Numeric => Bound::Numeric(limits(filter, strict, finite)?),
        Ordering::Strlen => Bound::Strlen(limits(filter, strict, text)?),
        Ordering::Alphanumeric => Bound::Alphanumeric(limits(filter, strict, text)?),
    };
    Ok(Filter::Dimension(dimension, Test::Bound(bound)))
}

/// A limit that is a JSON number asks for numbers.
fn implied_ordering(filter: &ColumnFilter<'_, '_, '_>) -> Ordering {
    let is_number = |key| filter.get(key).is_some_and(|json| json.number().is_some());
    if is_number("lower") || is_number("upper") { Ordering::Numeric } else { Ordering::Lexicographic }
}

/// The limits of a filter, at least one.
fn limits<T>(
    filter: &ColumnFilter<'_, '_, '_>,
    [lower_strict, upper_strict]: [&str; 2],
    value: impl Fn(&Json<'_, '_>) -> Result<T, FetchError>,
) -> Result<Limits<T>, FetchError> {
    let limit = |key, strict: &str| {
        let strict = filter.flag(strict)?;
        filter.get(key).map(|json| Ok(Limit { value: value(&json)?, strict })).transpose()
    };
    let limits = Limits { lower: limit("lower", lower_strict)?, upper: limit("upper", upper_strict)? };
    if limits.lower.is_none() && limits.upper.is_none() {
        return Err(filter.error(FetchErrorKind::Missing, "expected lower, upper or both, found neither"));
    }
    Ok(limits)
}

fn text(json: &Json<'_, '_>) -> Result<String, FetchError> {
    let text = json.scalar()?.into_text();
    text.map(Into::into).ok_or_else(|| json.wrong_type("a limit"))
}
