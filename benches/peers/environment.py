"""An environment of Python with pinned packages, made below the user's cache at the first run."""

import os
import signal
import subprocess
import sys
from pathlib import Path

OLDEST_PYTHON = (3, 11)


def cache(name):
    """The folder for what a runner of that name can make again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / name


def run(script, place, command):
    """Ends with what `command` gives in the environment at `place`, or for the argument `test` with the tests' code."""
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(f"Python {'.'.join(map(str, OLDEST_PYTHON))} or newer is needed, this is {sys.version.split()[0]}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        enter(place, script)
        sys.exit(run_tests(script.parent) if sys.argv[1:] == ["test"] else command())
    except KeyboardInterrupt:
        sys.exit(130)
    except subprocess.CalledProcessError as error:
        sys.exit(f"{script.name}: {error}")


def enter(place, script):
    """Continues `script` in the environment at `place`, which has what `requirements.txt` beside the script pins."""
    requirements = script.with_name("requirements.txt")
    python = place / "bin" / "python"
    mark = place / "requirements.txt"
    wanted = requirements.read_text()
    if not mark.is_file() or mark.read_text() != wanted:
        print(f"making the environment {place} ...", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        together = subprocess.run([*install, "-r", requirements])
        if together.returncode:
            install_one_by_one(install, wanted)
        mark.write_text(wanted)
    if Path(sys.prefix).resolve() != place.resolve():
        os.execv(python, [str(python), str(script), *sys.argv[1:]])


def install_one_by_one(install, wanted):
    """Installs what can be: a package that cannot is named here, and left out by name later."""
    for line in wanted.splitlines():
        if line and not line.startswith("#") and subprocess.run([*install, line]).returncode:
            print(f"cannot install {line}: it is left out", file=sys.stderr)


def run_tests(folder):
    """Runs the tests in the folder `tests` of that folder: the exit code."""
    command = [sys.executable, "-m", "unittest", "discover", "--top-level-directory", "."]
    paths = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(command, cwd=folder, env=paths).returncode
