#!/usr/bin/env python3
"""Random fetches over random events, answered by gristmill and by DuckDB. See README.md."""

import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve()
# The environment, the binary and its failures are those of the comparison with the peers.
sys.path.insert(0, str(SCRIPT.parents[2] / "benches" / "peers"))

import environment  # noqa: E402


def command():
    """Runs the comparison: the exit code. What it imports is in the environment only."""
    from against_duckdb.command import main

    return main()


if __name__ == "__main__":
    environment.run(SCRIPT, environment.cache("gristmill-differential") / "venv", command)
