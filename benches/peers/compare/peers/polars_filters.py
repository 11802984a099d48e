"""The filters of the shapes as Polars expressions; where there are several, the fastest counts."""

import polars as pl


def _values(rows, column, condition):
    """Whether a text is one of the column's values for which a condition holds; asking each row takes far longer."""
    kind = rows.schema[column]
    values = kind.categories
    chosen = values.filter(condition(values))
    return pl.col(column).is_in(pl.Series(chosen, dtype=kind).implode())


def mobile(rows, shape):
    """Of `selector_by_day`."""
    return pl.col("device_type") == "mobile"


def mixed(rows, shape):
    """Of `boolean_mix_by_hour`."""
    devices = (pl.col("device_type") == "mobile") | pl.col("geo_country").is_in(["SE", "NO", "DK"])
    labels = _values(rows, "label", lambda values: values.str.contains("-(campaign|blog)-[0-9]+$"))
    return devices & (pl.col("action") != "view") & labels


def any_element(rows, shape):
    """Of `properties_under_filter`; `list.contains` of each value takes ten times as long."""
    return pl.col("properties").list.eval(pl.element().is_in(["campaign:spring", "customer:new"])).list.any()


def session(rows, shape):
    """Of `session_needle`."""
    return pl.col("session_id") == shape.facts["session"]


def wide_campaigns(rows, shape):
    """Of `bound_and_like_by_day`."""
    widths = _values(rows, "device_screen_width", lambda values: values.cast(pl.Int32).is_between(400, 1500))
    return widths & _values(rows, "label", lambda values: values.str.contains("-campaign-", literal=True))


FILTERS = {
    "selector_by_day": (mobile,),
    "boolean_mix_by_hour": (mixed,),
    "properties_under_filter": (any_element,),
    "session_needle": (session,),
    "bound_and_like_by_day": (wide_campaigns,),
}

MOBILE = pl.col("device_type") == "mobile"
# The same of plain texts, for Parquet files.
OF_TEXTS = {
    "selector_by_day": MOBILE,
    "boolean_mix_by_hour": (MOBILE | pl.col("geo_country").is_in(["SE", "NO", "DK"]))
    & (pl.col("action") != "view")
    & pl.col("label").str.contains("-(campaign|blog)-[0-9]+$"),
    "properties_under_filter": pl.col("properties")
    .list.eval(pl.element().is_in(["campaign:spring", "customer:new"]))
    .list.any(),
    "bound_and_like_by_day": pl.col("device_screen_width").cast(pl.Int32, strict=False).is_between(400, 1500)
    & pl.col("label").str.contains("-campaign-", literal=True),
}
