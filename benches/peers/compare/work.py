"""The work folder: generated events, loaded peers, answers, logs. What is there and matches is used again."""

import json
import shutil
from pathlib import Path

DAYS = 90
SEED = 1


class Work:
    """A work folder for one number of events."""

    def __init__(self, root, events):
        self.root = Path(root).expanduser().resolve()
        self.events = events
        self.data = self.root / f"{events}-events"
        self.data.mkdir(parents=True, exist_ok=True)

    @property
    def parquet(self):
        """The generated events."""
        return self.data / "events.parquet"

    @property
    def ndjson(self):
        """The generated events as a JSON object a line."""
        return self.data / "events.ndjson"

    @property
    def dump(self):
        """The folder of the events as gristmill exports them."""
        return self.data / "dump"

    @property
    def dump_files(self):
        """The pattern of its files."""
        return self.dump / "*" / "*.parquet"

    def place(self, name):
        """Where a peer keeps what it loaded."""
        return self.data / name

    def log(self, name):
        """Where the talk of a child process goes."""
        return self.data / "logs" / f"{name}.log"

    def prepared(self, name, about):
        """What was noted when `name` was prepared from the same `about`; `None` when it must be done."""
        try:
            note = json.loads(self._note(name).read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        return note["found"] if note["about"] == about and self.place(name).exists() else None

    def clear(self, name):
        """Makes room to prepare `name` anew."""
        self._note(name).unlink(missing_ok=True)
        place = self.place(name)
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)

    def note(self, name, about, found):
        """Notes that `name` is complete."""
        self._note(name).write_text(json.dumps({"about": about, "found": found}))
        return found

    def _note(self, name):
        return self.data / f"{name}.prepared.json"


def bytes_below(place):
    """The bytes of a file, or of all files below a folder."""
    if place.is_file():
        return place.stat().st_size
    return sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
