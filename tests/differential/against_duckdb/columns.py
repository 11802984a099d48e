"""The columns of an event, as the documentation has them."""

REQUIRED = ("organization_id", "vendor", "category", "label", "action")
OPTIONAL = (
    "dim1", "dim2", "dim3", "dim4", "dim5", "visitor_id", "session_id", "user_id", "browser_name", "browser_version",
    "device_screen_height", "device_screen_width", "device_type", "geo_city", "geo_country", "ip_organization",
    "os_name", "os_version",
)  # fmt: skip
# Columns of one text at most.
TEXTS = (*REQUIRED, *OPTIONAL, "source")
DIMENSIONS = (*TEXTS, "event_version", "properties")
