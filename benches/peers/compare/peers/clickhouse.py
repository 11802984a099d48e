"""ClickHouse, in this process: a MergeTree in gristmill's order, texts as LowCardinality, identifiers as UUID."""

import functools

from chdb.session import Session

from .. import columns, sql
from ..process import THREADS

PLACE = "clickhouse"
# Raised when the form below changes, so that what was loaded before is not taken for it.
FORM = 2
# What `load_file` can do: it knows no order but its own.
ORDERS = (True,)
SETTINGS = {
    "max_threads": THREADS,
    # The answer's texts as Arrow dictionaries, as the other peers give them.
    "output_format_arrow_low_cardinality_as_dictionary": 1,
    "output_format_arrow_compression_method": "'none'",
}


def load(work):
    """Loads the generated events and merges all parts into one."""
    session = Session(str(work.place(PLACE)))
    create(session)
    session.query(f"INSERT INTO events SELECT {selected()} FROM file('{work.parquet}', Parquet)")
    session.query("OPTIMIZE TABLE events FINAL")
    rows = int(session.query("SELECT count() FROM events", "CSV").bytes())
    session.close()
    return rows


def load_file(source, form, is_sorted, place):
    """Loads a file of events; the parts of a MergeTree are always sorted."""
    session = Session(str(place / "events"))
    create(session)
    kind = "JSONEachRow" if form == "ndjson" else "Parquet"
    structure = ", ".join(f'"{column}" {_type(column)}' for column in columns.ALL)
    rows = f"file('{source}', {kind}, {_quoted(structure)})"
    session.query(
        f"INSERT INTO events SELECT {selected()} FROM {rows} "
        f"SETTINGS max_threads = {THREADS}, max_insert_threads = {THREADS}, date_time_input_format = 'best_effort'"
    )
    loaded = int(session.query("SELECT count() FROM events", "CSV").bytes())
    session.close()
    return loaded


def _quoted(text):
    return "'" + text.replace("'", "\\'") + "'"


def create(session):
    """Makes the empty table of events."""
    definitions = ", ".join(f'"{column}" {_type(column)} CODEC({_codec(column)})' for column in columns.ALL)
    session.query("CREATE DATABASE IF NOT EXISTS bench")
    session.query("USE bench")
    session.query(f"CREATE TABLE events ({definitions}) ENGINE = MergeTree ORDER BY ({', '.join(columns.ORDER)})")


def selected():
    """The columns of the source, in the order of the table."""
    return ", ".join(f'"{column}"' for column in columns.ALL)


def _type(column):
    fixed = {
        "timestamp": "DateTime64(3, 'UTC')",
        "value": "Nullable(Float64)",
        "event_version": "UInt8",
        "organization_id": "LowCardinality(String)",
        "user_id": "Nullable(UUID)",
        "visitor_id": "Nullable(UUID)",
        "session_id": "Nullable(UUID)",
        "dim3": "Nullable(String)",
        "properties": "Array(LowCardinality(String))",
    }
    if column in fixed:
        return fixed[column]
    return "LowCardinality(String)" if column in columns.REQUIRED else "LowCardinality(Nullable(String))"


def _codec(column):
    """A million events take 27 bytes each, 41 with the default codecs; 20 million take 32 with either, as fast."""
    return "Delta, ZSTD(1)" if column == "timestamp" else "ZSTD(1)"


def size(work):
    """Bytes of the parts that are in use."""
    session = Session(str(work.place(PLACE)))
    answer = session.query("SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table = 'events'", "CSV")
    session.close()
    return int(answer.bytes())


class Dialect(sql.Dialect):
    """ClickHouse's words."""

    def instant(self, millis):
        return f"fromUnixTimestamp64Milli({millis}, 'UTC')"

    def buckets(self, shape):
        shifted = self.by_offset(shape, lambda offset: f'toUnixTimestamp64Milli("timestamp") + {offset - shape.origin}')
        zone = f"'{shape.zone}'"
        start = {
            "minute": f'toStartOfMinute("timestamp", {zone})',
            "fifteen_minute": f'toStartOfFifteenMinutes("timestamp", {zone})',
            "hour": f'toStartOfHour("timestamp", {zone})',
            "day": f'toStartOfDay("timestamp", {zone})',
        }
        found = []
        if shape.width:
            found.append((f"intDiv({shifted}, {shape.width})", "number"))
        if shape.granularity in start:
            found.append((f"toUnixTimestamp({start[shape.granularity]})", "seconds"))
        if shape.granularity == "week":
            found.append((f'toUInt16(toStartOfWeek("timestamp", 1, {zone}))', "days"))
        if shape.granularity == "month":
            found.append((self.month_number(shape), "month"))
            found.append((f'toUInt16(toStartOfMonth("timestamp", {zone}))', "days"))
        return found

    def regex(self, column, pattern):
        return [f"match({column}, {pattern})"]

    def between(self, column, lower, upper):
        return [f"toInt32OrNull({column}) BETWEEN {lower} AND {upper}"]

    def unnest(self):
        return ["arrayJoin(properties)"]

    def any(self, *values):
        each = " OR ".join(f"has(properties, {value})" for value in values)
        return [f"({each})", f"hasAny(properties, [{', '.join(values)}])"]


class DumpPeer:
    """The exported Parquet files, ready to be asked, with texts as they are and with few of them as LowCardinality."""

    TABLES = ("events", "events_of_low_cardinality")

    def __init__(self, work):
        self.session = Session(str(work.place("clickhouse-of-dump")))
        self.session.query("CREATE DATABASE IF NOT EXISTS bench")
        self.session.query("USE bench")
        for name, value in SETTINGS.items():
            self.session.query(f"SET {name} = {value}")
        for table, type_of in zip(self.TABLES, (_plain_type, _dump_type), strict=True):
            structure = ", ".join(f'"{column}" {type_of(column)}' for column in columns.ALL)
            self.session.query(f"DROP VIEW IF EXISTS {table}")
            files = f"file('{work.dump_files}', Parquet, {_quoted(structure)})"
            self.session.query(f"CREATE VIEW {table} AS SELECT * FROM {files}")

    def phrasings(self, shape):
        """The ways to ask, see `sql.asks`, of each table."""
        for text, kind in sql.phrasings(shape, Dialect()):
            for table in self.TABLES:
                asked = text.replace("FROM events", f"FROM {table}")
                yield asked, kind, functools.partial(self.session.query, asked, "ArrowTable")


def _dump_type(column):
    """Identifiers are texts in Parquet."""
    return "Nullable(String)" if column in columns.UUIDS else _type(column)


def _plain_type(column):
    return _dump_type(column).replace("LowCardinality(Nullable(String))", "Nullable(String)").replace(
        "LowCardinality(String)", "String"
    )


class Peer:
    """The loaded events, ready to be asked."""

    def __init__(self, work):
        self.session = Session(str(work.place(PLACE)))
        self.session.query("USE bench")
        for name, value in SETTINGS.items():
            self.session.query(f"SET {name} = {value}")

    def phrasings(self, shape):
        """The ways to ask, see `sql.asks`."""
        return sql.asks(shape, Dialect(), lambda text: self.session.query(text, "ArrowTable"))
