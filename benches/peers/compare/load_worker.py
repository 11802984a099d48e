"""The process of one load: `load_worker PEER SOURCE FORM SORTED PLACE` loads a file of events into a folder."""

import json
import sys
import time
from pathlib import Path

from . import peers, process


def main():
    """Loads, and says what it took; without the time that Python needs to begin."""
    name, source, form, is_sorted, place = sys.argv[1:]
    peer = peers.module(name)
    start = time.perf_counter()
    rows = peer.load_file(source, form, is_sorted == "1", Path(place))
    seconds = time.perf_counter() - start
    print(json.dumps({"rows": rows, "seconds": seconds, "peak_bytes": process.peak_bytes()}))


if __name__ == "__main__":
    main()
