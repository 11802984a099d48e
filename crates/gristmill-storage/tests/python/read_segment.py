"""Reads a segment file with pyarrow and compares it with the events that were written.

Usage: read_segment.py SEGMENT.arrow EVENTS.ndjson
"""

import datetime
import json
import sys

try:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.ipc as ipc
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(0)

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MILLISECOND = datetime.timedelta(milliseconds=1)


def as_event(row):
    """A row as JSON would hold it: timestamps in milliseconds, null for an empty list."""
    row["timestamp"] = (row["timestamp"] - EPOCH) // MILLISECOND
    return row


def main(segment, events):
    with ipc.open_file(segment) as file:
        assert file.num_record_batches == 1, file.num_record_batches
        batch = file.get_batch(0)
    batch.validate(full=True)
    assert batch.schema.metadata == {b"gristmill.format": b"2"}, batch.schema.metadata
    assert batch.schema.field("timestamp").type == pa.timestamp("ms", tz="UTC")
    assert batch.schema.field("session_id").type == pa.dictionary(pa.uint16(), pa.string())
    assert batch.schema.field("event_version").type == pa.dictionary(pa.uint8(), pa.int64())
    assert pa.types.is_list(batch.schema.field("properties").type)

    with open(events, encoding="utf-8") as lines:
        expected = [json.loads(line) for line in lines]
    found = [as_event(row) for row in batch.to_pylist()]
    assert len(found) == len(expected), (len(found), len(expected))
    for at, (row, event) in enumerate(zip(found, expected)):
        assert row == event, f"row {at}: {row} is not {event}"

    table = pa.Table.from_batches([batch])
    categories = pc.value_counts(table["category"].cast(pa.string())).to_pylist()
    counts = {entry["values"]: entry["counts"] for entry in categories}
    assert sum(counts.values()) == len(expected), counts
    nulls = table["dim1"].cast(pa.string()).null_count
    assert nulls == sum(event["dim1"] is None for event in expected) > 0, nulls
    print(f"read {len(found)} rows of {len(batch.schema)} columns with pyarrow {pa.__version__}")


main(*sys.argv[1:])
