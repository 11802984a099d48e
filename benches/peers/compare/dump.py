"""Parquet files asked as they are: every shape over the same export, by gristmill and by every peer."""

import json
import platform
from pathlib import Path

import polars as pl

from . import answers, peers, process, side_by_side, tables
from .failure import Failure
from .gristmill import facts, prepare_store, write_queries
from .shape import named
from .work import Work, bytes_below

FILES = "--parquet"


def run(arguments):
    """Exports what is missing, measures, checks, prints; 1 when an answer differs or a peer fails."""
    work = Work(arguments.work, arguments.events)
    gristmill = arguments.gristmill
    if not work.parquet.exists():
        tables.tell(f"generating {work.events:,} events")
        gristmill.generate(work, "parquet", work.parquet)
    exported = export(gristmill, work)
    shapes = named(arguments.shapes, facts(gristmill, work))
    queries = write_queries(work, shapes)
    rounds = [gristmill.bench(work, work.dump, queries, arguments.runs, of=FILES)]
    measured = {shape.name: {} for shape in shapes}
    failures = []
    for name in arguments.peers:
        try:
            for found in measure_peer(name, arguments, work, shapes):
                measured[found["shape"]][name] = found
        except Failure as failure:
            tables.tell(f"{name} is left out from here on: {failure}")
            failures.append(f"{name}: {failure}")
        rounds.append(gristmill.bench(work, work.dump, queries, arguments.runs, of=FILES))
    for shape in shapes:
        measured[shape.name]["gristmill"] = side_by_side.together([found[shape.name] for found in rounds])
    differences = check(gristmill, work, shapes, measured)
    result = {
        "events": work.events,
        "runs": arguments.runs,
        "threads": process.THREADS,
        "machine": {"system": platform.platform(), "processor": side_by_side.processor()},
        "versions": peers.versions(gristmill, arguments.peers),
        "export": exported,
        "shapes": [side_by_side.summary(shape, measured[shape.name]) for shape in shapes],
        "failures": failures,
        "differences": differences,
    }
    result["geometric_mean"] = side_by_side.geometric_mean(
        [each["ratio"] for each in result["shapes"] if each["ratio"]]
    )
    tables.write(Path(arguments.output or work.data), "dump", result, tables.dump(result))
    return 1 if differences or failures else 0


def export(gristmill, work):
    """The files that are asked, exported from a store unless they are there: what that took."""
    about = {"binary": gristmill.identity(), "events": work.events}
    found = work.prepared(work.dump.name, about)
    if found:
        return found
    tables.tell("exporting")
    prepare_store(gristmill, work, "loaded")
    work.clear(work.dump.name)
    seconds, peak = gristmill.export(work, work.place("store-loaded"), work.dump)
    files = len(list(work.dump.glob("*/*.parquet")))
    found = {"seconds": seconds, "peak_bytes": peak, "bytes": bytes_below(work.dump), "files": files}
    return work.note(work.dump.name, about, found)


def measure_peer(name, arguments, work, shapes):
    """A peer's times of each shape over the files, as they come."""
    tables.tell(f"measuring {name}")
    asked = json.dumps(shapes[0].facts)
    names = [shape.name for shape in shapes]
    command = process.python("worker", "dump", name, work.root, work.events, asked, arguments.runs, *names)
    return process.lines(command, work.log(f"{name}-dump"))


def check(gristmill, work, shapes, measured):
    """What differs between the answers of gristmill and of the peers."""
    tables.tell("comparing answers")
    differences = []
    for shape in shapes:
        query = work.place("queries") / f"{shape.name}.json"
        expected = answers.of_gristmill(gristmill.answer(work.dump, query, of=FILES), shape)
        for name, found in measured[shape.name].items():
            if name != "gristmill":
                difference = answers.difference(pl.read_ipc(found["answer"]), expected, shape)
                differences += [f"{shape.name}, {name}: {difference}"] if difference else []
    return differences
