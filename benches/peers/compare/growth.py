"""Growth: the same queries over stores that differ in one thing."""

import json
import statistics
from pathlib import Path

from . import tables
from .gristmill import write_queries
from .shape import named
from .work import Work, bytes_below

# How many times larger the larger store and the larger tenant are.
FACTOR = 10
SHAPES = (
    "tenant_count",
    "selector_by_day",
    "week_of_three_dimensions",
    "hours_of_two_dimensions",
    "weeks_of_labels",
    "distinct_by_day",
    "boolean_mix_by_hour",
    "session_needle",
    "bound_and_like_by_day",
)
# The streams of events: an organization of its own, and 200 others.
TENANT = {"seed": 1, "tenants": 1}
REST = {"seed": 2, "tenants": 200}
# How many segments the store has at least that is only opened.
SEGMENTS = 1_000
# Rounds over all stores: what else the machine does falls on all of them alike.
ROUNDS = 3
# A query that touches no row: what remains is the open store.
IDLE = '{"granularity": "all", "aggregations": ["count"], "interval": {"start": "1999-01-01", "end": "1999-01-02"}}'


def run(arguments):
    """Makes the stores that are missing, measures them in turn, prints the ratios."""
    work = Work(Path(arguments.work) / "growth", arguments.events)
    gristmill = arguments.gristmill
    stores = {name: store(gristmill, work, name, *sizes) for name, sizes in sizes_of(arguments.events).items()}
    facts = facts_of(events(gristmill, work, TENANT, arguments.events))
    queries = write_queries(work, named(SHAPES, facts))
    medians = {}
    for _ in range(ROUNDS):
        for name in ("base", "store", "tenant"):
            measure(gristmill, work, medians, name, stores[name], queries, arguments.runs, threads=2)
        measure(gristmill, work, medians, "one thread", stores["tenant"], queries, arguments.runs, threads=1)
    times = {key: statistics.median(found) for key, found in medians.items()}
    result = {
        "tenant_events": arguments.events,
        "factor": FACTOR,
        "version": gristmill.version(),
        "compacted": gristmill.has("compact"),
        "median_ms": {f"{name}, {query}": time for (name, query), time in times.items()},
        "open": [opened(gristmill, work, name, place, facts, arguments.runs) for name, place in stores.items()],
    }
    tables.write(Path(arguments.output or work.data), "growth", result, table(result, times))
    return 0


def sizes_of(base):
    """Events of the tenant, of the others, and rows of a segment (`None`: as many as the library takes)."""
    return {
        "base": (base, base, None),
        "store": (base, FACTOR * base, None),
        "tenant": (FACTOR * base, base, None),
        "segments": (base, base, max(1, 2 * base // SEGMENTS)),
    }


def store(gristmill, work, name, tenant, rest, segment_rows):
    """The store of these sizes, made unless it is there."""
    about = {"binary": gristmill.identity(), "tenant": tenant, "rest": rest, "segment_rows": segment_rows}
    place = work.place(name)
    if work.prepared(name, about) is not None:
        return place
    work.clear(name)
    tables.tell(f"preparing the store `{name}`: {tenant:,} events of the tenant, {rest:,} others")
    sources = [events(gristmill, work, TENANT, tenant), events(gristmill, work, REST, rest)]
    small = ["--segment-rows", segment_rows] if segment_rows else []
    gristmill.watched(work.log("growth"), "ingest", "--store", place, *small, *sources)
    if gristmill.has("compact") and not segment_rows:
        gristmill.compact(work, place)
    work.note(name, about, {})
    return place


def events(gristmill, work, stream, count):
    """A file of that stream's events, made unless it is there."""
    place = work.place(f"seed-{stream['seed']}-{count}.ndjson")
    if not place.exists():
        gristmill.generate_stream(place, "ndjson", count, **stream)
    return place


def facts_of(source):
    """The organization and the session of the first event."""
    with open(source) as lines:
        event = json.loads(next(lines))
    organization = event["organization_id"]
    return {"biggest": organization, "smallest": organization, "session": event["session_id"]}


def measure(gristmill, work, medians, name, place, queries, runs, threads):
    """Adds the medians of each query over a store."""
    for query, found in gristmill.bench(work, place, queries, runs, threads).items():
        medians.setdefault((name, query), []).append(found["median_ms"])


def opened(gristmill, work, name, place, facts, runs):
    """What it takes to open a store, and to have it open."""
    organization = ["--org", facts["biggest"]]
    times = [gristmill.bench(work, place, [IDLE], 1, options=organization)[IDLE]["open_ms"] for _ in range(runs)]
    report = gristmill.inspect(place)
    _, peak = gristmill.watched(work.log("growth"), "bench", "--store", place, "--runs", 1, *organization, IDLE)
    return {
        "store": name,
        "rows": report["rows"],
        "segments": len(report["segments"]),
        "bytes": bytes_below(place),
        "open_ms": statistics.median(times),
        "idle_peak_bytes": peak,
    }


def table(result, times):
    """Ratios to the base, then what opening takes."""
    rows = []
    for shape in SHAPES:
        base, larger, tenant, alone = (times[name, shape] for name in ("base", "store", "tenant", "one thread"))
        least = max(base, 1e-3)
        rows.append(
            [shape, *map(tables.milliseconds, (base, larger, tenant, alone)),
             f"{larger / least:.2f}x", f"{tenant / least:.2f}x", f"{alone / max(tenant, 1e-3):.2f}x"]
        )  # fmt: skip
    about = (
        f"A tenant of {result['tenant_events']:,} events beside as many of others; the same beside {FACTOR} times "
        f"as many; the tenant {FACTOR} times as large, on two threads and on one. Medians in milliseconds.\n"
    )
    head = ["shape", "base", "larger store", "larger tenant", "one thread", "store", "tenant", "threads"]
    opens = [
        [each["store"], f"{each['rows']:,}", each["segments"], tables.milliseconds(each["open_ms"]),
         f"{each['idle_peak_bytes'] / 2**20:,.1f}", f"{each['bytes'] / each['rows']:.1f}"]
        for each in result["open"]
    ]  # fmt: skip
    return "\n".join([
        about,
        tables.markdown(head, rows),
        tables.markdown(["store", "events", "segments", "open ms", "idle MiB", "bytes per event"], opens),
    ])  # fmt: skip
