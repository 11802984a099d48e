"""Aggregations as SQL, by name and as objects."""

from dataclasses import dataclass
from fractions import Fraction

from .conditions import values
from .literals import scalar_text, sql_name

DEFAULT = ("count", "sum", "avg", "min", "max")
# Words of Druid's for the same figure.
KINDS = {
    "count": ("count",), "sum": ("doubleSum", "longSum", "floatSum"), "avg": ("doubleMean",),
    "min": ("doubleMin", "longMin", "floatMin"), "max": ("doubleMax", "longMax", "floatMax"),
    "uniq": ("cardinality", "hyperUnique"), "approx_uniq": (), "variance": (), "stddev": (), "quantile": (),
    "first": ("doubleFirst", "longFirst", "floatFirst"), "last": ("doubleLast", "longLast", "floatLast"),
}  # fmt: skip
# What a bucket without events has; others are null.
NOTHING = {"count": "0", "uniq": "0", "approx_uniq": "0", "sum": "0.0::DOUBLE"}


@dataclass(frozen=True)
class Aggregation:
    """A column of figures: its name, its SQL, what it is of no events (`None` for null), if its numbers are cut."""

    name: str
    sql: str
    nothing: str | None
    cut: bool


def aggregation(asked, conditions, where="true"):
    """The aggregation that a fetch asks for, of the rows where a condition holds."""
    plain = as_object(asked)
    while plain["type"] == "filtered":
        where = f"{where} AND {conditions.of(plain['filter'])}"
        plain = as_object(plain["aggregator"])
    kind = kind_of(plain)
    return Aggregation(name_of(asked), figure(kind, fields_of(plain), plain, where), NOTHING.get(kind), is_cut(plain))


def as_object(asked):
    """An aggregation as an object, also where it is a name."""
    if not isinstance(asked, str):
        return asked
    return {"type": "uniq", "fields": [asked.removesuffix("_uniq")]} if asked.endswith("_uniq") else {"type": asked}


def kind_of(asked):
    """What an aggregation tells, of those events too that a filter leaves."""
    plain = as_object(asked)
    if plain["type"] == "filtered":
        return kind_of(plain["aggregator"])
    return next(kind for kind, words in KINDS.items() if plain["type"] in (kind, *words))


def name_of(asked):
    """The name of an aggregation's column."""
    plain = as_object(asked)
    if plain.get("name"):
        return plain["name"]
    if plain["type"] == "filtered":
        return name_of(plain["aggregator"])
    kind = kind_of(plain)
    return "_".join([*fields_of(plain), kind]) if kind.endswith("uniq") else kind


def is_cut(asked):
    """Whether an aggregation's numbers are cut: another engine can tell them within a bound only."""
    return kind_of(asked) == "quantile"


def fields_of(plain):
    """The fields of an aggregation."""
    return plain.get("fields") or [plain.get("fieldName") or "value"]


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
    if kind == "quantile":
        # The fraction is the decimal number that is written: 0.28 of 100 is the 28th.
        fraction = Fraction(scalar_text(asked["fraction"]))
        place = f"(count(value) {rows} * {fraction.numerator} + {fraction.denominator - 1}) // {fraction.denominator}"
        return f"list_sort(list(value) FILTER (WHERE value IS NOT NULL AND {where}))[greatest({place}, 1)]"
    if asked.get("byRow"):
        # Of an event a list of combinations: one for each of its properties.
        names = ", ".join("p" if field == "properties" else sql_name(field) for field in fields)
        several = "coalesce(properties, [NULL])" if "properties" in fields else "[NULL::VARCHAR]"
        combinations = f"list_transform({several}, lambda p: row({names}))"
        return f"coalesce(len(list_distinct(flatten(list({combinations}) {rows}))), 0)"
    if fields == ["properties"] or len(fields) > 1:
        lists = ", ".join(f"coalesce({values(field)}, [])" for field in fields)
        return f"coalesce(len(list_distinct(flatten(list(list_concat({lists})) {rows}))), 0)"
    return f"count(DISTINCT {sql_name(fields[0])}) {rows}"
