"""The process of one peer: loads it or measures it, and says so as JSON, a line each, on stdout."""

import json
import statistics
import sys
import time

from . import answers, peers, process
from .shape import named
from .work import Work

# Runs of each phrasing from which the one to measure is chosen.
TRIALS = 3


def main():
    """`worker load NAME ROOT EVENTS` or `worker measure NAME ROOT EVENTS FACTS RUNS SHAPE...`."""
    step, name, root, events, *rest = sys.argv[1:]
    work = Work(root, int(events))
    peer = peers.module(name)
    if step == "load":
        say(load(peer, work))
    else:
        facts, runs, *names = rest
        for measured in measure(peer, work, named(names, json.loads(facts)), int(runs)):
            say(measured)


def say(found):
    """Writes a line for the parent."""
    print(json.dumps(found), flush=True)


def load(peer, work):
    """Loads the generated events, timed from the file to the durable table."""
    start = time.perf_counter()
    rows = peer.load(work)
    seconds = time.perf_counter() - start
    return {"rows": rows, "seconds": seconds, "bytes": peer.size(work), "peak_bytes": process.peak_bytes()}


def measure(module, work, shapes, runs):
    """Measures each shape in its fastest phrasing; its answer is kept for the comparison."""
    peer = module.Peer(work)
    for shape in shapes:
        start = time.perf_counter()
        found = [
            (min(times(ask, TRIALS)), at, text, kind, ask) for at, (text, kind, ask) in enumerate(peer.phrasings(shape))
        ]
        _, _, text, kind, ask = min(found, key=lambda each: each[:2])
        taken = times(ask, runs)
        answer = answers.of_peer(ask(), kind, shape)
        place = work.place("answers") / f"{shape.name}.{module.PLACE}.arrow"
        place.parent.mkdir(exist_ok=True)
        answer.write_ipc(place)
        yield {
            "shape": shape.name,
            "median_ms": statistics.median(taken),
            "min_ms": min(taken),
            "rows": answer.height,
            "phrasing": text,
            "phrasings": len(found),
            "answer": str(place),
            "seconds": time.perf_counter() - start,
        }


def times(ask, runs):
    """Milliseconds of each run, after one that is not timed."""
    ask()
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        answer = ask()
        taken.append((time.perf_counter() - start) * 1e3)
        del answer
    return taken


if __name__ == "__main__":
    main()
