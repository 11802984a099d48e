"""Filters as SQL conditions that are true or false and never null."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from . import instants
from .literals import Number, scalar_text, sql_name, sql_number, sql_text

_FINITE = "[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?"
_INTEGERS = range(-(2**63), 2**63)

MACROS = f"""
CREATE OR REPLACE MACRO finite_number(t) AS
    CASE WHEN regexp_full_match(t, '{_FINITE}') AND isfinite(TRY_CAST(t AS DOUBLE)) THEN TRY_CAST(t AS DOUBLE) END;
-- DuckDB's lower case of a character is one character. That of U+0130 is two.
CREATE OR REPLACE MACRO lower_case(t) AS lower(replace(t, chr(304), 'i' || chr(775)));
-- U+0130 has no lower case of one character and stays what it is.
CREATE OR REPLACE MACRO folded(t) AS replace(lower(upper(replace(t, chr(304), chr(57345)))), chr(57345), chr(304));
-- A list that sorts as the text does in alphanumeric order. A run of digits: its length, its digits, its leading zeros.
CREATE OR REPLACE MACRO run_key(run) AS
    CASE WHEN regexp_full_match(run, '[0-9]+')
         THEN printf('0%06d', length(ltrim(run, '0'))) || ltrim(run, '0') || printf('%06d', length(run))
         ELSE '1' || folded(run) END;
CREATE OR REPLACE MACRO alphanumeric_key(t) AS
    list_transform(regexp_extract_all(t, '[0-9]+|[^0-9]+'), lambda run: run_key(run));
