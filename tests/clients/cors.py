#!/usr/bin/env python3
"""The questions that browsers ask before a page of another origin may call the service.

    cors.py URL ALLOWED

ALLOWED is an origin that `gristmill serve --cors` names. Exits with 1 at the first answer that is not as it must be.
"""

import sys

import requests

OTHER = "https://other.example"
STORE = ("POST", "/events/v2/store/external")
FETCH = ("POST", "/api/events/v2/orgs/acme/fetch")
LIST = ("GET", "/api/events/v2/orgs")


def preflight(url, origin, method, path, headers):
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": headers,
    }
    return requests.options(url + path, headers=asked)


def words(response, header):
    return {word.strip().lower() for word in response.headers.get(header, "").split(",")}


def expect(right, what, response):
    if not right:
        sys.exit(f"{what}: {response.status_code} {dict(response.headers)}")
    print(f"ok: {what}")


def main():
    url, allowed = sys.argv[1:3]
    for method, path in [STORE, FETCH, LIST]:
        # What a page sends with JSON, with a token, and with a batch that must not be stored twice.
        headers = "authorization,content-type,content-encoding,idempotency-key"
        answer = preflight(url, allowed, method, path, headers)
        may = (
            answer.ok
            and answer.headers.get("Access-Control-Allow-Origin") == allowed
            and method.lower() in words(answer, "Access-Control-Allow-Methods")
            and set(headers.split(",")) <= words(answer, "Access-Control-Allow-Headers")
            and "origin" in words(answer, "Vary")
        )
        expect(may, f"{method} {path} of an allowed origin", answer)
        answer = preflight(url, OTHER, method, path, headers)
        expect("Access-Control-Allow-Origin" not in answer.headers, f"{method} {path} of another origin", answer)

    # The answers themselves say it too: a browser looks at both.
    answer = requests.get(url + LIST[1], headers={"Origin": allowed})
    may = answer.headers.get("Access-Control-Allow-Origin") == allowed
    exposed = {"gristmill-warning", "retry-after"} <= words(answer, "Access-Control-Expose-Headers")
    expect(answer.ok and may and exposed, "an answer to an allowed origin", answer)
    answer = requests.get(url + LIST[1], headers={"Origin": OTHER})
    expect("Access-Control-Allow-Origin" not in answer.headers, "an answer to another origin", answer)


main()
