// Building queries: what the controls say is what is asked, and what is shown is what the service answers.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answered, linkTo, openConsole, pick, requestOf, run, startBrowser, tableOf, writtenRows } from "./browser.mjs";
import { largest, startService } from "./service.mjs";

let service, browser, organization;

before(async () => {
  [service, browser] = [await startService(), await startBrowser()];
  organization = await largest(service);
});
after(async () => {
  await browser.close();
  await service.stop();
});

/** The table shows just what the service answers to the request of the page. */
async function assertTable(page) {
  const request = await requestOf(page);
  const answer = JSON.parse(await service.ask(organization, request));
  const rows = await writtenRows(page, answer);
  assert.deepEqual(await tableOf(page), rows.slice(0, 200));
  return { request, answer };
}

const base = () => ({
  organization_id: organization,
  interval: { start: "2024-01-01", end: "2024-02-01", time_zone: "Europe/Helsinki" },
  granularity: "day",
  aggregations: ["count"],
});

test("the page opens with the last days that have data, in the zone of the browser", async () => {
  const { page, check } = await openConsole(browser, service.base);
  const request = await requestOf(page);
  assert.equal(request.interval.time_zone, "Europe/Helsinki");
  assert.equal(request.granularity, "day");
  const { last } = await service.get(`api/events/v2/orgs/${request.organization_id}/extent`);
  assert.ok(new Date(request.interval.end) > last && new Date(request.interval.end) - last < 3 * 86_400_000);
  const answer = JSON.parse(await service.ask(request.organization_id, request));
  assert.deepEqual(await tableOf(page), await writtenRows(page, answer));
  assert.equal(await page.locator("#chart .chart").count(), 1);
  await check();
});

test("a query that is built by the controls is asked, and its numbers are those of the service", async () => {
  const { page, check } = await openConsole(browser, service.base);
  await page.getByLabel("Organization", { exact: true }).fill(organization.slice(0, 8));
  await page.getByRole("option", { name: organization }).click();
  await answered(page);
  await page.getByLabel("From").fill("2024-01-02T06:00");
  await page.getByLabel("From").blur();
  await page.getByLabel("To, not included").fill("2024-02-20T00:00");
  await page.getByLabel("To, not included").blur();
  await page.getByLabel("Time zone").fill("lord h");
  await page.getByRole("option", { name: "Australia/Lord_Howe" }).click();
  await page.getByLabel("Granularity").selectOption("week");
  await pick(page, "Figures", "sum");
  await pick(page, "Figures", "visitor_id_uniq");
  await pick(page, "Figures", "p95");
  await pick(page, "Grouped by", "geo_country");
  await pick(page, "Grouped by", "properties");
  await page.getByLabel("trusted", { exact: true }).uncheck();
  await page.locator("#order > summary").click();
  await page.getByRole("button", { name: "+ Column" }).click();
  await page.getByLabel("Rows at most").fill("25");
  await page.getByLabel("Rows at most").blur();
  await run(page);
  const { request, answer } = await assertTable(page);
  assert.deepEqual(request, {
    organization_id: organization,
    interval: { start: "2024-01-02T06:00", end: "2024-02-20T00:00", time_zone: "Australia/Lord_Howe" },
    granularity: "week",
    aggregations: ["count", "sum", "visitor_id_uniq", { type: "quantile", fraction: 0.95, name: "p95" }],
    group_by: ["geo_country", "properties"],
    sources: ["untrusted"],
    order_by: [{ field: "count", direction: "desc" }],
    limit: 25,
  });
  assert.equal(answer.data.length, 25);
  await check();
});

test("a filter is built with values that the store has, and their counts", async () => {
  const { page, check } = await openConsole(browser, service.base, { hash: linkTo(base()) });
  const filters = page.locator("#filters");
  await filters.getByRole("button", { name: "+ Condition" }).click();
  await filters.getByLabel("Column").selectOption("geo_country");
  await filters.getByRole("combobox", { name: "Value of geo_country" }).pressSequentially("F");
  const { values } = await service.get(`api/events/v2/orgs/${organization}/values?dimension=geo_country&prefix=F`);
  const shown = page.locator("[role=option]:visible");
  await shown.first().waitFor();
  const count = (number) => number.toLocaleString("en");
  assert.deepEqual(
    await shown.allTextContents(),
    values.map((each) => `${each.value}${count(each.count)}`),
  );
  await shown.first().click();
  await run(page);
  const first = await assertTable(page);
  assert.deepEqual(first.request.filters, { type: "selector", dimension: "geo_country", value: "FI" });
  assert.ok(first.answer.data.some(([, found]) => found > 0));

  await filters.getByRole("button", { name: "+ Group" }).click();
  const group = filters.locator(".nested");
  await group.getByLabel("Column").selectOption("category");
  await group.getByLabel("Operator").selectOption("not-in");
  for (const value of ["chat", "page"]) {
    await group.getByRole("combobox", { name: "Value of category: add a value" }).fill(value);
    await page.keyboard.press("Enter");
  }
  await group.getByRole("button", { name: "+ Condition" }).click();
  await group.locator(".filter-row").last().getByLabel("Column").selectOption("label");
  await group.locator(".filter-row").last().getByLabel("Operator").selectOption("prefix");
  await group.locator(".filter-row").last().getByLabel("Value of label").fill("form-");
  await group.getByLabel("How the conditions of this group are joined").selectOption("or");
  await run(page);
  const { request, answer } = await assertTable(page);
  assert.deepEqual(request.filters, {
    type: "and",
    fields: [
      { type: "selector", dimension: "geo_country", value: "FI" },
      {
        type: "or",
        fields: [
          { type: "not", field: { type: "in", dimension: "category", values: ["chat", "page"] } },
          { type: "like", dimension: "label", pattern: "form-%", escape: "\\" },
        ],
      },
    ],
  });
  const total = (rows) => rows.reduce((sum, [, found]) => sum + found, 0);
  assert.ok(total(answer.data) > 0 && total(answer.data) < total(first.answer.data));

  await group.getByRole("button", { name: "Remove this group" }).click();
  await run(page);
  assert.deepEqual((await requestOf(page)).filters, first.request.filters);
  await check();
});

