// The modules of the page that know no element: time, filters, requests, answers, numbers, links. They run where they
// belong, in the browser, as the service gives them.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openConsole, startBrowser } from "./browser.mjs";
import { startService } from "./service.mjs";

let service, browser, opened;

before(async () => {
  [service, browser] = [await startService({ events: 200 }), await startBrowser()];
  opened = await openConsole(browser, service.base);
});
after(async () => {
  await opened.check();
  await browser.close();
  await service.stop();
});

/** Calls a function of a module for each list of arguments. */
const each = (module, name, calls) =>
  opened.page.evaluate(
    async ([file, of, lists]) => {
      const found = await import(`/console/${file}.js`);
      return lists.map((list) => found[of](...list));
    },
    [module, name, calls],
  );
const one = async (module, name, ...list) => (await each(module, name, [list]))[0];

test("labels of buckets are instants and what the clock shows", async () => {
  const labels = {
    "1970-01-01T00:00:00.000Z": 0,
    "2021-10-31T03:00:00.000+03:00": Date.UTC(2021, 9, 31, 0),
    "2021-10-31T03:00:00.000+02:00": Date.UTC(2021, 9, 31, 1),
    "1850-01-01T00:00:00.000+01:39:49": Date.UTC(1849, 11, 31, 22, 20, 11),
    "0001-01-01T00:00:00.000Z": -62135596800000,
    "+010000-01-01T00:00:00.000Z": 253402300800000,
    "-000001-12-31T00:00:00.000-00:44:30": -62167302930000,
  };
  const found = await each(
    "time",
    "parseLabel",
    Object.keys(labels).map((label) => [label]),
  );
  assert.deepEqual(
    found.map(({ millis }) => millis),
    Object.values(labels),
  );
  assert.equal(found[1].wall.hour, 3);
  assert.equal(found[1].wall.weekday, 0);
  assert.equal(await one("time", "parseLabel", "yesterday"), null);
});

test("instants are written with the offset that the zone has then", async () => {
  const texts = await each("time", "instantText", [
    [Date.UTC(2024, 2, 31, 0, 59, 59, 7), "Europe/Helsinki"],
    [Date.UTC(2024, 2, 31, 1), "Europe/Helsinki"],
    [Date.UTC(2024, 0, 1), "UTC"],
    [Date.UTC(2024, 0, 1), "Asia/Kathmandu"],
    [0, "No/Such_Zone"],
  ]);
  assert.deepEqual(texts, [
    "2024-03-31T02:59:59.007+02:00",
    "2024-03-31T04:00:00.000+03:00",
    "2024-01-01T00:00:00.000Z",
    "2024-01-01T05:45:00.000+05:45",
    "1970-01-01T00:00:00.000Z",
  ]);
  assert.deepEqual(
    await each("time", "addDays", [
      ["2024-02-28", 1],
      ["2023-02-28", 1],
      ["2024-01-01", -1],
    ]),
    ["2024-02-29", "2023-03-01", "2023-12-31"],
  );
});

test("intervals with names are whole local days, and all data holds the first and the last event", async () => {
  // Half past midnight in Helsinki, still the day before in UTC.
  const now = Date.UTC(2024, 4, 9, 21, 30);
  const extent = { first: Date.UTC(2023, 0, 1, 22, 30), last: Date.UTC(2024, 1, 3, 21, 59) };
  const known = { now, zone: "Europe/Helsinki", extent };
  const found = await each(
    "time",
    "presetInterval",
    ["24h", "7d", "all"].map((name) => [name, known]),
  );
  assert.deepEqual(found, [
    { start: "2024-05-09T01:00:00.000+03:00", end: "2024-05-10T01:00:00.000+03:00" },
    { start: "2024-05-04", end: "2024-05-11" },
    { start: "2023-01-02", end: "2024-02-04" },
  ]);
  assert.equal(await one("time", "presetInterval", "all", { ...known, extent: null }), null);
  assert.deepEqual(await one("time", "defaultInterval", known), { start: "2024-01-05", end: "2024-02-04" });
  const young = { first: Date.UTC(2024, 4, 8), last: Date.UTC(2030, 0, 1) };
  assert.deepEqual(
    await one("time", "defaultInterval", { ...known, extent: young }),
    { start: "2024-05-08", end: "2024-05-11" },
    "not the future",
  );
});

