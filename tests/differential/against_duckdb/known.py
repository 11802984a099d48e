"""What DuckDB is known to answer otherwise, each as narrow as it can be stated. README.md explains each."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Known:
    """A difference that is DuckDB's: its name and the fetches that may show it."""

    name: str
    shows: Callable


KNOWN = ()


def known(translation):
    """The name of the first known difference that a fetch may show; `None` for none."""
    return next((each.name for each in KNOWN if each.shows(translation)), None)
