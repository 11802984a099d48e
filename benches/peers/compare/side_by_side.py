"""The comparison: every shape asked of gristmill and of every peer, answers checked, times side by side."""

import json
import math
import platform
import statistics
from pathlib import Path

import polars as pl

from . import answers, peers, process, tables
from .failure import Failure
from .gristmill import facts, prepare_store, write_queries
from .shape import named
from .work import Work


def run(arguments):
    """Prepares what is missing, measures, checks, prints; 1 when an answer differs or a peer fails."""
    work, loads, failures = prepare_all(arguments)
    shapes = named(arguments.shapes, facts(arguments.gristmill, work))
    store, loads["gristmill"] = store_of(arguments, work)
    rounds = [measure_gristmill(arguments, work, store, shapes)]
    measured = {shape.name: {} for shape in shapes}
    for name in [name for name in arguments.peers if name in loads]:
        try:
            for found in measure_peer(name, arguments, work, shapes):
                measured[found["shape"]][name] = found
        except Failure as failure:
            tables.tell(f"{name} is left out from here on: {failure}")
            failures.append(f"{name}: {failure}")
        rounds.append(measure_gristmill(arguments, work, store, shapes))
    for shape in shapes:
        measured[shape.name]["gristmill"] = together([found[shape.name] for found in rounds])
    differences = check(arguments.gristmill, store, work, shapes, measured)
    result = {
        "events": work.events,
        "runs": arguments.runs,
        "threads": process.THREADS,
        "machine": {"system": platform.platform(), "processor": processor()},
        "versions": peers.versions(arguments.gristmill, [name for name in peers.NAMES if name in loads]),
        "load": loads,
        "shapes": [summary(shape, measured[shape.name]) for shape in shapes],
        "failures": failures,
        "differences": differences,
    }
    result["geometric_mean"] = geometric_mean([each["ratio"] for each in result["shapes"] if each["ratio"]])
    output = Path(arguments.output or work.data)
    tables.write(output, "comparison", result, tables.comparison(result))
    for difference in differences:
        tables.tell(f"WRONG ANSWER: {difference}")
    return 1 if differences or failures else 0


def prepare(arguments):
    """Prepares what is missing and measures nothing."""
    work, loads, failures = prepare_all(arguments)
    facts(arguments.gristmill, work)
    for name, load in loads.items():
        tables.tell(
            f"{name}: {load['rows']:,} events in {load['seconds']:.1f} s, {load['bytes'] / work.events:.1f} bytes each"
        )
    return 1 if failures else 0


def prepare_all(arguments):
    """The work folder with events and loaded peers: it, what each load took, and what failed."""
    work = Work(arguments.work, arguments.events)
    if not work.parquet.exists():
        tables.tell(f"generating {work.events:,} events")
        arguments.gristmill.generate(work, "parquet", work.parquet)
    loads, failures = {}, []
    for name in arguments.peers:
        try:
            loads[name] = load_peer(name, work, again=name in arguments.reload)
        except Failure as failure:
            tables.tell(f"{name} is left out: {failure}")
            failures.append(f"{name}: {failure}")
    return work, loads, failures


def load_peer(name, work, again):
    """What loading a peer took, now or when it was done."""
    module = peers.module(name)
    about = {"version": peers.version(name), "form": module.FORM, "events": work.events}
    found = None if again else work.prepared(module.PLACE, about)
    if found:
        return found
    tables.tell(f"loading {name}")
    work.clear(module.PLACE)
    command = process.python("worker", "load", name, work.root, work.events)
    (found,) = process.lines(command, work.log(f"{name}-load"))
    if found["rows"] != work.events:
        raise Failure(f"it has loaded {found['rows']:,} events of {work.events:,}")
    return work.note(module.PLACE, about, found)


def store_of(arguments, work):
    """The store to measure and what loading it took, where that is known."""
    if arguments.store:
        return Path(arguments.store).resolve(), {}
    can_compact = arguments.gristmill.has("compact")
    form = arguments.form or ("compacted" if can_compact else "loaded")
    if form == "compacted" and not can_compact:
        raise Failure("this binary has no `compact`: measure with --form loaded")
    tables.tell(f"preparing the store, {form}")
    load = prepare_store(arguments.gristmill, work, form)
    return work.place(f"store-{form}"), load


def measure_gristmill(arguments, work, store, shapes):
    """Gristmill's times of each shape."""
    tables.tell("measuring gristmill")
    queries = write_queries(work, shapes)
    return arguments.gristmill.bench(work, store, queries, arguments.runs)


def together(rounds):
    """What several rounds told of one shape as one.

    All shapes take gristmill less than a second, in which somebody else may use the machine; those of a peer take tens of
    seconds. So it is asked again after each peer, and the median of the rounds is told.
    """
    medians = [found["median_ms"] for found in rounds]
    least = min(found["min_ms"] for found in rounds)
    return {**rounds[0], "median_ms": statistics.median(medians), "min_ms": least, "round_medians_ms": medians}


def measure_peer(name, arguments, work, shapes):
    """A peer's times of each shape, as they come."""
    tables.tell(f"measuring {name}")
    asked = json.dumps(shapes[0].facts)
    command = process.python(
        "worker", "measure", name, work.root, work.events, asked, arguments.runs, *(shape.name for shape in shapes)
    )
    return process.lines(command, work.log(f"{name}-measure"))


def check(gristmill, store, work, shapes, measured):
    """What differs between the answers of gristmill and of the peers."""
    tables.tell("comparing answers")
    differences = []
    for shape in shapes:
        text = gristmill.answer(store, work.place("queries") / f"{shape.name}.json")
        expected = answers.of_gristmill(text, shape)
        for name, found in measured[shape.name].items():
            if name == "gristmill":
                continue
            difference = answers.difference(pl.read_ipc(found["answer"]), expected, shape)
            if difference:
                differences.append(f"{shape.name}, {name}: {difference}")
    return differences


def summary(shape, measured):
    """The row of a shape: times, the fastest peer and how many times longer it takes."""
    times = {name: found["median_ms"] for name, found in measured.items()}
    others = {name: time for name, time in times.items() if name != "gristmill"}
    fastest = min(others, key=others.get, default=None)
    # A time of less than a microsecond is told as 0: nothing can be divided by it.
    ratio = others[fastest] / max(times["gristmill"], 1e-3) if fastest else None
    return {
        "shape": shape.name,
        "rows": measured["gristmill"]["rows"],
        "fastest": fastest,
        "ratio": ratio,
        "measured": measured,
    }


def geometric_mean(ratios):
    """The geometric mean; `None` of nothing."""
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else None


def processor():
    """The processor's name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor()
    )
