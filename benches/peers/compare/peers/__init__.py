"""The peers, a module each. One is imported only where it is measured, loaded, or asked for its form."""

from importlib import import_module, metadata

from ..failure import Failure

# The distribution that each comes from.
DISTRIBUTIONS = {"duckdb": "duckdb", "clickhouse": "chdb", "polars": "polars", "datafusion": "datafusion"}
NAMES = tuple(DISTRIBUTIONS)


def module(name):
    """The module of a peer: `load(work)`, `size(work)` in bytes, and `Peer(work)` with `phrasings(shape)`."""
    try:
        return import_module(f"{__name__}.{name}")
    except ImportError as error:
        raise Failure(f"it is not installed: {error}") from error


def versions(gristmill, names):
    """The versions of gristmill and of these peers."""
    return {"gristmill": gristmill.version()} | {name: version(name) for name in names}


def version(name):
    """The version of a peer that is installed."""
    return metadata.version(DISTRIBUTIONS[name])
