"""The columns of generated events, by the form that suits a column store."""

# The order that every peer sorts its rows by, as gristmill does.
ORDER = ("organization_id", "vendor", "timestamp")
# Texts with few different values: at most a few thousand.
FEW = (
    "organization_id", "vendor", "source", "category", "label", "action", "dim1", "dim2", "dim4", "dim5",
    "browser_name", "browser_version", "device_screen_height", "device_screen_width", "device_type", "geo_city",
    "geo_country", "ip_organization", "os_name", "os_version",
)  # fmt: skip
# UUIDs with about as many values as visitors or sessions.
UUIDS = ("visitor_id", "session_id", "user_id")
# The other texts with very many values.
MANY = ("dim3",)
REQUIRED = ("timestamp", "organization_id", "vendor", "event_version", "source", "category", "label", "action")
TEXTS = FEW + UUIDS + MANY
ALL = ("timestamp", "value", "event_version", *TEXTS, "properties")
