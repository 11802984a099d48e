"""What schemathesis needs to know of the service beyond its description."""

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def lines(_context, value):
    """An event a line; what is generated in place of such a text is sent as it is."""
    if isinstance(value, bytes):
        return value
    return str(value).encode("utf-8", "surrogatepass")


@schemathesis.hook
def map_body(context, body):
    """Leaves the organization to the path, which a schema cannot say: any other is refused before all else is read."""
    if "{organization}" in context.operation.path and isinstance(body, dict):
        body.pop("organization_id", None)
    return body
