"""Child processes: run, watched, ended with their parent."""

import json
import os
import subprocess
import sys
from pathlib import Path

from .failure import Failure

THREADS = 2
PACKAGE = Path(__file__).resolve().parent
# Each library reads its number of threads before it starts; those that have a setting get it there as well.
ENVIRONMENT = {"POLARS_MAX_THREADS": str(THREADS), "RAYON_NUM_THREADS": str(THREADS), "OMP_NUM_THREADS": str(THREADS)}


def python(module, *arguments):
    """The command that runs a module of this package in the interpreter that runs now."""
    return [sys.executable, "-m", f"{PACKAGE.name}.{module}", *map(str, arguments)]


def lines(command, log, stdin=None):
    """Runs a command and yields each line of its stdout as JSON. Its stderr goes to the file `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "w") as errors:
        child = subprocess.Popen(
            command,
            cwd=PACKAGE.parent,
            env=os.environ | ENVIRONMENT,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            for line in child.stdout:
                yield parsed(line, log)
            code = child.wait()
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()
    if code:
        raise Failure(f"`{' '.join(map(str, command[:5]))} ...` ended with {code}: {last_line(log)} (all of it: {log})")


def parsed(line, log):
    """A line of a child as JSON."""
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise Failure(f"a child process said {line.strip()[:80]!r}, which is no JSON (its log: {log})") from error


def last_line(log):
    """The last line of a log that is not empty, which is where Python and the engines say what went wrong."""
    told = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return told[-1] if told else "it said nothing"


def watched(command, log, stdin=None):
    """Runs a command to its end: seconds of wall time, and the most memory it had at once, in bytes."""
    (found,) = lines(python("watch", *command), log, stdin)
    return found["seconds"], found["peak_bytes"]


def peak_bytes():
    """The most memory this process has had at once, in bytes."""
    # Not `getrusage`, which counts what the parent had when it started this process.
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) * 1024
