"""DataFusion: Parquet sorted as gristmill sorts, with dictionaries, bloom filters and a page index."""

import datafusion

from .. import columns, sql
from ..process import THREADS
from ..work import bytes_below

PLACE = "datafusion.parquet"
# Raised when the form below changes, so that what was loaded before is not taken for it.
FORM = 1
# Rows of a page: small enough for a needle, large enough for the dictionaries' codes to pack well.
PAGE_ROWS = 8_192
ROW_GROUP_ROWS = 262_144
# Memory for the sort, beyond which it goes to the disk: 20 million events would take more than 11 GiB.
LOAD_BYTES = 4 << 30


def load(work):
    """Writes the generated events as a sorted Parquet file."""
    memory = datafusion.RuntimeEnvBuilder().with_disk_manager_os().with_fair_spill_pool(LOAD_BYTES)
    context = _context(memory)
    context.register_parquet("source", str(work.parquet))
    selected = ", ".join(map(_converted, columns.ALL))
    blooms = ", ".join(f"'format.bloom_filter_enabled::{column}' true" for column in columns.UUIDS + columns.MANY)
    context.sql(
        f"COPY (SELECT {selected} FROM source ORDER BY {', '.join(columns.ORDER)}) TO '{work.place(PLACE)}' "
        f"STORED AS PARQUET OPTIONS ('format.compression' 'snappy', 'format.max_row_group_size' {ROW_GROUP_ROWS}, "
        f"'format.data_page_row_count_limit' {PAGE_ROWS}, 'format.statistics_enabled' 'page', "
        f"'format.dictionary_enabled' true, {blooms})"
    ).collect()
    return context.read_parquet(str(work.place(PLACE))).count()


def _converted(column):
    if column in columns.TEXTS:
        # Plain texts: the Parquet writer makes dictionaries of its own.
        return f"CAST({column} AS VARCHAR) AS {column}"
    if column == "event_version":
        return "CAST(event_version AS TINYINT) AS event_version"
    return f'"{column}"'


def size(work):
    """Bytes of what was written."""
    return bytes_below(work.place(PLACE))


def _context(memory=None):
    config = (
        datafusion.SessionConfig()
        .with_target_partitions(THREADS)
        .with_parquet_pruning(True)
        .set("datafusion.execution.parquet.pushdown_filters", "true")
        .set("datafusion.execution.parquet.reorder_filters", "true")
        .set("datafusion.execution.parquet.enable_page_index", "true")
        .set("datafusion.execution.parquet.bloom_filter_on_read", "true")
        # One file: both threads must share it.
        .set("datafusion.optimizer.repartition_file_min_size", "1")
    )
    return datafusion.SessionContext(config, memory)


class Dialect(sql.Dialect):
    """DataFusion's words."""

    def instant(self, millis):
        return f"arrow_cast({millis}, 'Timestamp(Millisecond, Some(\"UTC\"))')"

    def buckets(self, shape):
        if shape.width is None:
            return [(self.month_number(shape), "month")]
        shifted = self.by_offset(shape, lambda offset: f"arrow_cast(\"timestamp\", 'Int64') + {offset - shape.origin}")
        return [(f"({shifted}) / {shape.width}", "number")]

    def regex(self, column, pattern):
        return [f"regexp_like({column}, {pattern})"]

    def between(self, column, lower, upper):
        return [f"try_cast({column} AS INT) BETWEEN {lower} AND {upper}"]

    def unnest(self):
        return ["unnest(properties)"]

    def any(self, *values):
        each = " OR ".join(f"array_has(properties, {value})" for value in values)
        return [f"({each})", f"array_has_any(properties, [{', '.join(values)}])"]


class DumpPeer:
    """The exported Parquet files, ready to be asked."""

    def __init__(self, work):
        self.context = _context()
        self.context.register_parquet("events", f"{work.dump}/")

    def phrasings(self, shape):
        """The ways to ask, see `sql.asks`."""
        return sql.asks(shape, Dialect(), lambda text: self.context.sql(text).to_arrow_table())


class Peer:
    """The written events, ready to be asked."""

    def __init__(self, work):
        self.context = _context()
        order = [[datafusion.col(column).sort() for column in columns.ORDER]]
        self.context.register_parquet("events", str(work.place(PLACE)), file_sort_order=order)

    def phrasings(self, shape):
        """The ways to ask, see `sql.asks`."""
        return sql.asks(shape, Dialect(), lambda text: self.context.sql(text).to_arrow_table())
