#!/usr/bin/env python3
"""The service, used by a client that knows `requests` and nothing of Gristmill.

    client.py URL ORGANIZATION [KEY]

With a key, every request carries it. Exits with 1 at the first answer that is not as it must be.
"""

import json
import sys

import requests

INTERVAL = {"start": "2021-11-26T00:00:00.000+02:00", "end": "2022-02-08T23:59:59.999+02:00"}
TIME = "2021-12-24T18:00:00Z"


class Client:
    def __init__(self, url, organization, key):
        self.url, self.organization = url, organization
        self.session = requests.Session()
        if key:
            self.session.headers["Authorization"] = f"Token {key}"

    def event(self, **fields):
        required = {
            "event_version": 1,
            "organization_id": self.organization,
            "vendor": "com.company.system",
            "category": "event",
            "action": "",
            "label": "",
        }
        return {**required, **fields}

    def store(self, *events, path="/events/v2/store/external"):
        """Stores events as a client that posts `json=`; how many were stored."""
        response = self.session.post(self.url + path, json={"events": list(events)})
        response.raise_for_status()
        return response.json()["stored"]

    def query(self, **keys):
        base = {
            "interval": {**INTERVAL, "time_zone": "Europe/Helsinki"},
            "granularity": "all",
            "organization_id": self.organization,
            "filters": {},
        }
        return {**base, **keys}

    def fetch(self, query, method="POST", path="fetch"):
        response = self.session.request(
            method, f"{self.url}/api/events/v2/orgs/{self.organization}/{path}", json=query
        )
        response.raise_for_status()
        assert response.headers["Content-Type"].startswith("application/json"), response.headers
        return response.content

    def rows(self, **keys):
        return json.loads(self.fetch(self.query(**keys)))["data"]


def expect(found, expected, what):
    if found != expected:
        sys.exit(f"{what}: expected {expected!r}, found {found!r}")
    print(f"ok: {what}")


def main():
    client = Client(sys.argv[1], sys.argv[2], (sys.argv + [None])[3])
    count = {"aggregations": ["count"]}

    # What real clients send, as it is.
    stored = client.store(
        client.event(timestamp=TIME, value=1, properties=[], visitor_id="v-1"),
        client.event(timestamp=TIME, value=None, properties=[""]),
        client.event(timestamp=TIME, value=2.5, properties=["a", "b"], label="buy now"),
    )
    expect(stored, 3, "events by json=")
    expect(client.store(client.event(value=1)), 1, "an event of now")
    bare = client.session.post(
        client.url + "/events/v1/store/untrusted", json=client.event(timestamp=TIME, label="bare")
    )
    expect((bare.status_code, bare.json()), (200, {"stored": 1}), "a bare event by the first version's path")

    # The same query in every way that a client may send it.
    query = client.query(sources=["trusted", "untrusted"], group_by=[], aggregations=[])
    posted = client.fetch(query)
    answer = json.loads(posted)
    names = [field["name"] for field in answer["fields"]]
    expect(names, ["timestamp", "count", "sum", "avg", "min", "max"], "all figures where none is asked for")
    expect(answer["data"], [["2021-11-26T00:00:00.000+02:00", 4, 3.5, 1.75, 1.0, 2.5]], "their values")
    expect(client.fetch(query, method="GET"), posted, "GET with a body answers as POST")
    expect(client.fetch(query, path="fetch/"), posted, "and so does the path with a slash at its end")

    # Words that clients leave out, or use in their own way.
    rows = client.rows(interval=INTERVAL, **count)
    expect(rows, [["2021-11-25T22:00:00.000Z", 4]], "without time_zone")
    without = client.query(**count)
    del without["filters"]
    expect(client.fetch(without), client.fetch(client.query(**count)), "no filters are as empty ones")
    found = [row[1:] for row in client.rows(group_by=["properties"], **count)]
    expect(found, [[None, 2], ["", 1], ["a", 1], ["b", 1]], "properties, none and empty ones too")
    regex = {"type": "regex", "dimension": "label", "value": "^buy"}
    expect(client.rows(filters=regex, **count)[0][1], 1, "a regex under `value`")
    both = {"type": "and", "fields": [{"type": "selector", "dimension": "category", "value": "event"}]}
    expect(client.rows(filters=both, **count)[0][1], 4, "a selector in an `and`")

    # What is wrong is said in words, with its place.
    wrong = client.session.post(
        f"{client.url}/api/events/v2/orgs/{client.organization}/fetch",
        json=client.query(filters={"type": "selector", "dimension": "categry", "value": "event"}),
    )
    expect(wrong.status_code, 400, "a misspelt dimension")
    error = wrong.json()["error"]
    expect((error["path"], "category" in error["message"]), ("filters.dimension", True), "what is wrong with it")


main()
