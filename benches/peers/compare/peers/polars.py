"""Polars: in memory, sorted as gristmill sorts, texts as Enum, identifiers as Categorical.

A fetch begins with the rows of the tenant, found by where they begin and end, and of the interval, found by search.
"""

import functools
import itertools
import os
from datetime import UTC, datetime

import polars as pl

from .. import columns
from ..work import bytes_below
from . import polars_filters

PLACE = "polars.arrow"
# Raised when the form below changes, so that what was loaded before is not taken for it.
FORM = 1
# What `load_file` can do: sorted or as the events come.
ORDERS = (False, True)
ENGINES = ("in-memory", "streaming")


def load(work):
    """Sorts the generated events and keeps them as an Arrow file, which is read into memory as it is."""
    frame = convert(pl.read_parquet(work.parquet)).sort(columns.ORDER).rechunk()
    frame.write_ipc(work.place(PLACE))
    return frame.height


def load_file(source, form, is_sorted, place):
    """Writes a file of events as Parquet, down to the disk."""
    schema = {"timestamp": pl.String, "value": pl.Float64, "event_version": pl.Int64, "properties": pl.List(pl.String)}
    schema |= dict.fromkeys(columns.TEXTS, pl.String)
    if form == "ndjson":
        events = pl.scan_ndjson(source, schema=schema)
        events = events.with_columns(pl.col("timestamp").str.to_datetime("%Y-%m-%dT%H:%M:%S%.3fZ", time_unit="ms"))
    else:
        events = pl.scan_parquet(source)
    events = events.sort(columns.ORDER) if is_sorted else events
    destination = place / "events.parquet"
    events.sink_parquet(destination)
    with open(destination) as written:
        os.fsync(written.fileno())
    return pl.scan_parquet(destination).select(pl.len()).collect().item()


def convert(frame):
    """The same events with each column in its best type."""
    few = [pl.col(column).cast(pl.String).cast(_enum(frame[column])) for column in columns.FEW]
    codes = [pl.col(column).cast(pl.String).cast(pl.Categorical) for column in columns.UUIDS + columns.MANY]
    properties = frame["properties"]
    return frame.select(
        pl.col("timestamp").dt.replace_time_zone(None).cast(pl.Datetime("ms")),
        "value",
        pl.col("event_version").cast(pl.UInt8),
        *few,
        *codes,
        properties.cast(pl.List(pl.String)).cast(pl.List(_enum(properties.drop_nulls().explode()))),
    )


def _enum(column):
    """The type of a column's values, in their order."""
    return pl.Enum(column.unique().cast(pl.String).drop_nulls().sort())


def size(work):
    """Bytes of the file of what was sorted; in memory it takes as many."""
    return bytes_below(work.place(PLACE))


class Peer:
    """The events in memory, ready to be asked."""

    def __init__(self, work):
        self.frame = pl.read_ipc(work.place(PLACE)).rechunk()
        self.runs = _runs(self.frame)

    def phrasings(self, shape):
        """The ways to ask, in the form of `sql.asks`."""
        filters = polars_filters.FILTERS.get(shape.name, (None,))
        for matching, ask, engine in itertools.product(filters, self._asks(shape), ENGINES):
            text = f"{ask.__name__}, {getattr(matching, '__name__', 'all rows')}, {engine}"
            yield (
                text,
                "number" if shape.width else "month",
                functools.partial(self._answer, shape, matching, ask, engine),
            )

    def _answer(self, shape, matching, ask, engine):
        rows = self._rows(shape)
        lazy = rows.lazy()
        if matching is not None:
            lazy = lazy.filter(matching(rows, shape))
        return ask(lazy, shape).collect(engine=engine)

    def _rows(self, shape):
        """The tenant's rows within the interval."""
        parts = []
        for begin, end in self.runs[shape.organization]:
            run = self.frame["timestamp"].slice(begin, end - begin).to_physical()
            low = 0 if run[0] >= shape.start else run.search_sorted(shape.start)
            high = len(run) if run[-1] < shape.end else run.search_sorted(shape.end)
            parts.append((begin + low, begin + high))
        if all(before[1] == after[0] for before, after in itertools.pairwise(parts)):
            parts = [(parts[0][0], parts[-1][1])]
        return pl.concat([self.frame.slice(begin, end - begin) for begin, end in parts], rechunk=False)

    def _asks(self, shape):
        if shape.name == "tenant_count":
            return (count,)
        if shape.name == "properties_under_filter":
            return (exploded,)
        if shape.name == "distinct_by_day":
            return distinct, distinct_pairs
        if shape.limit:
            return (top,)
        return grouped, packed