test("intervals are picked by name, and all data is all data", async () => {
  const { page, check } = await openConsole(browser, service.base, { hash: linkTo(base()) });
  await page.getByRole("button", { name: "All data" }).click();
  await run(page);
  const { answer } = await assertTable(page);
  const everything = JSON.parse(
    await service.ask(organization, {
      interval: { start: "0001-01-01", end: "9999-01-01" },
      granularity: "all",
      aggregations: ["count"],
    }),
  );
  assert.equal(
    answer.data.reduce((sum, [, count]) => sum + count, 0),
    everything.data[0][1],
  );
  assert.equal(await page.getByRole("button", { name: "All data" }).getAttribute("aria-pressed"), "true");
  await page.getByRole("button", { name: "7 d" }).click();
  const { start, end } = (await requestOf(page)).interval;
  assert.equal((new Date(end) - new Date(start)) / 86_400_000, 7);
  await check();
});

test("the JSON is written by the controls, and the controls follow the JSON", async () => {
  const { page, check } = await openConsole(browser, service.base, { hash: linkTo(base()) });
  await page.getByLabel("Granularity").selectOption("hour");
  await page.getByRole("tab", { name: "Request" }).click();
  const area = page.getByLabel("JSON of the request");
  assert.equal(JSON.parse(await area.inputValue()).granularity, "hour");
  const edited = {
    ...base(),
    granularity: { type: "period", period: "P2D" },
    group_by: ["category"],
    empty_buckets: "skip",
    having: { type: "bound", dimension: "count", lower: 3 },
    filters: { type: "columnComparison", dimensions: ["user_id", "visitor_id"] },
  };
  await area.fill(JSON.stringify(edited));
  assert.equal(
    await page.getByLabel("Granularity").evaluate((select) => select.selectedOptions[0].textContent),
    "as in the JSON",
  );
  assert.equal(await page.locator("#filters textarea").count(), 1);
  await page.getByRole("tab", { name: "Answer" }).click();
  await pick(page, "Grouped by", "action");
  assert.deepEqual(await requestOf(page), { ...edited, group_by: ["category", "action"] }, "what has no control stays");

  await page.getByRole("tab", { name: "Request" }).click();
  await area.fill('{"organization_id": ');
  assert.match(await page.locator("#text-notice").textContent(), /cannot be read/);
  assert.ok(await page.getByLabel("Granularity").isDisabled());
  await page.getByRole("button", { name: "Undo edits" }).click();
  assert.deepEqual(await requestOf(page), { ...edited, group_by: ["category", "action"] });
  await page.getByRole("button", { name: "Copy", exact: true }).click();
  assert.deepEqual(JSON.parse(await page.evaluate(() => navigator.clipboard.readText())), {
    ...edited,
    group_by: ["category", "action"],
  });
  await check();
});

test("no JSON breaks the page", async () => {
  const { page, check } = await openConsole(browser, service.base, { hash: linkTo(base()) });
  await page.getByRole("tab", { name: "Request" }).click();
  const area = page.getByLabel("JSON of the request");
  const odd = [
    null,
    true,
    5,
    -1.5,
    "",
    "x",
    [],
    {},
    [null],
    [[]],
    [{}],
    [5],
    { type: "and" },
    { type: "and", fields: [null, 5] },
    { type: "not", field: [] },
    { type: "selector", dimension: 5 },
    { type: "in", dimension: "label", values: [[], {}] },
    { type: "bound", dimension: "value", lower: {} },
    { start: {}, end: [], time_zone: 5 },
    { dimension: null },
  ];
  for (const key of [
    "organization_id",
    "vendor",
    "sources",
    "interval",
    "granularity",
    "group_by",
    "aggregations",
    "filters",
    "having",
    "order_by",
    "limit",
    "unheard_of",
  ]) {
    for (const value of odd) {
      const request = { ...base(), [key]: value };
      await area.fill(JSON.stringify(request));
      assert.deepEqual(await requestOf(page), request);
    }
  }
  for (const text of ["", "null", "[]", "5", "{", '{"a":1}{']) {
    await area.fill(text);
    assert.ok(await page.locator("#text-notice").isVisible(), text);
  }
  await area.fill(JSON.stringify(base()));
  await run(page);
  await page.getByRole("tab", { name: "Answer" }).click();
  await assertTable(page);
  await check();
});