test("a field of date and time shows an instant, and beside it what it cannot show", async () => {
  const found = await each("time", "toField", [
    ["2024-01-02"],
    ["2024-01-02T03:04"],
    ["2024-01-02T03:04:00.000+02:00"],
    ["2024-01-02T03:04:05.060Z"],
    ["2024-01-02T03:04:05"],
    [1704067200000],
    ["soon"],
    [undefined],
  ]);
  assert.deepEqual(found, [
    { text: "2024-01-02T00:00", rest: "" },
    { text: "2024-01-02T03:04", rest: "" },
    { text: "2024-01-02T03:04", rest: "+02:00" },
    { text: "2024-01-02T03:04:05.060", rest: "Z" },
    { text: "2024-01-02T03:04:05", rest: "" },
    { text: "", rest: "1704067200000" },
    { text: "", rest: "soon" },
    { text: "", rest: "" },
  ]);
});

test("an axis names the coarsest spans of time that are many enough", async () => {
  const ticks = async (days, step, most) => {
    const labels = Array.from({ length: Math.floor((days * 86_400_000) / step) }, (_, at) =>
      new Date(Date.UTC(2023, 11, 20) + at * step).toISOString(),
    );
    return opened.page.evaluate(
      async ([texts, many]) => {
        const { parseLabel, timeTicks } = await import("/console/time.js");
        return timeTicks(texts.map(parseLabel), many).map(({ title }) => title);
      },
      [labels, most],
    );
  };
  const DAY = 86_400_000;
  assert.deepEqual(await ticks(400, DAY, 6), ["2024", "Apr", "Jul", "Oct", "2025"]);
  assert.deepEqual(await ticks(30, DAY, 5), ["25 Dec", "2024", "8 Jan", "15 Jan"]);
  assert.deepEqual(await ticks(1, DAY / 24, 5), ["20 Dec", "06:00", "12:00", "18:00"]);
  assert.equal((await ticks(1000, DAY, 4)).length <= 4, true);
  assert.deepEqual(await ticks(3, DAY, 10), ["20 Dec", "21 Dec", "22 Dec"]);
});

test("filters become rows and come back the same", async () => {
  const filters = [
    { type: "selector", dimension: "label", value: "a" },
    { type: "selector", dimension: "label", value: "" },
    { type: "selector", dimension: "label", value: null },
    { type: "in", dimension: "properties", values: ["a", null, "", 3] },
    { type: "not", field: { type: "in", dimension: "label", values: ["x"] } },
    { type: "like", dimension: "label", pattern: "50\\%\\_\\\\%", escape: "\\" },
    { type: "like", dimension: "label", pattern: "a%b" },
    { type: "contains", dimension: "label", value: "x" },
    { type: "regex", dimension: "label", pattern: "^x" },
    { type: "bound", dimension: "browser_version", lower: "9", ordering: "numeric" },
    { type: "bound", dimension: "value", lower: 1, upper: "2" },
    // What rows cannot say.
    { type: "bound", dimension: "label", lower: "a" },
    { type: "bound", dimension: "value", lower: 1, lowerStrict: true },
    { type: "like", dimension: "label", pattern: "a%", escape: "!" },
    { type: "search", dimension: "label", query: { type: "fragment", values: ["a"] } },
    { type: "columnComparison", dimensions: ["user_id", "visitor_id"] },
    { type: "true" },
    { type: "selector", dimension: "label", value: true },
    { type: "in", dimension: "label", values: [] },
    { type: "not", field: { type: "regex", dimension: "label", pattern: "x" } },
    { type: "selector", dimension: "label", value: "a", extractionFn: {} },
  ];
  const nested = {
    type: "and",
    fields: [
      filters[0],
      { type: "or", fields: filters },
      { type: "not", field: { type: "and", fields: [filters[3], filters[4]] } },
    ],
  };
  const all = [...filters, nested, { type: "not", field: { type: "or", fields: [filters[0], filters[1]] } }];
  const again = await opened.page.evaluate(async (list) => {
    const { fromFilter, toFilter } = await import("/console/filters.js");
    return list.map((filter) => toFilter(fromFilter(filter)));
  }, all);
  assert.deepEqual(again, all);
  assert.equal(
    await opened.page.evaluate(async () => {
      const { fromFilter, toFilter, newRow } = await import("/console/filters.js");
      const group = fromFilter(undefined);
      group.items.push(newRow("label"));
      return toFilter(group) === undefined;
    }),
    true,
    "a row without a value asks nothing",
  );
});

