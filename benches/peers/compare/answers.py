"""Answers in one form, whoever gave them, so that they can be compared.

The form is a Polars frame: `bucket` (milliseconds of the instant, where there are buckets), then the groups as texts,
then the metrics, sorted by bucket and groups.
"""

import json
from datetime import datetime

import polars as pl
import pyarrow as pa

from . import clock
from .failure import Failure

# How far sums and averages may differ, relative to the larger: engines add in different orders.
TOLERANCE = 1e-9


def of_peer(answer, kind, shape):
    """The form of a peer's answer; `kind` says what its bucket is, see `sql.Dialect`."""
    frame = answer if isinstance(answer, pl.DataFrame) else pl.from_arrow(_plain(answer))
    frame = frame.rename(dict(zip(frame.columns, _names(shape), strict=True)))
    if shape.has_buckets:
        frame = frame.with_columns(bucket=_instants(frame["bucket"], kind, shape))
    return _ordered(frame, shape)


def of_gristmill(text, shape):
    """The form of gristmill's own answer, from its JSON."""
    rows = json.loads(text)["data"]
    columns = list(zip(*rows)) or [()] * (1 + len(shape.groups) + len(shape.metrics))
    frame = pl.DataFrame(dict(zip(["bucket", *shape.groups, *shape.metrics], map(list, columns))), strict=False)
    if not shape.has_buckets:
        return _ordered(frame.drop("bucket"), shape)
    labels = frame["bucket"].unique().to_list()
    instants = {label: clock.millis(datetime.fromisoformat(label)) for label in labels}
    return _ordered(frame.with_columns(pl.col("bucket").replace_strict(instants, return_dtype=pl.Int64)), shape)


def difference(found, expected, shape):
    """What differs between two answers, in words; `None` when they are equal."""
    if shape.limit:
        found, expected = _above_the_cut(found, shape), _above_the_cut(expected, shape)
    if found.height != expected.height:
        return f"{found.height} rows, gristmill has {expected.height}"
    for name in found.columns:
        at = _first_difference(found[name], expected[name])
        if at is not None:
            return f"{name} of row {at}: {found.row(at)}, gristmill has {expected.row(at)}"
    return None


def _names(shape):
    return [*(["bucket"] if shape.has_buckets else []), *shape.groups, *shape.metrics]


def _plain(table):
    """An Arrow table with identifiers as the bytes they are, its columns named by their position."""
    columns = [column.combine_chunks() for column in table.columns]
    storage = [column.storage if isinstance(column, pa.ExtensionArray) else column for column in columns]
    return pa.table(storage, names=[str(at) for at in range(len(columns))])


def _instants(column, kind, shape):
    """The instants of buckets, in milliseconds."""
    if kind == "seconds":
        return column.cast(pl.Int64) * 1000
    values = column.unique().to_list()
    local = {
        "number": lambda number: number * (shape.width or 0) + shape.origin,
        "days": lambda number: number * clock.DAY,
        "local": lambda time: clock.millis(time.replace(tzinfo=clock.UTC)),
    }
    if kind == "month":
        instants = {number: shape.month_starts[number] for number in values}
    elif kind in local:
        instants = {value: clock.instant_of_local(local[kind](value), shape.zone) for value in values}
    else:
        raise Failure(f"a bucket of kind {kind!r} is not known")
    return column.replace_strict(instants, return_dtype=pl.Int64)


def _ordered(frame, shape):
    keys = _names(shape)[: -len(shape.metrics)]
    typed = frame.select(
        *(pl.col("bucket").cast(pl.Int64) for _ in range(shape.has_buckets)),
        *(_text(frame[name]) for name in shape.groups),
        *(_metric(frame[name], name) for name in shape.metrics),
    )
    return typed.sort(keys, nulls_last=False) if keys else typed


def _text(column):
    """A group's values as texts, identifiers in their usual form."""
    if column.dtype == pl.Binary:
        return column.bin.encode("hex").str.replace(r"^(.{8})(.{4})(.{4})(.{4})(.{12})$", "$1-$2-$3-$4-$5")
    return column.cast(pl.String)


def _metric(column, name):
    """Counts are whole; a sum of no value is null for SQL and 0 for gristmill."""
    if name == "count" or name.endswith("_uniq"):
        return column.cast(pl.Int64)
    column = column.cast(pl.Float64)
    return column.fill_null(0.0) if name == "sum" else column


def _above_the_cut(frame, shape):
    """The rows of a limited answer that no tie at its end leaves open, and all counts."""
    metric = shape.metrics[0]
    last = frame[metric].min()
    open_rows = pl.when(pl.col(metric) > last).then(pl.col(shape.groups[0])).otherwise(pl.lit("tied with the last"))
    return frame.with_columns(open_rows.alias(shape.groups[0])).sort(*shape.groups, metric)


def _first_difference(found, expected):
    """The first row where two columns differ."""
    differs = found.ne_missing(expected)
    if found.dtype == pl.Float64:
        pair = pl.DataFrame({"found": found, "expected": expected})
        distance = (pl.col("found") - pl.col("expected")).abs()
        near = pair.select(distance <= TOLERANCE * pl.max_horizontal(pl.all().abs())).to_series()
        differs = differs & ~near.fill_null(False)
    return differs.arg_max() if differs.any() else None
