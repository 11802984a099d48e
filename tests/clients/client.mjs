// The service, used by a client that knows what Node brings along, and nothing of Gristmill.
//
//     node client.mjs URL ORGANIZATION [KEY]
//
// With a key, every request carries it. Exits with 1 at the first answer that is not as it must be.

import assert from "node:assert/strict";
import http from "node:http";

const [url, organization, key] = process.argv.slice(2);
const headers = { "Content-Type": "application/json", ...(key && { Authorization: `Bearer ${key}` }) };
const event = {
    event_version: 1,
    organization_id: organization,
    vendor: "com.company.node",
    category: "event",
    action: "",
    label: "",
    properties: [],
    value: 2,
    timestamp: "2021-12-24T18:00:00Z",
};
const query = JSON.stringify({
    interval: { start: "2021-12-24", end: "2021-12-25", time_zone: "Europe/Helsinki" },
    granularity: "all",
    vendor: "com.company.node",
    aggregations: ["count", "sum"],
    filters: { type: "and", fields: [{ type: "selector", dimension: "category", value: "event" }] },
});
const path = `${url}/api/events/v2/orgs/${organization}/fetch`;

const stored = await fetch(`${url}/events/v2/store/external`, {
    method: "POST",
    headers,
    body: JSON.stringify({ events: [event, event] }),
});
assert.equal(stored.status, 200);
assert.deepEqual(await stored.json(), { stored: 2 });
console.log("ok: events by fetch");

const posted = await fetch(path, { method: "POST", headers, body: query });
assert.equal(posted.status, 200);
const answer = await posted.text();
assert.deepEqual(JSON.parse(answer).data, [["2021-12-24T00:00:00.000+02:00", 2, 4]]);
console.log("ok: an answer by fetch");

// The standard of fetch forbids what other clients do: it is refused before anything is sent.
await assert.rejects(fetch(path, { method: "GET", headers, body: query }), TypeError);
const got = await new Promise((resolve, reject) => {
    // With GET, Node does not say by itself that there is a body.
    const sized = { ...headers, "Content-Length": Buffer.byteLength(query) };
    const request = http.request(path, { method: "GET", headers: sized }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part) => (text += part)).on("end", () => resolve(text));
    });
    request.on("error", reject).end(query);
});
assert.equal(got, answer);
console.log("ok: GET with a body, by node:http, answers as POST");
