#!/usr/bin/env python3
"""Gristmill beside DuckDB, ClickHouse, Polars and DataFusion. See README.md."""

from pathlib import Path

import environment

CACHE = environment.cache("gristmill-peers")


def command():
    """Runs what the command line asks for: the exit code. What it imports is in the environment only."""
    from compare.command import main

    return main(CACHE / "work")


if __name__ == "__main__":
    environment.run(Path(__file__).resolve(), CACHE / "venv", command)