"""


@dataclass(frozen=True)
class Column:
    """What a filter tests: its kind (`text`, `integer`, `list`, `number` or `time`) and its SQL."""

    kind: str
    sql: str


def of_events(name):
    """A column of events."""
    if name == "timestamp":
        return Column("time", "ts")
    kinds = {"value": "number", "event_version": "integer", "properties": "list"}
    return Column(kinds.get(name, "text"), sql_name(name))


class Conditions:
    """The conditions of filters in a zone, over the columns of events or those that are named."""

    def __init__(self, zone, named=None):
        self.zone = zone
        self.named = named

    def column(self, tree):
        """The column that a filter names."""
        name = tree.get("dimension") or tree["column"]
        return of_events(name) if self.named is None else self.named[name]

    def of(self, tree):
        """The condition of a filter, `None` and `{}` among them."""
        if not tree:
            return "true"
        return getattr(self, "_" + KINDS[tree["type"]])(tree)

    def _and(self, tree):
        return "(" + " AND ".join(map(self.of, tree["fields"])) + ")"

    def _or(self, tree):
        return "(" + " OR ".join(map(self.of, tree["fields"])) + ")"

    def _not(self, tree):
        return f"(NOT {self.of(tree['field'])})"

    def _true(self, _):
        return "true"

    def _false(self, _):
        return "false"

    def _selector(self, tree):
        return self.any_of(self.column(tree), [tree.get("value")])

    def _in(self, tree):
        return self.any_of(self.column(tree), tree["values"])

    def _null(self, tree):
        return self.any_of(self.column(tree), [None])

    def _equals(self, tree):
        column, value = self.column(tree), tree["matchValue"]
        if word(tree, "matchValueType") == "long" and column.kind in ("text", "list"):
            value = str(whole(scalar_text(value)))
        return self.any_of(column, [value])

    def any_of(self, column, values):
        """Whether a column has one of these values, null among them."""
        null = any(value is None for value in values)
        values = [value for value in values if value is not None]
        if column.kind == "time":
            return one_of(column.sql, [instants.comparable(value, self.zone) for value in values])
        if column.kind == "number":
            found = one_of(column.sql, [sql_number(scalar_text(value)) for value in values])
        elif column.kind == "integer":
            wholes = [whole(scalar_text(value)) for value in values]
            found = one_of(column.sql, [f"({each})::BIGINT" for each in wholes if each is not None])
        else:
            found = on_text(column, lambda text: one_of(text, [sql_text(scalar_text(value)) for value in values]))
        return f"({found} OR {column.sql} IS NULL)" if null else found

    def _bound(self, tree):
        ordering = word(tree, "ordering") or ("alphanumeric" if tree.get("alphaNumeric") else None)
        return self._between(tree, ordering, "lowerStrict", "upperStrict")

    def _range(self, tree):
        kind = word(tree, "matchValueType")
        ordering = {None: None, "string": "lexicographic"}.get(kind, "numeric")
        return self._between(tree, ordering, "lowerOpen", "upperOpen")

    def _between(self, tree, ordering, lower_strict, upper_strict):
        limits = [
            (tree[key], sign if tree.get(strict) else sign + "=")
            for key, strict, sign in (("lower", lower_strict, ">"), ("upper", upper_strict, "<"))
            if tree.get(key) is not None
        ]
        column = self.column(tree)
        if column.kind == "time":
            return all_of(f"{column.sql} {sign} {instants.comparable(limit, self.zone)}" for limit, sign in limits)
        if column.kind == "number":
            within = all_of(f"{column.sql} {sign} {sql_number(scalar_text(limit))}" for limit, sign in limits)
            return f"coalesce({within}, false)"
        if ordering is None:
            numbers = any(isinstance(limit, (int, float, Number)) for limit, _ in limits)
            ordering = "numeric" if numbers else "lexicographic"

        def compared(text, limit, sign):
            if ordering == "numeric":
                return f"finite_number({text}) {sign} {sql_number(limit)}"
            limit = sql_text(limit)
            if ordering == "strlen":
                # Not a comparison of rows: those put null last and match it.
                same_length = f"length({text}) = length({limit}) AND {text} {sign} {limit}"
                return f"(length({text}) {sign[0]} length({limit}) OR {same_length})"
            key = "alphanumeric_key({})" if ordering == "alphanumeric" else "{}"
            return f"{key.format(text)} {sign} {key.format(limit)}"

        return on_text(column, lambda text: all_of(compared(text, scalar_text(limit), sign) for limit, sign in limits))

    def _like(self, tree):
        pattern = sql_text(duckdb_pattern(tree["pattern"], tree.get("escape")))
        return on_text(self.column(tree), lambda text: f"{text} LIKE {pattern} ESCAPE '\\'")

    def _regex(self, tree):
        pattern = sql_text(tree["pattern"] if "pattern" in tree else tree["value"])
        return on_text(self.column(tree), lambda text: f"regexp_matches({text}, {pattern})")

    def _search(self, tree):
        query = tree.get("query") or tree
        if query["type"] == "regex":
            return self._regex(tree | {"pattern": query["pattern"]})
        sensitive = bool(query.get("caseSensitive") or query.get("case_sensitive"))
        fragments = query["values"] if query["type"] == "fragment" else [query["value"]]
        case = "{}" if sensitive else "lower_case({})"

        def holds(text):
            return all_of(f"contains({case.format(text)}, {case.format(sql_text(each))})" for each in fragments)

        return on_text(self.column(tree), holds)

    def _interval(self, tree):
        time = self.column(tree).sql
        spans = [[instants.instant(end, self.zone) for end in each.split("/")] for each in tree["intervals"]]
        return (
            "(" + " OR ".join(f"({time} >= {start} AND {time} < {end})" for start, end in spans) + ")"
            if spans
            else "false"
        )

    def _column_comparison(self, tree):
        columns = [each["dimension"] if isinstance(each, dict) else each for each in tree["dimensions"]]
        pairs = [(a, b) for at, a in enumerate(columns) for b in columns[at + 1 :]]
        return all_of(f"({values(a)} IS NULL AND {values(b)} IS NULL"
                      f" OR coalesce(list_has_any({values(a)}, {values(b)}), false))" for a, b in pairs)  # fmt: skip


def kept(asked, name):
    """The condition of a group by some values of `properties`, where the column of that name is one of them or null."""
    column = Column("text", name)
    if asked.get("values") is not None:
        condition = Conditions("UTC").any_of(column, asked["values"])
    elif asked.get("prefix") is not None:
        condition = on_text(column, lambda text: f"starts_with({text}, {sql_text(asked['prefix'])})")
    else:
        condition = on_text(column, lambda text: f"regexp_matches({text}, {sql_text(asked['regex'])})")
    return f"NOT ({condition})" if asked.get("exclude") else condition


KINDS = {
    "and": "and", "or": "or", "not": "not", "true": "true", "false": "false", "selector": "selector",
    "select": "selector", "in": "in", "null": "null", "equals": "equals", "bound": "bound", "range": "range",
    "like": "like", "regex": "regex", "search": "search", "contains": "search", "interval": "interval",
    "columnComparison": "column_comparison",
}  # fmt: skip


def word(tree, key):
    """A word of a few, in lower case; `None` where there is none."""
    found = tree.get(key)
    return found and found.lower()


def on_text(column, condition):
    """A condition on the texts of a column: false for null, true where any of several values meets it."""
    if column.kind == "list":
        return f"coalesce(len(list_filter({column.sql}, lambda v: {condition('v')})) > 0, false)"
    text = f"{column.sql}::VARCHAR" if column.kind == "integer" else column.sql
    return f"coalesce({condition(text)}, false)"


def values(column):
    """The values of a column as a list of texts, null where there are none."""
    if column == "properties":
        return "properties"
    return f"CASE WHEN {sql_name(column)} IS NOT NULL THEN [{sql_name(column)}::VARCHAR] END"


def one_of(value, candidates):
    """Whether a value is one of these; null is none of them."""
    return f"coalesce({value} IN ({', '.join(candidates)}), false)" if candidates else "false"


def all_of(conditions):
    """Whether all conditions hold."""
    return "(" + " AND ".join(conditions) + ")"


def whole(text):
    """The integer of 64 bits that a decimal text stands for; `None` where it does not."""
    if not re.fullmatch(r"[+-]?\d+([.]\d*)?([eE][+-]?\d+)?", text, re.ASCII):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if number.adjusted() > 20 or number != int(number):
        return None
    return int(number) if int(number) in _INTEGERS else None


def duckdb_pattern(pattern, escape):
    """A pattern of `%` and `_` with `\\` as its escape."""
    out, characters = [], iter(pattern)
    for character in characters:
        if character == escape:
            character = next(characters)
            out.append("\\" + character if character in "%_\\" else character)
        else:
            out.append("\\\\" if character == "\\" else character)
    return "".join(out)
