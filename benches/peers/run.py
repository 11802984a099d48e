#!/usr/bin/env python3
"""Gristmill beside DuckDB, ClickHouse, Polars and DataFusion. See README.md."""

import os
import signal
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements.txt"
OLDEST_PYTHON = (3, 11)


def cache():
    """The folder for what can be made again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gristmill-peers"


def enter_environment():
    """Continues in an environment that has the pinned peers, made at the first run."""
    place = cache() / "venv"
    python = place / "bin" / "python"
    mark = place / "requirements.txt"
    wanted = REQUIREMENTS.read_text()
    if not mark.is_file() or mark.read_text() != wanted:
        print(f"making the environment of the peers in {place} ...", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        together = subprocess.run([*install, "-r", REQUIREMENTS])
        if together.returncode:
            install_one_by_one(install, wanted)
        mark.write_text(wanted)
    if Path(sys.prefix).resolve() != place.resolve():
        os.execv(python, [str(python), str(HERE / "run.py"), *sys.argv[1:]])


def install_one_by_one(install, wanted):
    """Installs what can be: a peer that cannot is named here, and left out of the tables by name later."""
    for line in wanted.splitlines():
        if line and not line.startswith("#") and subprocess.run([*install, line]).returncode:
            print(f"cannot install {line}: it is left out", file=sys.stderr)


if __name__ == "__main__":
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(f"Python {'.'.join(map(str, OLDEST_PYTHON))} or newer is needed, this is {sys.version.split()[0]}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        enter_environment()
        if sys.argv[1:] == ["test"]:
            os.chdir(HERE)
            sys.exit(
                subprocess.run([sys.executable, "-m", "unittest", "discover", "--top-level-directory", "."]).returncode
            )
        from compare.command import main

        sys.exit(main(cache() / "work"))
    except KeyboardInterrupt:
        sys.exit(130)
    except subprocess.CalledProcessError as error:
        sys.exit(f"run.py: {error}")