test("a text that JSON would not keep is sent as it was written", async () => {
  const { page, check } = await openConsole(browser, service.base, { hash: linkTo(base()), refusals: [400] });
  await page.getByRole("tab", { name: "Request" }).click();
  await page
    .getByLabel("JSON of the request")
    .fill(
      `{"granularity":"day","granularity":"hour","interval":{"start":"2024-01-01","end":"2024-01-02"},"organization_id":"${organization}"}`,
    );
  await run(page);
  await page.getByRole("tab", { name: "Answer" }).click();
  assert.match(await page.getByRole("alert").textContent(), /granularity/);
  await check();
});

test("an error stands in words at the control that it is about", async () => {
  const { page, check } = await openConsole(browser, service.base, { hash: linkTo(base()), refusals: [400] });
  await page.locator("#filters").getByRole("button", { name: "+ Condition" }).click();
  await page.locator("#filters").getByLabel("Operator").selectOption("regex");
  await page.getByLabel("Value of category").fill("(");
  await run(page);
  assert.match(await page.getByRole("alert").textContent(), /filters.*regular expression/);
  const field = page.getByLabel("Value of category");
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  assert.match(await page.locator(`#${await field.getAttribute("aria-describedby")}`).textContent(), /unclosed group/);
  assert.ok(await page.locator("#answer").isHidden(), "no old answer stands beside it");

  await page.getByLabel("Value of category").fill("^ch");
  await run(page);
  assert.equal(await page.getByRole("alert").count(), 0);
  assert.equal(await page.locator("[aria-invalid=true]").count(), 0);
  await assertTable(page);

  await page.getByLabel("Time zone").fill("Europe/Helsinky");
  await run(page);
  assert.equal(await page.getByLabel("Time zone").getAttribute("aria-invalid"), "true");
  await page.getByLabel("Time zone").fill("UTC");
  await page.locator("#order > summary").click();
  await page.getByLabel("Rows at most").fill("0");
  await run(page);
  assert.equal(await page.getByLabel("Rows at most").getAttribute("aria-invalid"), "true");
  await check();
});

test("where nothing matches the page says so and what to do", async () => {
  const { page, check } = await openConsole(browser, service.base, {
    hash: linkTo({ ...base(), interval: { start: "1990-01-01", end: "1990-02-01" }, group_by: ["label"] }),
  });
  assert.match(await page.locator("#notice").textContent(), /No event matches.*from 202\d-/);
  await page.getByRole("button", { name: "Remove label" }).click();
  await run(page);
  assert.match(await page.locator("#notice").textContent(), /No event matches/, "a chart of zeros");
  await pick(page, "Figures", "sum");
  await page.getByRole("button", { name: "Remove count" }).click();
  await run(page);
  assert.equal(await page.locator("#notice").textContent(), "", "a sum of 0 may be one of events");
  await pick(page, "Figures", "count");
  await run(page);
  await page.getByRole("button", { name: "Show all data" }).click();
  await answered(page);
  await page.locator("#table tbody tr").first().waitFor();
  await assertTable(page);
  await check();
});

test("a query that takes too long can be canceled", async () => {
  const { page, check } = await openConsole(browser, service.base, { hash: linkTo(base()) });
  let release;
  const held = new Promise((done) => {
    release = done;
  });
  await page.route("**/fetch", async (route) => {
    await held;
    await route.abort().catch(() => {});
  });
  await page.getByRole("button", { name: "Run", exact: true }).click();
  assert.ok(await page.locator("#progress").isVisible());
  await page.getByRole("button", { name: "Cancel" }).click();
  assert.equal(await page.locator("#status").textContent(), "Canceled");
  assert.ok(await page.getByRole("button", { name: "Cancel" }).isHidden());
  release();
  await page.unroute("**/fetch");
  await run(page);
  await assertTable(page);
  await check();
});

test("the explanation is that of the service", async () => {
  const { page, check } = await openConsole(browser, service.base, {
    hash: linkTo({ ...base(), group_by: ["category"] }),
  });
  await page.getByRole("tab", { name: "Explain" }).click();
  const tree = page.locator("#explanation .tree");
  await tree.waitFor();
  const response = await fetch(`${service.base}api/events/v2/orgs/${organization}/explain`, {
    method: "POST",
    body: JSON.stringify(await requestOf(page)),
  });
  const { rows, passes } = await response.json();
  const text = await tree.textContent();
  assert.ok(text.startsWith(`${rows.toLocaleString("en")} rows in `), text);
  const scanned = passes[0].segments.filter(({ pruned }) => pruned === null);
  assert.equal(await tree.locator("summary", { hasText: "Segment of" }).count(), scanned.length);
  assert.ok(text.includes(`${scanned[0].rows_matched.toLocaleString("en")} rows`));
  await check();
});
