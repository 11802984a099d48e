"""Both engines with the same events."""

import random

import duckdb

from . import answers, conditions, instants, zones
from .columns import TEXTS
from .events import Events

# Segments of a few thousand rows, so that a few tens of thousands of events make several.
SEGMENT_ROWS = 3000
_COLUMNS = {name: "VARCHAR" for name in TEXTS} | {
    "event_version": "BIGINT", "value": "DOUBLE", "properties": "VARCHAR[]", "instant": "BIGINT",
}  # fmt: skip


class Duckdb:
    """A database in memory. `answer` may be called by several threads."""

    def __init__(self):
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute("SET TimeZone = 'UTC'")
        zones.create_periods(self.connection)
        self.connection.execute(conditions.MACROS)
        self.connection.execute(instants.MACRO)
        self.connection.create_function("exact_sum", answers.exact_sum, ["DOUBLE[]"], "DOUBLE", null_handling="special")
        self.connection.create_function(
            "exact_variance", answers.exact_variance, ["DOUBLE[]", "INTEGER"], "DOUBLE", null_handling="special"
        )

    def load(self, file):
        """Loads the events of a file."""
        columns = ", ".join(f"{name}: '{kind}'" for name, kind in _COLUMNS.items())
        self.connection.execute(f"""
            CREATE TABLE events AS SELECT * EXCLUDE (instant) REPLACE (
                coalesce(source, 'untrusted') AS source,
                CASE WHEN len(properties) > 0 THEN list_distinct(properties) END AS properties
            ), instant AS ts FROM read_json('{file}', format = 'newline_delimited', columns = {{{columns}}})""")

    def changes(self):
        """The instants at which the clocks of zones change."""
        return zones.changes(self.connection)

    def answer(self, sql):
        """The rows of a statement."""
        with self.connection.cursor() as cursor:
            return cursor.execute(sql).fetchall()

    def close(self):
        """Closes the database."""
        for name in ("exact_sum", "exact_variance"):
            self.connection.remove_function(name)
        self.connection.close()


def write_events(folder, seed, count, changes):
    """Writes the events of that seed to three files: the files, and the stream that knows what they hold."""
    stream = Events(random.Random(f"{seed}:events"), changes)
    files = [folder / f"events-{part}.ndjson" for part in range(3)]
    for part, file in enumerate(files):
        with open(file, "w", encoding="utf-8") as out:
            out.writelines(stream.lines(count * (part + 1) // 3 - count * part // 3))
    return files, stream


def load_store(gristmill, store, files, log):
    """A store of those files, all but the last of them compacted."""
    for at, file in enumerate(files):
        gristmill.watched(log, "ingest", "--store", store, "--segment-rows", SEGMENT_ROWS, file)
        if at == len(files) - 2:
            gristmill.watched(log, "compact", "--store", store, "--segment-rows", SEGMENT_ROWS)
