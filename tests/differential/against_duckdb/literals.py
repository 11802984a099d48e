"""JSON that keeps the text of its numbers, and texts as SQL."""

import json
import re
from dataclasses import dataclass

# Around the text of a number while the JSON is written; private use, in no text of an event or a fetch.
_MARK = "\ue0ff"
_MARKED = re.compile(f'"{_MARK}([^{_MARK}]*){_MARK}"')


@dataclass(frozen=True)
class Number:
    """A JSON number as it is written: `1.50` is not `1.5`."""

    text: str


def json_text(value):
    """A value as JSON, its `Number`s as they are written."""

    def marked(number):
        return f"{_MARK}{number.text}{_MARK}"

    return _MARKED.sub(r"\1", json.dumps(value, ensure_ascii=False, default=marked))


def scalar_text(value):
    """The JSON text of a scalar: a text itself, a number as it is written, `true` and `false`; null is `None`."""
    if value is None or isinstance(value, str):
        return value
    return json_text(value)


def sql_text(text):
    """A text as SQL. Control characters are written by number, so that what is printed can be run again."""
    parts = [
        f"chr({ord(part)})" if len(part) == 1 and ord(part) < 32 else "'" + part.replace("'", "''") + "'"
        for part in re.split(r"([\x00-\x1f])", text)
        if part
    ]
    return "(" + " || ".join(parts) + ")" if len(parts) > 1 else (parts or ["''"])[0]


def sql_number(number):
    """A number of 64 bits as SQL, exact."""
    return f"'{float(number)!r}'::DOUBLE"


def sql_name(name):
    """A column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'
