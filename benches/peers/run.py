#!/usr/bin/env python3
"""Gristmill beside DuckDB, ClickHouse, Polars and DataFusion. See README.md."""

import signal
import subprocess
import sys
from pathlib import Path

import environment

SCRIPT = Path(__file__).resolve()
CACHE = environment.cache("gristmill-peers")

if __name__ == "__main__":
    environment.check_python()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        environment.enter(CACHE / "venv", SCRIPT)
        if sys.argv[1:] == ["test"]:
            sys.exit(environment.run_tests(SCRIPT.parent))
        from compare.command import main

        sys.exit(main(CACHE / "work"))
    except KeyboardInterrupt:
        sys.exit(130)
    except subprocess.CalledProcessError as error:
        sys.exit(f"run.py: {error}")
