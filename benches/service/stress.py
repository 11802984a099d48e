"""How much memory a service takes that is asked for far more than it can do.

    cargo build --release -p gristmill-cli
    python3 benches/service/stress.py target/release/gristmill [SECONDS]

Starts the service on a store of its own, and lets 100 clients send batches of 8 MiB, 100 ask for groups of every visitor, and 50
send a body at a byte a tenth of a second. Tells its resident memory each second, and at the end how often each status came;
"closed" is a connection that the service has ended. Needs Linux, and nothing but Python.
"""

import collections
import http.client
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

BODY_BYTES = 8 << 20
EVENTS = 14_000
STORERS, FETCHERS, DAWDLERS = 100, 100, 50
STORE = "/events/v2/store/untrusted"
QUERY = {
    "granularity": "all",
    "group_by": ["visitor_id", "session_id"],
    "aggregations": ["count", "sum", "label_uniq"],
    "interval": {"start": "2000-01-01", "end": "2100-01-01"},
}


def batch(gristmill):
    """A body of nearly BODY_BYTES, and the organization of most of its events."""
    lines = subprocess.run([gristmill, "generate", "--events", str(EVENTS)], check=True, capture_output=True)
    body, organizations = b"", collections.Counter()
    for line in lines.stdout.splitlines():
        event = json.loads(line) | {"source": "untrusted"}
        text = json.dumps(event).encode() + b"\n"
        if len(body) + len(text) > BODY_BYTES:
            break
        body += text
        organizations[event["organization_id"]] += 1
    return body, organizations.most_common(1)[0][0]


class Flood:
    def __init__(self, address, seconds):
        self.address = address
        self.end = time.monotonic() + seconds
        self.seen = collections.Counter()
        self.lock = threading.Lock()

    def over(self):
        return time.monotonic() >= self.end

    def note(self, what):
        with self.lock:
            self.seen[what] += 1

    def repeat(self, what, path, body):
        while not self.over():
            connection = http.client.HTTPConnection(self.address, timeout=60)
            try:
                while not self.over():
                    connection.request("POST", path, body)
                    answer = connection.getresponse()
                    answer.read()
                    self.note(f"{what} {answer.status}")
            except (OSError, http.client.HTTPException):
                self.note(f"{what} closed")
            finally:
                connection.close()

    def dawdle(self):
        while not self.over():
            connection = http.client.HTTPConnection(self.address)
            try:
                connection.putrequest("POST", STORE)
                connection.putheader("Content-Length", str(BODY_BYTES))
                connection.endheaders(b" " * (BODY_BYTES // 8))
                while not self.over():
                    connection.send(b" ")
                    time.sleep(0.1)
            except OSError:
                self.note("slow closed")
            finally:
                connection.close()

    def start(self, count, work, *arguments):
        for _ in range(count):
            threading.Thread(target=work, args=arguments, daemon=True).start()


def resident(process):
    """MiB."""
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) >> 10
    return 0


def serve(gristmill, folder):
    """The service, and its address; its log is read to its end."""
    command = [gristmill, "serve", "--store", f"{folder}/store", "--listen", "127.0.0.1:0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if "listening on http://" in line:
            threading.Thread(target=collections.deque, args=(process.stderr, 0), daemon=True).start()
            return process, line.split("http://")[1].strip()
    sys.exit("the service did not start")


def main():
    gristmill = sys.argv[1]
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    body, organization = batch(gristmill)
    with tempfile.TemporaryDirectory() as folder:
        process, address = serve(gristmill, folder)
        flood = Flood(address, seconds)
        query = json.dumps(QUERY).encode()
        flood.start(STORERS, flood.repeat, "store", STORE, body)
        flood.start(FETCHERS, flood.repeat, "fetch", f"/api/events/v2/orgs/{organization}/fetch", query)
        flood.start(DAWDLERS, flood.dawdle)
        most = 0
        while not flood.over():
            time.sleep(1)
            now = resident(process)
            most = max(most, now)
            print(f"{now} MiB", flush=True)
        process.terminate()
        process.wait()
        print(f"at the most {most} MiB; {dict(sorted(flood.seen.items()))}", flush=True)
    # Clients that still wait for an answer are not waited for.
    os._exit(0)


if __name__ == "__main__":
    main()
