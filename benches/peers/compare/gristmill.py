"""Gristmill itself: the binary, its store, its times and answers."""

import json
import os
import shutil
import subprocess
from pathlib import Path

from . import process
from .failure import Failure
from .work import DAYS, SEED, bytes_below

REPOSITORY = Path(__file__).resolve().parents[3]
# Memory for what a query touches of the store, as the peers have it: all of it.
CACHE_BYTES = "8GiB"


class Gristmill:
    """The binary at a path."""

    def __init__(self, path):
        self.path = Path(path).resolve()
        if not self.path.is_file():
            raise Failure(
                f"no binary at {self.path}: `cargo build --release -p gristmill-cli`, or name one with --gristmill"
            )
        self.commands = self._run("--help")

    def has(self, command):
        """Whether the binary has that command."""
        return any(line.split()[:1] == [command] for line in self.commands.splitlines())

    def generate(self, work, form, destination):
        """Writes the generated events to a file."""
        self.generate_stream(destination, form, work.events, SEED)

    def generate_stream(self, destination, form, events, seed, tenants=None):
        """Writes so many events of that stream to a file."""
        partial = destination.with_suffix(".partial")
        self._run(*generating(events, seed, tenants), "--format", form, "--output", partial)
        partial.rename(destination)

    def load(self, work, store):
        """Loads the generated events into a new store: seconds and peak bytes. Without `import`, they come as JSON."""
        if self.has("import"):
            return self.load_file("import", work.parquet, store, work.log("gristmill-load"))
        generate = [str(self.path), *map(str, generating(work.events, SEED))]
        with subprocess.Popen(generate, stdout=subprocess.PIPE) as events:
            return self.load_file("ingest", "-", store, work.log("gristmill-load"), stdin=events.stdout)

    def load_file(self, command, source, store, log, stdin=None):
        """Loads a file into a new store with that command: seconds and peak bytes."""
        return self.watched(log, command, "--store", store, source, stdin=stdin)

    def watched(self, log, *arguments, stdin=None):
        """Runs a command of the binary: seconds and peak bytes."""
        return process.watched([str(self.path), *map(str, arguments)], log, stdin)

    def compact(self, work, store):
        """Compacts a store: seconds and peak bytes."""
        return self.watched(work.log("gristmill-compact"), "compact", "--store", store)

    def bench(self, work, store, queries, runs, threads=process.THREADS, options=(), of="--store"):
        """Times queries over a store, or over files `of="--parquet"`: what `gristmill bench` tells of each, by the name of
        its file."""
        command = [self.path, "bench", of, store, "--runs", runs, "--threads", threads,
                   "--cache-bytes", CACHE_BYTES, "--format", "ndjson", *options, *queries]  # fmt: skip
        found = process.lines(list(map(str, command)), work.log("gristmill-bench"))
        return {name_of(line["query"]): line for line in found}

    def export(self, work, store, folder):
        """Exports a store: seconds and peak bytes."""
        return self.watched(work.log("gristmill-export"), "export", "--store", store, "--to", folder)

    def answer(self, store, query, of="--store"):
        """The JSON answer to a query."""
        return self._run("fetch", of, store, "--format", "json", query)

    def identity(self):
        """What tells this binary from another of the same version; a store is made again for another."""
        return f"{self.version()}, {self.path.stat().st_size} bytes"

    def inspect(self, store):
        """What the store tells of itself."""
        return json.loads(self._run("inspect", "--json", "--store", store))

    def version(self):
        """What the binary says it is."""
        return self._run("--version").strip()

    def _run(self, *arguments):
        run = subprocess.run([str(self.path), *map(str, arguments)], capture_output=True, text=True)
        if run.returncode:
            raise Failure(f"`gristmill {arguments[0]}` ended with {run.returncode}: {run.stderr.strip()}")
        return run.stdout


def name_of(query):
    """A query's name: that of its file, or its text."""
    return query if query.startswith("{") else Path(query).stem


def generating(events, seed, tenants=None):
    """The arguments that generate so many events."""
    arguments = ["generate", "--quiet", "--events", events, "--seed", seed, "--days", DAYS]
    return [*arguments, "--tenants", tenants] if tenants else arguments


def default_path():
    """The release binary of this repository."""
    target = os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target")
    return Path(target) / "release" / "gristmill"


def prepare_store(gristmill, work, form):
    """The store in that form (`loaded` or `compacted`), made unless it is there: what making it took."""
    name = f"store-{form}"
    about = {"binary": gristmill.identity(), "events": work.events}
    found = work.prepared(name, about)
    if found:
        return found
    work.clear(name)
    store = work.place(name)
    seconds, peak = gristmill.load(work, store)
    compact_seconds = 0.0
    if form == "compacted":
        compact_seconds, compact_peak = gristmill.compact(work, store)
        peak = max(peak, compact_peak)
    found = {"rows": work.events, "seconds": seconds + compact_seconds, "bytes": bytes_below(store), "peak_bytes": peak}
    return work.note(name, about, found)


def write_queries(work, shapes):
    """The shapes' fetches as files: their paths."""
    folder = work.place("queries")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for shape in shapes:
        (folder / f"{shape.name}.json").write_text(shape.text)
    return [folder / f"{shape.name}.json" for shape in shapes]


def facts(gristmill, work):
    """The organizations and the session that the shapes ask about, from the generated events."""
    import pyarrow.parquet as parquet

    found = work.prepared("events.parquet", "facts")
    if found:
        return found
    columns = parquet.read_table(work.parquet, columns=["organization_id", "session_id"])
    counts = columns.column("organization_id").value_counts().to_pylist()
    ranked = sorted(counts, key=lambda each: (-each["counts"], each["values"]))
    biggest, smallest = ranked[0]["values"], ranked[-1]["values"]
    organizations = columns.column("organization_id")
    middle = next(at for at in range(work.events // 2, work.events) if organizations[at].as_py() == biggest)
    session = columns.column("session_id")[middle].as_py()
    return work.note("events.parquet", "facts", {"biggest": biggest, "smallest": smallest, "session": session})
