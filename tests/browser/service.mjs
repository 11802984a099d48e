// The real binary over a store of its own, and the calls that tests compare the page with.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const BINARY = process.env.GRISTMILL ?? new URL("../../target/debug/gristmill", import.meta.url).pathname;

/** Events that would like to be more than text. */
export const HOSTILE = "hostile";
const HOSTILE_EVENTS = [
  { category: "<img src=x onerror=alert(1)>", label: "bell\u0007 and \u202Ereversed", action: "", value: 3 },
  {
    category: "",
    label: '"quoted", comma',
    action: "javascript:alert(1)",
    properties: ["</script><script>alert(1)</script>"],
    value: -1.5,
  },
  { category: "=1+1", label: "line\nbreak", action: "a\u0000b", value: 7 },
].map((event, at) => ({
  event_version: 1,
  organization_id: HOSTILE,
  vendor: "<b>vendor</b>",
  timestamp: `2024-01-1${at}T10:00:00Z`,
  ...event,
}));

/** Starts a service over a new store; `events` 0 leaves it empty, `flags` go to `serve`. */
export async function startService({ events = 20_000, flags = [] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "gristmill-browser-"));
  const store = join(folder, "store");
  if (events > 0) {
    const lines = execFileSync(
      BINARY,
      ["generate", "--events", String(events), "--days", "60", "--tenants", "6", "--labels", "60"],
      { maxBuffer: 1 << 30 },
    );
    execFileSync(BINARY, ["ingest", "--store", store, "-"], { input: lines, stdio: ["pipe", "ignore", "ignore"] });
    const hostile = HOSTILE_EVENTS.map((event) => JSON.stringify(event)).join("\n");
    execFileSync(BINARY, ["ingest", "--store", store, "-"], { input: hostile, stdio: ["pipe", "ignore", "ignore"] });
  }
  const child = spawn(BINARY, ["serve", "--store", store, "--listen", "127.0.0.1:0", ...flags], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const base = await new Promise((found, failed) => {
    let said = "";
    child.stderr.on("data", (bytes) => {
      said += bytes;
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
      if (address) found(`${address[0]}/`);
    });
    child.on("exit", () => failed(new Error(`the service ended: ${said}`)));
  });
  for (let ready = false; !ready;) ready = (await fetch(`${base}readyz`)).ok;

  const ask = async (organization, request, accept = "application/json", key = "") => {
    const path = `${base}api/events/v2/orgs/${encodeURIComponent(organization)}/fetch`;
    const response = await fetch(path, {
      method: "POST",
      body: typeof request === "string" ? request : JSON.stringify(request),
      headers: { Accept: accept, ...(key && { Authorization: `Bearer ${key}` }) },
    });
    return response.text();
  };

  return {
    base,
    ask,
    store,
    /** Makes a token, and gives its key. */
    createToken: (...flags) =>
      execFileSync(BINARY, ["token", "create", "--store", store, ...flags], { stdio: ["ignore", "pipe", "ignore"] })
        .toString()
        .trim(),
    get: async (path) => (await fetch(base + path)).json(),
    async stop() {
      const ended = new Promise((done) => child.on("exit", done));
      child.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The organization with the most events. */
export async function largest(service) {
  const { organizations } = await service.get("api/events/v2/orgs");
  const interval = { start: "2000-01-01", end: "2100-01-01" };
  const counts = await Promise.all(
    organizations.map(async (id) => {
      const answer = JSON.parse(await service.ask(id, { interval, granularity: "all", aggregations: ["count"] }));
      return { id, count: answer.data[0][1] };
    }),
  );
  return counts.sort((a, b) => b.count - a.count)[0].id;
}
