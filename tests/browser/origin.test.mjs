// Pages of other origins: those that the service names may call it, and the others see nothing of it.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { startBrowser } from "./browser.mjs";
import { startService } from "./service.mjs";

const EVENT = {
  organization_id: "acme",
  vendor: "shop",
  event_version: 1,
  category: "page",
  action: "",
  label: "of another origin",
  timestamp: "2024-01-01T12:00:00Z",
};
const QUERY = { interval: { start: "2024-01-01", end: "2024-01-02" }, granularity: "all", aggregations: ["count"] };

let service, browser, allowed, other;

/** Serves an empty page; each port is an origin of its own. */
async function startPages() {
  const server = createServer((_, response) => response.setHeader("Content-Type", "text/html").end("<title>a page</title>"));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { origin: `http://127.0.0.1:${server.address().port}`, server };
}

before(async () => {
  [allowed, other, browser] = [await startPages(), await startPages(), await startBrowser()];
  service = await startService({ events: 0, flags: ["--cors", allowed.origin] });
});
after(async () => {
  await browser.close();
  await service.stop();
  allowed.server.close();
  other.server.close();
});

/** Lets a page of an origin store an event and ask for it, both as JSON, which a browser first asks leave for. */
async function callFrom({ origin }) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(origin);
  const found = await page.evaluate(
    async ([base, event, query]) => {
      const send = async (path, body, headers) => {
        try {
          const response = await fetch(base + path, {
            method: "POST",
            headers: { "Content-Type": "application/json", ...headers },
            body: JSON.stringify(body),
          });
          return await response.json();
        } catch (error) {
          return String(error);
        }
      };
      return {
        stored: await send("events/v2/store/external", event, { "Idempotency-Key": location.origin }),
        answer: await send("api/events/v2/orgs/acme/fetch", query),
      };
    },
    [service.base, EVENT, QUERY],
  );
  await context.close();
  return found;
}

const count = async () => JSON.parse(await service.ask("acme", QUERY)).data[0][1];

test("a page of an allowed origin stores and asks", async () => {
  const { stored, answer } = await callFrom(allowed);
  assert.deepEqual(stored, { stored: 1 });
  assert.equal(answer.data?.[0][1], 1);
  assert.equal(await count(), 1);
});

test("a page of another origin can neither store nor ask", async () => {
  const before = await count();
  const { stored, answer } = await callFrom(other);
  assert.match(stored, /Failed to fetch/);
  assert.match(answer, /Failed to fetch/);
  assert.equal(await count(), before);
});
