"""Aggregations as SQL, by name and as objects."""

from dataclasses import dataclass

from .conditions import values
from .literals import sql_name

DEFAULT = ("count", "sum", "avg", "min", "max")
# Words of Druid's for the same figure.
KINDS = {
    "count": ("count",), "sum": ("doubleSum", "longSum", "floatSum"), "avg": ("doubleMean",),
    "min": ("doubleMin", "longMin", "floatMin"), "max": ("doubleMax", "longMax", "floatMax"),
    "uniq": ("cardinality", "hyperUnique"), "approx_uniq": (), "variance": (), "stddev": (),
    "first": ("doubleFirst", "longFirst", "floatFirst"), "last": ("doubleLast", "longLast", "floatLast"),
}  # fmt: skip
# What a bucket without events has; others are null.
NOTHING = {"count": "0", "uniq": "0", "approx_uniq": "0", "sum": "0.0::DOUBLE"}


@dataclass(frozen=True)
class Aggregation:
    """A column of figures: its name, its SQL, and what it is of no events (`None` for null)."""

    name: str
    sql: str
    nothing: str | None


def aggregation(asked, conditions, where="true"):
    """The aggregation that a fetch asks for, of the rows where a condition holds."""
    if isinstance(asked, str):
        asked = (
            {"type": "uniq", "fields": [asked.removesuffix("_uniq")]} if asked.endswith("_uniq") else {"type": asked}
        )
    if asked["type"] == "filtered":
        found = aggregation(asked["aggregator"], conditions, conditions.of(asked["filter"]))
        return Aggregation(asked.get("name") or found.name, found.sql, found.nothing)
    kind = next(kind for kind, words in KINDS.items() if asked["type"] in (kind, *words))
    fields = asked.get("fields") or [asked.get("fieldName", "value")]
    name = "_".join([*fields, kind]) if kind.endswith("uniq") else kind
    return Aggregation(asked.get("name") or name, figure(kind, fields, asked, where), NOTHING.get(kind))


def figure(kind, fields, asked, where):
    """SQL for a figure of the rows of a group where a condition holds."""
    rows = f"FILTER (WHERE {where})"
    if kind == "count":
        return f"count(*) {rows}"
    if kind in ("min", "max"):
        return f"{kind}(value) {rows}"
    if kind == "sum":
        return f"exact_sum(list(value) {rows})"
    if kind == "avg":
        return f"exact_sum(list(value) {rows}) / nullif(count(value) {rows}, 0)"
    if kind in ("variance", "stddev"):
        fewer = 0 if asked.get("estimator") == "population" else 1
        variance = f"exact_variance(list(value) {rows}, {fewer})"
        return f"sqrt({variance})" if kind == "stddev" else variance
    if kind in ("first", "last"):
        extreme = "min" if kind == "first" else "max"
        return f"struct_extract({extreme}({{'t': ts, 'v': value}}) FILTER (WHERE value IS NOT NULL AND {where}), 'v')"
    if asked.get("byRow"):
        return f"count(DISTINCT row({', '.join(map(sql_name, fields))})) {rows}"
    if fields == ["properties"] or len(fields) > 1:
        lists = ", ".join(f"coalesce({values(field)}, [])" for field in fields)
        return f"coalesce(len(list_distinct(flatten(list(list_concat({lists})) {rows}))), 0)"
    return f"count(DISTINCT {sql_name(fields[0])}) {rows}"
