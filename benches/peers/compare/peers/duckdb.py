"""DuckDB: a native file, sorted as gristmill sorts, texts as ENUM, identifiers as UUID."""

import duckdb

from .. import clock, columns, sql
from ..process import THREADS
from ..work import bytes_below

PLACE = "duckdb.db"
# Raised when the form below changes, so that what was loaded before is not taken for it.
FORM = 1
# What `load_file` can do: sorted or as the events come.
ORDERS = (False, True)
JSON_TYPES = {
    "timestamp": "TIMESTAMP",
    "value": "DOUBLE",
    "event_version": "BIGINT",
    "properties": "VARCHAR[]",
} | dict.fromkeys(columns.TEXTS, "VARCHAR")


def load(work):
    """Loads the generated events into a file of their own and checkpoints it."""
    connection = _connect(work.place(PLACE))
    source = f"read_parquet('{work.parquet}')"
    create(connection, source, order=True)
    rows = connection.execute("SELECT count(*) FROM events").fetchone()[0]
    connection.close()
    return rows


def create(connection, source, order):
    """Makes the table of events from a source that has their columns, sorted or as it is."""
    for column in columns.FEW:
        connection.execute(
            f"CREATE TYPE {column}_value AS ENUM (SELECT DISTINCT {column}::VARCHAR FROM {source} "
            f"WHERE {column} IS NOT NULL ORDER BY 1)"
        )
    connection.execute(
        f"CREATE TYPE properties_value AS ENUM (SELECT DISTINCT unnest(properties)::VARCHAR AS property FROM {source} "
        "ORDER BY 1)"
    )
    by = f"ORDER BY {', '.join(columns.ORDER)}" if order else ""
    connection.execute(f"CREATE TABLE events AS SELECT {', '.join(map(_converted, columns.ALL))} FROM {source} {by}")
    connection.execute("CHECKPOINT")


def _converted(column):
    if column in columns.FEW:
        return f"{column}::VARCHAR::{column}_value AS {column}"
    if column in columns.UUIDS:
        return f"{column}::VARCHAR::UUID AS {column}"
    if column == "properties":
        return "properties::VARCHAR[]::properties_value[] AS properties"
    # Without a zone: instants in UTC, which comparisons and divisions take as they are.
    if column == "timestamp":
        return 'timezone(\'UTC\', "timestamp"::TIMESTAMPTZ) AS "timestamp"'
    return {"event_version": "event_version::UTINYINT AS event_version"}.get(column, f"{column} AS {column}")


def load_file(source, form, is_sorted, place):
    """Loads a file of events into a new file of its own and checkpoints it; texts stay texts, which is faster."""
    connection = _connect(place / "events.db")
    read = f"read_json('{source}', format = 'newline_delimited', columns = {JSON_TYPES})"
    rows = read if form == "ndjson" else f"read_parquet('{source}')"
    by = f"ORDER BY {', '.join(columns.ORDER)}" if is_sorted else ""
    connection.execute(f"CREATE TABLE events AS SELECT * FROM {rows} {by}")
    connection.execute("CHECKPOINT")
    loaded = connection.execute("SELECT count(*) FROM events").fetchone()[0]
    connection.close()
    return loaded


def size(work):
    """Bytes of what was loaded."""
    return bytes_below(work.place(PLACE))


def _connect(place, read_only=False):
    connection = duckdb.connect(str(place), read_only=read_only)
    connection.execute(f"SET threads = {THREADS}")
    connection.execute("SET preserve_insertion_order = false")
    # Arrays instead of hash tables for groups of up to 20 bits: the default of 12 makes three dimensions 1.4x slower.
    connection.execute("SET perfect_ht_threshold = 20")
    connection.execute("SET TimeZone = 'UTC'")
    return connection


class Dialect(sql.Dialect):
    """DuckDB's words."""

    def instant(self, millis):
        return f"make_timestamp({millis * 1000})"

    def buckets(self, shape):
        if shape.width is None:
            return [
                (self.month_number(shape), "month"),
                (f"date_trunc('month', \"timestamp\" + {self._offset(shape)})", "local"),
                (f"date_trunc('month', timezone('{shape.zone}', timezone('UTC', \"timestamp\")))", "local"),
            ]
        micros, origin = shape.width * 1000, shape.origin * 1000
        shifted = self.by_offset(shape, lambda offset: f'epoch_us("timestamp") + {offset * 1000 - origin}')
        found = [(f"({shifted}) // {micros}", "number")]
        if shape.granularity != "fifteen_minute":
            found.append((f"date_trunc('{shape.granularity}', \"timestamp\" + {self._offset(shape)})", "local"))
        return found

    def _offset(self, shape):
        return self.by_offset(shape, lambda offset: f"to_milliseconds({offset})")

    def regex(self, column, pattern):
        matches = f"regexp_matches({{}}, {pattern})"
        return [self._of_values(column, matches), matches.format(f"{column}::VARCHAR")]

    def like(self, column, pattern):
        return [self._of_values(column, f"{{}} LIKE {pattern}"), f"{column} LIKE {pattern}"]

    def between(self, column, lower, upper):
        condition = f"{{}}::INTEGER BETWEEN {lower} AND {upper}"
        return [self._of_values(column, condition), condition.format(f"{column}::VARCHAR")]

    def unnest(self):
        return ["unnest(properties)"]

    def any(self, *values):
        # Without the type each row's list would be turned into texts.
        typed = [f"{value}::properties_value" for value in values]
        each = " OR ".join(f"list_contains(properties, {value})" for value in typed)
        return [f"len(properties) > 0 AND ({each})", f"list_has_any(properties, [{', '.join(typed)}])"]

    def _of_values(self, column, condition):
        """A condition asked of each value of an ENUM instead of each row."""
        values = f"SELECT unnest(enum_range(NULL::{column}_value)) AS value"
        return f"{column} IN (SELECT value FROM ({values}) WHERE {condition.format('value::VARCHAR')})"


class DumpDialect(Dialect):
    """The words for Parquet files: instants have a zone, texts are texts."""

    def instant(self, millis):
        return f"TIMESTAMPTZ '{clock.iso(millis)}'"

    def buckets(self, shape):
        found = super().buckets(shape)
        return found if shape.width else found[:1]

    def regex(self, column, pattern):
        return [f"regexp_matches({column}, {pattern})"]

    def like(self, column, pattern):
        return [f"{column} LIKE {pattern}"]

    def between(self, column, lower, upper):
        return [f"TRY_CAST({column} AS INTEGER) BETWEEN {lower} AND {upper}"]

    def any(self, *values):
        each = " OR ".join(f"list_contains(properties, {value})" for value in values)
        return [f"({each})", f"list_has_any(properties, [{', '.join(values)}])"]


class DumpPeer:
    """The exported Parquet files, ready to be asked."""

    def __init__(self, work):
        self.connection = _connect(":memory:")
        self.connection.execute("SET parquet_metadata_cache = true")
        files = f"read_parquet('{work.dump_files}', hive_partitioning = false)"
        self.connection.execute(f"CREATE VIEW events AS SELECT * FROM {files}")

    def phrasings(self, shape):
        """The ways to ask, see `sql.asks`."""
        return sql.asks(shape, DumpDialect(), lambda text: self.connection.sql(text).to_arrow_table())


class Peer:
    """The loaded events, ready to be asked."""

    def __init__(self, work):
        self.connection = _connect(work.place(PLACE), read_only=True)

    def phrasings(self, shape):
        """The ways to ask, see `sql.asks`."""
        return sql.asks(shape, Dialect(), lambda text: self.connection.sql(text).to_arrow_table())
