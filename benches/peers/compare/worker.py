"""The process of one peer: loads it or measures it, and says so as JSON, a line each, on stdout."""

import json
import math
import statistics
import sys
import time

from . import answers, peers, process
from .shape import named
from .work import Work

# Runs of each phrasing from which the one to measure is chosen.
TRIALS = 3
# A phrasing whose first run takes so many times as long as the best of another is not tried again.
HOPELESS = 4


def main():
    """`worker load NAME ROOT EVENTS`, or `worker measure|dump NAME ROOT EVENTS FACTS RUNS SHAPE...`."""
    step, name, root, events, *rest = sys.argv[1:]
    work = Work(root, int(events))
    peer = peers.module(name)
    if step == "load":
        say(load(peer, work))
    else:
        facts, runs, *names = rest
        of = peer.DumpPeer if step == "dump" else peer.Peer
        for measured in measure(peer, of(work), work, named(names, json.loads(facts)), int(runs)):
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


def measure(module, peer, work, shapes, runs):
    """Measures each shape in its fastest phrasing; its answer is kept for the comparison."""
    for shape in shapes:
        start = time.perf_counter()
        text, kind, ask, phrasings = fastest(peer.phrasings(shape))
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
            "phrasings": phrasings,
            "answer": str(place),
            "seconds": time.perf_counter() - start,
        }


def fastest(phrasings):
    """The phrasing that is fastest in a few trials, and how many there were."""
    best, least, count = None, math.inf, 0
    for text, kind, ask in phrasings:
        count += 1
        if elapsed(ask) > HOPELESS * least:
            continue
        taken = min(elapsed(ask) for _ in range(TRIALS))
        if taken < least:
            best, least = (text, kind, ask), taken
    return *best, count


def elapsed(ask):
    """Milliseconds until the answer is there."""
    start = time.perf_counter()
    answer = ask()
    taken = (time.perf_counter() - start) * 1e3
    del answer
    return taken


def times(ask, runs):
    """Milliseconds of each run, after one that is not timed."""
    ask()
    return [elapsed(ask) for _ in range(runs)]


if __name__ == "__main__":
    main()
