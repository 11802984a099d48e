"""A small process between: `watch COMMAND...` runs a command and says what it took as a line of JSON.

The most memory that the system tells of a child is at least what its parent had when it was started, and this parent
has little.
"""

import json
import os
import signal
import subprocess
import sys
import time


def main():
    """Runs the command; its talk goes to stderr, the exit code is its own."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    start = time.perf_counter()
    with subprocess.Popen(sys.argv[1:], stdout=sys.stderr) as child:
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            child.terminate()
            raise
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
    print(json.dumps({"seconds": seconds, "peak_bytes": usage.ru_maxrss * 1024}))
    return child.returncode


if __name__ == "__main__":
    sys.exit(main())
