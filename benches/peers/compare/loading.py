"""Loading: from a file of events to a durable table, each time in a process of its own.

The ways take turns, so that each has its share of the machine's better and worse moments, and none finds the memory
that it has just given back itself.
"""

import functools
import os
import shutil
import statistics
import tempfile
from pathlib import Path

from . import peers, process, tables
from .failure import Failure
from .work import Work, bytes_below

FORMS = ("ndjson", "parquet")
# DataFusion has no table of its own to load into.
PEERS = ("duckdb", "clickhouse", "polars")


def run(arguments):
    """Loads each file `--runs` times with each peer, and prints events a second, memory and ratios."""
    work = Work(arguments.work, arguments.events)
    sources = {"ndjson": work.ndjson, "parquet": work.parquet}
    for form, source in sources.items():
        if not source.exists():
            tables.tell(f"generating {work.events:,} events as {form}")
            arguments.gristmill.generate(work, form, source)
    rows, failures, installed = [], [], []
    for name in arguments.peers:
        try:
            peers.module(name)
            installed.append(name)
        except Failure as failure:
            tables.tell(f"{name} is left out: {failure}")
            failures.append(f"{name}: {failure}")
    for form, source in sources.items():
        loads = [Load(*way) for way in ways(arguments.gristmill, installed, work, form, source)]
        for turn in range(arguments.runs):
            tables.tell(f"loading {form}, {turn + 1} of {arguments.runs}")
            for load in loads:
                load.run(source)
        rows += [load.row(form) for load in loads if not load.failure]
        failures += [f"{load.name}, {form}: {load.failure}" for load in loads if load.failure]
    result = {
        "events": work.events,
        "runs": arguments.runs,
        "versions": peers.versions(arguments.gristmill, installed),
        "loads": rows,
        "failures": failures,
    }
    tables.write(Path(arguments.output or work.data), "loading", result, table(result))
    return 1 if failures else 0


def ways(gristmill, installed, work, form, source):
    """Each way to load a file: the name, whether its rows are sorted, and a function that does it into a folder."""
    command = {"ndjson": "ingest", "parquet": "import"}[form]
    if gristmill.has(command):
        yield (
            "gristmill",
            True,
            lambda place: gristmill.load_file(command, source, place / "store", work.log("loading")),
        )
    else:
        tables.tell(f"gristmill is left out of {form}: this binary has no `{command}`")
    for name in installed:
        for is_sorted in peers.module(name).ORDERS:
            yield name, is_sorted, functools.partial(load_once, name, work, source, form, is_sorted)


def load_once(name, work, source, form, is_sorted, place):
    """Loads a file with a peer into a folder: seconds and peak bytes."""
    command = process.python("load_worker", name, source, form, int(is_sorted), place)
    (found,) = process.lines(command, work.log(f"{name}-{form}"))
    if found["rows"] != work.events:
        raise Failure(f"it has loaded {found['rows']:,} events of {work.events:,}")
    return found["seconds"], found["peak_bytes"]


class Load:
    """A way to load a file: what each run took, the memory and the bytes it leaves."""

    def __init__(self, name, is_sorted, once):
        self.name, self.is_sorted, self.once = name, is_sorted, once
        self.seconds, self.peaks, self.size, self.failure = [], [], 0, None

    def run(self, source):
        """Loads once, from a file that lies in memory, unless it has failed before."""
        if self.failure:
            return
        with source.open("rb") as file:
            while file.read(1 << 24):
                pass
        # Beside the source: the same disk for all.
        place = Path(tempfile.mkdtemp(dir=source.parent, prefix="loading-"))
        # What the run before has left to be written must not slow this one down.
        os.sync()
        try:
            seconds, peak = self.once(place)
            self.size = bytes_below(place)
            self.seconds.append(seconds)
            self.peaks.append(peak)
        except Failure as failure:
            tables.tell(f"{self.name} is left out: {failure}")
            self.failure = failure
        finally:
            shutil.rmtree(place)

    def row(self, form):
        """Its row of the table."""
        return {
            "name": self.name,
            "form": form,
            "sorted": self.is_sorted,
            "seconds": statistics.median(self.seconds),
            "all_seconds": self.seconds,
            "peak_bytes": max(self.peaks),
            "bytes": self.size,
        }


def table(result):
    """Events a second, and how many times as many gristmill loads."""
    parts = [f"{result['events']:,} events, {process.THREADS} threads, median of {result['runs']} runs.\n"]
    for form in FORMS:
        loads = [load for load in result["loads"] if load["form"] == form]
        own = next((load["seconds"] for load in loads if load["name"] == "gristmill"), None)
        rows = [
            [load["name"], "yes" if load["sorted"] else "no", f"{load['seconds']:.2f}",
             f"{result['events'] / load['seconds']:,.0f}", f"{load['peak_bytes'] / 2**20:,.0f}",
             f"{load['bytes'] / result['events']:.1f}", tables.times(own and load["seconds"] / own)]
            for load in loads
        ]  # fmt: skip
        parts.append(tables.markdown([form, "sorted", "s", "events/s", "peak MiB", "bytes per event", "ratio"], rows))
    return "\n".join(parts)
