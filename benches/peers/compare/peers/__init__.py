"""The peers, a module each. They are imported only in the process that measures them."""

from importlib import import_module

NAMES = ("duckdb", "clickhouse", "polars", "datafusion")


def module(name):
    """The module of a peer: `load(work)`, `size(work)` in bytes, and `Peer(work)` with `phrasings(shape)`."""
    return import_module(f"{__name__}.{name}")
