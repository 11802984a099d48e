"""Reads an export with pyarrow, DuckDB and Polars, and compares it with the events it was made of.

Usage: read_export.py DIRECTORY EVENTS.ndjson
"""

import json
import sys

try:
    import duckdb
    import polars
    import pyarrow.dataset
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(0)

directory, events = sys.argv[1:]
with open(events, encoding="utf-8") as lines:
    expected = [json.loads(line) for line in lines]
columns = list(expected[0])


def ordered(rows):
    """Rows in the order of their visitors, which are unique, with the day that the folder names."""
    return sorted(rows, key=lambda row: row["visitor_id"])


def millis(instant):
    return round(instant.timestamp() * 1000)


def of_pyarrow():
    partitioning = pyarrow.dataset.partitioning(flavor="hive")
    table = pyarrow.dataset.dataset(directory, partitioning=partitioning).to_table()
    assert str(table.schema.field("timestamp").type) == "timestamp[ms, tz=UTC]", table.schema
    return [row | {"timestamp": millis(row["timestamp"]), "date": str(row["date"])} for row in table.to_pylist()]


def of_duckdb():
    query = f"select * replace (epoch_ms(timestamp) as timestamp) from '{directory}/**/*.parquet'"
    found = duckdb.sql(query)
    names = [name for name, *_ in found.description]
    return [dict(zip(names, row)) | {"date": str(row[names.index("date")])} for row in found.fetchall()]


def of_polars():
    found = polars.scan_parquet(f"{directory}/**/*.parquet", hive_partitioning=True)
    found = found.with_columns(polars.col("timestamp").dt.epoch("ms"), polars.col("date").cast(polars.String))
    return found.collect().to_dicts()


def day(row):
    import datetime

    return str((datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=row["timestamp"])).date())


expected = ordered(expected)
for reader in (of_pyarrow, of_duckdb, of_polars):
    rows = ordered(reader())
    assert len(rows) == len(expected), (reader.__name__, len(rows))
    for found, wanted in zip(rows, expected):
        found_part = {name: found[name] for name in columns}
        assert found_part == wanted, (reader.__name__, found_part, wanted)
        assert found["date"] == day(wanted), (reader.__name__, found["date"], wanted)
print(f"3 readers found {len(expected)} events, each as it was written")