class DumpPeer:
    """The exported Parquet files, ready to be asked."""

    def __init__(self, work):
        self.events = pl.scan_parquet(work.dump_files, hive_partitioning=False)

    def phrasings(self, shape):
        """The ways to ask, in the form of `sql.asks`."""
        ask = ask_of(shape)
        for engine in ENGINES:
            kind = "number" if shape.width else "month"
            yield f"{ask.__name__}, {engine}", kind, functools.partial(self._answer, shape, ask, engine)

    def _answer(self, shape, ask, engine):
        start, end = (instant(millis) for millis in (shape.start, shape.end))
        time = pl.col("timestamp")
        rows = self.events.filter(pl.col("organization_id") == shape.organization, time >= start, time < end)
        if shape.name == "session_needle":
            rows = rows.filter(pl.col("session_id") == shape.facts["session"])
        elif shape.name in polars_filters.OF_TEXTS:
            rows = rows.filter(polars_filters.OF_TEXTS[shape.name])
        return ask(rows, shape).collect(engine=engine)


def instant(millis):
    """A literal of the column's type, so that statistics are compared with it."""
    return pl.lit(datetime.fromtimestamp(millis / 1000, UTC), dtype=pl.Datetime("ms", "UTC"))


def ask_of(shape):
    """The phrasing for plain texts."""
    if shape.groups == ["properties"]:
        return exploded
    if shape.limit:
        return top
    if all(metric.endswith("_uniq") for metric in shape.metrics):
        return distinct
    return grouped if shape.groups or shape.has_buckets else count


def _runs(frame):
    """Where the rows of each organization begin and end, for each of its vendors."""
    runs = (
        frame.with_row_index("row")
        .group_by("organization_id", "vendor")
        .agg(begin=pl.col("row").first(), end=pl.col("row").last() + 1)
    )
    found = {}
    for organization, _, begin, end in runs.sort("begin").iter_rows():
        found.setdefault(organization, []).append((begin, end))
    return found


def count(rows, shape):
    """How many rows there are."""
    return rows.select(count=pl.len())


def exploded(rows, shape):
    """Rows for each property."""
    return rows.select(pl.col("properties").explode()).group_by("properties").agg(count=pl.len())


def top(rows, shape):
    """The groups with the highest counts."""
    return rows.group_by(shape.groups).agg(count=pl.len()).top_k(shape.limit, by="count")


def distinct(rows, shape):
    """Distinct values of each bucket."""
    return rows.group_by(bucket(shape)).agg(
        pl.col(metric.removesuffix("_uniq")).to_physical().n_unique().alias(metric) for metric in shape.metrics
    )


def distinct_pairs(rows, shape):
    """Distinct pairs of bucket and value, then counted; both in one number, which is faster to compare."""
    counts = []
    for metric in shape.metrics:
        code = pl.col(metric.removesuffix("_uniq")).to_physical().cast(pl.Int64)
        pairs = rows.select(pair=bucket(shape).cast(pl.Int64) * 2**32 + code).unique()
        counts.append(pairs.group_by(bucket=pl.col("pair") // 2**32).agg(pl.len().alias(metric)))
    return functools.reduce(lambda left, right: left.join(right, on="bucket"), counts)


def grouped(rows, shape):
    """Groups by their columns."""
    keys = [bucket(shape)] if shape.has_buckets else []
    return rows.group_by(*keys, *shape.groups).agg(*metrics(shape))


def packed(rows, shape):
    """Groups by one number that holds bucket and codes, which is faster to hash; taken apart at the end."""
    schema = rows.collect_schema()
    parts = [
        (name, schema[name], pl.col(name).to_physical(), len(schema[name].categories) + 1) for name in shape.groups
    ]
    total = 1
    for *_, size in parts:
        total *= size
    key = pl.lit(0, pl.Int64)
    if shape.has_buckets:
        key = bucket(shape).cast(pl.Int64)
    for _, _, code, size in parts:
        key = key * size + code.cast(pl.Int64).fill_null(size - 1)
    result = rows.group_by(key=key).agg(*metrics(shape))
    apart, below = [], total
    if shape.has_buckets:
        apart.append((pl.col("key") // total).alias("bucket"))
    for name, kind, _, size in parts:
        below //= size
        code = pl.col("key") // below % size
        values = pl.lit(pl.Series([*kind.categories, None], dtype=kind))
        apart.append(values.gather(code).alias(name))
    return result.select(*apart, *shape.metrics)


def bucket(shape):
    """The number of a row's bucket, on the local clock; of months, within the interval."""
    time = pl.col("timestamp").to_physical()
    if shape.width is None:
        edges = shape.month_starts[1:]
        return sum((time >= edge).cast(pl.Int8) for edge in edges).alias("bucket")
    *changes, (_, last) = shape.offsets
    offset = pl.lit(last)
    for until, earlier in reversed(changes):
        offset = pl.when(time < until).then(pl.lit(earlier)).otherwise(offset)
    return ((time + (offset - shape.origin)) // shape.width).cast(pl.Int32).alias("bucket")


def metrics(shape):
    """The aggregations of a shape, in its order."""
    value = pl.col("value")
    known = {"count": pl.len(), "sum": value.sum(), "avg": value.mean(), "min": value.min(), "max": value.max()}
    return [known[metric].alias(metric) for metric in shape.metrics]