test("a prefix matches what the service takes it for", async () => {
  const event = (label) => ({
    event_version: 1,
    organization_id: "prefixes",
    vendor: "v",
    category: "",
    label,
    action: "",
    timestamp: "2024-01-01",
  });
  const labels = ["50%", "50%_off", "500", "50%x", "a\\b", "a\\%b"];
  await fetch(`${service.base}events/v2/store/untrusted`, {
    method: "POST",
    body: JSON.stringify({ events: labels.map(event) }),
  });
  for (const [prefix, expected] of [
    ["50%", ["50%", "50%_off", "50%x"]],
    ["50%_", ["50%_off"]],
    ["a\\", ["a\\%b", "a\\b"]],
    ["a\\%", ["a\\%b"]],
  ]) {
    const filters = await opened.page.evaluate(async (text) => {
      const { fromFilter, newRow, toFilter } = await import("/console/filters.js");
      const group = fromFilter(undefined);
      group.items.push({ ...newRow("label"), operator: "prefix", value: text });
      return toFilter(group);
    }, prefix);
    const answer = JSON.parse(
      await service.ask("prefixes", {
        interval: { start: "2024-01-01", end: "2024-01-02" },
        granularity: "all",
        group_by: ["label"],
        filters,
      }),
    );
    assert.deepEqual(
      answer.data.map((row) => row[1]),
      expected,
    );
    const listed = await service.get(
      `api/events/v2/orgs/prefixes/values?dimension=label&prefix=${encodeURIComponent(prefix)}`,
    );
    assert.deepEqual(
      listed.values.map(({ value }) => value),
      expected,
      "suggestions go by the same rule",
    );
  }
});

test("figures have the names that the service gives them", async () => {
  const aggregations = [
    "count",
    "visitor_id_uniq",
    { type: "doubleSum", fieldName: "value" },
    { type: "doubleMean" },
    { type: "longMin" },
    { type: "cardinality", fields: ["label", "action"] },
    { type: "hyperUnique", fieldName: "user_id" },
    { type: "approx_uniq", fields: ["user_id"] },
    { type: "quantile", fraction: 0.5, name: "median" },
    { type: "quantile", fraction: 0.1 },
    { type: "filtered", filter: { type: "true" }, aggregator: { type: "stddev" } },
    { type: "first" },
  ];
  const request = {
    organization_id: "x",
    interval: { start: "2024-01-01", end: "2024-01-02" },
    granularity: "all",
    group_by: ["vendor", { dimension: "properties", prefix: "a" }],
    aggregations,
  };
  const answer = JSON.parse(await service.ask("x", request));
  assert.deepEqual(
    await one("request", "columnsOf", request),
    answer.fields.map(({ name }) => name),
  );
  const sums = ["count", "sum"];
  const adds = await Promise.all(answer.fields.slice(3).map(({ name }) => one("request", "addsUp", request, name)));
  assert.deepEqual(
    answer.fields
      .slice(3)
      .filter((_, at) => adds[at])
      .map(({ name }) => name),
    sums,
  );
});

test("texts are ordered as the service orders them", async () => {
  const labels = ["b", "a", "", "A", "\u{10000}", "\uFFFD", "é", "ab", "z"];
  const events = labels.map((label) => ({
    event_version: 1,
    organization_id: "ordered",
    vendor: "v",
    category: "",
    label,
    action: "",
    timestamp: "2024-01-01",
  }));
  await fetch(`${service.base}events/v2/store/untrusted`, { method: "POST", body: JSON.stringify({ events }) });
  const answer = JSON.parse(
    await service.ask("ordered", {
      interval: { start: "2024-01-01", end: "2024-01-02" },
      granularity: "all",
      group_by: ["label"],
    }),
  );
  const rows = await one("table", "sorted", [...answer.data].reverse(), 1, false);
  assert.deepEqual(rows, answer.data);
});

test("numbers are short and steps are round", async () => {
  const written = await each("number", "numberText", [
    [0],
    [1234567],
    [-5],
    [0.1 + 0.2],
    [1234.56789],
    [1e21],
    [0.0000001],
    [null],
  ]);
  assert.deepEqual(written, ["0", "1,234,567", "-5", "0.3", "1,234.5679", "1.0000e+21", "1.0000e-7", "null"]);
  const steps = await each("number", "roundSteps", [
    [0, 97, 5],
    [0, 3, 5, true],
    [-20, 120, 4],
    [0, 0, 5],
    [0, 0.03, 3],
    [5, 5, 4],
  ]);
  for (const list of steps) assert.ok(list.length >= 2 && list.length <= 9, `${list}`);
  assert.deepEqual(steps[0], [0, 20, 40, 60, 80, 100]);
  assert.deepEqual(steps[1], [0, 1, 2, 3]);
  assert.deepEqual(steps[3], [0, 1]);
});

test("a link says everything and only that", async () => {
  const view = { chart: "line", metric: "sum & more", tab: "explain", hidden: ['["a"]'] };
  const fragment = await one("link", "toFragment", '{"a": "é#&"}', view);
  assert.deepEqual(await one("link", "fromFragment", fragment), { text: '{"a": "é#&"}', view });
  assert.equal(await one("link", "fromFragment", "#nothing"), null);
  assert.deepEqual((await one("link", "fromFragment", "#request=x&hidden=broken")).view.hidden, []);
});
