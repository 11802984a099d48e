#!/usr/bin/env python3
"""Random fetches over random events, answered by gristmill and by DuckDB. See README.md."""

import signal
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve()
# The environment, the binary and its failures are those of the comparison with the peers.
sys.path.insert(0, str(SCRIPT.parents[2] / "benches" / "peers"))

import environment  # noqa: E402

CACHE = environment.cache("gristmill-differential")

if __name__ == "__main__":
    environment.check_python()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        environment.enter(CACHE / "venv", SCRIPT)
        if sys.argv[1:] == ["test"]:
            sys.exit(environment.run_tests(SCRIPT.parent))
        from against_duckdb.command import main

        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except subprocess.CalledProcessError as error:
        sys.exit(f"run.py: {error}")
