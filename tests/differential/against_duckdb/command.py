"""The command: both engines, many fetches, what differs."""

import argparse
import random
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
from compare.arguments import positive
from compare.failure import Failure
from compare.gristmill import Gristmill, default_path

from . import answers, zones
from .engines import Duckdb, load_store, write_events
from .fetches import Fetches
from .literals import json_text
from .translation import Translation

# After so many differences a run ends: what is wrong then is wrong often.
MOST_DIFFERENCES = 20


@dataclass
class Outcome:
    """What became of a fetch."""

    number: int
    fetch: dict
    sql: str = ""
    difference: str | None = None
    zones: frozenset = frozenset()
    rows: int = 0


class Runner:
    """Both engines with the events of a seed."""

    def __init__(self, gristmill, seed, count, folder):
        self.gristmill = gristmill
        self.seed = seed
        self.store = folder / "store"
        self.duckdb = Duckdb()
        files, self.stream = write_events(folder, seed, count, self.duckdb.changes())
        self.duckdb.load(folder / "events-*.ndjson")
        load_store(gristmill, self.store, files, folder / "gristmill.log")

    def outcome(self, number):
        """Asks both engines the fetch of that number."""
        fetch = Fetches(random.Random(f"{self.seed}:{number}"), self.stream).fetch()
        outcome = Outcome(number, fetch)
        try:
            translation = Translation(fetch)
            outcome.zones = translation.zones
            outcome.sql = translation.sql()
            expected = answers.of_duckdb(self.duckdb.answer(outcome.sql))
            fields, found = answers.of_gristmill(self.gristmill.answer(self.store, json_text(fetch)))
        except (Failure, duckdb.Error) as error:
            outcome.difference = str(error)
            return outcome
        outcome.rows = len(found)
        if fields != answers.fields(translation):
            outcome.difference = f"columns {answers.fields(translation)} expected, {fields} found"
        else:
            outcome.difference = answers.difference(expected, found, translation.cut)
        return outcome


def main():
    """Runs the command: the exit code, 1 when an answer differs."""
    arguments = parser().parse_args()
    try:
        gristmill = Gristmill(arguments.gristmill)
        with work_folder(arguments.keep) as folder:
            runner = Runner(gristmill, arguments.seed, arguments.events, folder)
            try:
                return run(runner, arguments)
            finally:
                runner.duckdb.close()
    except Failure as failure:
        print(f"run.py: {failure}", file=sys.stderr)
        return 1


@contextmanager
def work_folder(keep):
    """A folder for events and store: that one, which must be new or empty and stays, or one that goes."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="gristmill-differential-") as folder:
            yield Path(folder)
        return
    folder = Path(keep).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Failure(f"{folder} is not empty: name a new folder with --keep")
    yield folder


def run(runner, arguments):
    """Asks every fetch and tells what differs."""
    numbers = range(arguments.queries) if arguments.only is None else [arguments.only]
    asked, answered, differences, corrected = 0, 0, 0, Counter()
    with ThreadPoolExecutor(arguments.jobs) as pool:
        for outcome in pool.map(runner.outcome, numbers):
            asked += 1
            answered += outcome.rows > 0
            corrected.update(str(each) for zone in outcome.zones for each in zones.corrections(zone))
            if outcome.difference:
                differences += 1
                tell(outcome, arguments)
            if arguments.only is not None and not outcome.difference:
                print(f"{json_text(outcome.fetch)}\n\n{outcome.sql}\n")
            if differences >= MOST_DIFFERENCES:
                pool.shutdown(wait=False, cancel_futures=True)
                break
    print(
        f"seed {arguments.seed}: {arguments.events} events, {asked} fetches,"
        f" {answered} of them with rows; {differences} differ"
    )
    for correction, count in sorted(corrected.items()):
        print(f"  DuckDB's clock corrected: {correction} ({count} fetches in that zone)")
    return 1 if differences else 0


def tell(outcome, arguments):
    """Prints a difference and how to see it again."""
    print(f"== fetch {outcome.number}: {outcome.difference}")
    print(f"-- fetch:\n{json_text(outcome.fetch)}\n-- SQL:\n{outcome.sql}")
    print(f"-- again: --seed {arguments.seed} --events {arguments.events} --only {outcome.number}\n", flush=True)


def parser():
    """The arguments."""
    found = argparse.ArgumentParser(
        prog="run.py",
        description="Random fetches over random events, answered by gristmill and by DuckDB.",
    )
    found.add_argument("--queries", type=positive, default=2000, metavar="N", help="how many fetches [%(default)s]")
    found.add_argument("--events", type=positive, default=20_000, metavar="N", help="how many events [%(default)s]")
    found.add_argument("--seed", type=int, default=random.randrange(10**6), metavar="N", help="what decides them [any]")
    found.add_argument("--only", type=int, metavar="N", help="only the fetch of that number, with its SQL")
    found.add_argument("--keep", metavar="DIR", help="a new folder in which events and store stay [none]")
    found.add_argument("--jobs", type=positive, default=2, metavar="N", help="fetches at a time [%(default)s]")
    found.add_argument("--gristmill", default=str(default_path()), metavar="FILE", help="the binary [%(default)s]")
    return found
