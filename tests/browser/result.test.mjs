// The answer on the page: chart, table, files.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import {
  answered,
  askedFor,
  linkTo,
  openConsole,
  pick,
  requestOf,
  run,
  startBrowser,
  tableOf,
  writtenRows,
} from "./browser.mjs";
import { HOSTILE, largest, startService } from "./service.mjs";

let service, browser, organization;

before(async () => {
  [service, browser] = [await startService(), await startBrowser()];
  organization = await largest(service);
});
after(async () => {
  await browser.close();
  await service.stop();
});

const request = (values = {}) => ({
  organization_id: organization,
  interval: { start: "2024-01-01", end: "2024-03-01", time_zone: "Europe/Helsinki" },
  granularity: "day",
  aggregations: ["count"],
  ...values,
});

const open = (values, options = {}) =>
  openConsole(browser, service.base, { hash: linkTo(request(values), options.view), ...options });
const ask = async (values) => JSON.parse(await service.ask(organization, request(values)));

/** The box at the crosshair as `{title: [values…]}`. */
async function tipOf(page) {
  const title = await page.locator(".tip .title").textContent();
  const lines = await page
    .locator(".tip li")
    .evaluateAll((items) =>
      items.map((item) => [item.querySelector("bdi").textContent, item.querySelector(".number").textContent]),
    );
  return { title, lines: Object.fromEntries(lines) };
}

test("the crosshair tells the values of its bucket, by pointer and by keys", async () => {
  const values = { group_by: ["device_type"] };
  const { page, check } = await open(values);
  const { data } = await ask(values);
  const chart = page.locator("#chart .chart");
  await chart.focus();
  await page.keyboard.press("Home");
  for (let at = 0; at < 10; at += 1) await page.keyboard.press("ArrowRight");
  const { title, lines } = await tipOf(page);
  assert.equal(title, "Thu 2024-01-11");
  const expected = data
    .filter(([label]) => label.startsWith("2024-01-11"))
    .map(([, device, count]) => [device ?? "null", String(count)]);
  for (const [device, count] of expected) assert.equal(lines[device], count);
  assert.match(await page.locator("#reading").textContent(), /^Thu 2024-01-11: /);
  await page.keyboard.press("Escape");
  assert.ok(await page.locator(".tip").isHidden());

  const box = await chart.boundingBox();
  await page.mouse.move(box.x + box.width - 15, box.y + 60);
  assert.equal((await tipOf(page)).title, "Thu 2024-02-29");
  await check();
});

test("a drag over the chart zooms: a part of the interval, finer, and back", async () => {
  const { page, check } = await open();
  const box = await page.locator("#chart .chart").boundingBox();
  const before = await tableOf(page);
  await page.mouse.move(box.x + box.width * 0.5, box.y + 80);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.53, box.y + 90, { steps: 4 });
  await page.mouse.up();
  await askedFor(page, '"granularity": "hour"');
  const zoomed = await requestOf(page);
  assert.match(zoomed.interval.start, /^2024-01-30T00:00:00\.000\+02:00|^2024-01-31T00:00:00\.000\+02:00/);
  const days = (new Date(zoomed.interval.end) - new Date(zoomed.interval.start)) / 86_400_000;
  assert.ok(days >= 2 && days <= 4, `${days}`);
  const answer = JSON.parse(await service.ask(organization, zoomed));
  assert.equal(answer.data.length, days * 24);
  assert.deepEqual(await tableOf(page), await writtenRows(page, answer));
  const hours = answer.data.reduce((sum, [, count]) => sum + count, 0);
  const inDays = before.filter(([label]) => label >= zoomed.interval.start && label < zoomed.interval.end);
  assert.equal(
    hours,
    inDays.reduce((sum, [, count]) => sum + Number(count.replace(",", "")), 0),
  );

  await page.getByRole("button", { name: "Back from zoom" }).click();
  await answered(page);
  assert.deepEqual(await requestOf(page), request());
  assert.ok(await page.getByRole("button", { name: "Back from zoom" }).isHidden());
  await check();
});

test("keys choose a span and zoom into it, also over a change of the clock", async () => {
  const values = {
    organization_id: organization,
    interval: { start: "2023-10-01", end: "2023-12-01", time_zone: "Europe/Helsinki" },
  };
  const { page, check } = await open({ ...values, empty_buckets: "fill", filters: { type: "true" } });
  // Nothing happened then; the chart of zeros is there, and the calendar is the service's.
  await page.locator("#chart .chart").focus();
  await page.keyboard.press("Home");
  for (let at = 0; at < 28; at += 1) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Shift+ArrowRight");
  assert.match(await page.locator("#reading").textContent(), /^3 buckets chosen/);
  await page.keyboard.press("Enter");
  await askedFor(page, '"granularity": "hour"');
  const { interval } = await requestOf(page);
  assert.equal(interval.start, "2023-10-29T00:00:00.000+03:00");
  assert.equal(interval.end, "2023-11-01T00:00:00.000+02:00");
  assert.equal((await tableOf(page)).length, 73, "a day of 25 hours");
  assert.equal(await page.locator("#start-note").textContent(), "+03:00");
  await check();
});

test("the table sorts by any column, by press and by key", async () => {
  const values = { granularity: "all", group_by: ["geo_country", "device_type"], aggregations: ["count", "avg"] };
  const { page, check } = await open(values);
  const { data } = await ask(values);
  const column = async (at) => (await tableOf(page)).map((row) => row[at]);
  const written = async (rows, at) =>
    (await writtenRows(page, { fields: (await ask(values)).fields, data: rows })).map((row) => row[at]);
  await page.getByRole("button", { name: "count", exact: true }).click();
  assert.deepEqual(
    await column(3),
    await written(
      [...data].sort((a, b) => b[3] - a[3]),
      3,
    ),
  );
  assert.equal(
    await page.getByRole("columnheader", { name: "count", exact: true }).getAttribute("aria-sort"),
    "descending",
  );
  await page.keyboard.press("Enter");
  assert.deepEqual(
    await column(3),
    await written(
      [...data].sort((a, b) => a[3] - b[3]),
      3,
    ),
  );
  await page.getByRole("button", { name: "geo_country", exact: true }).click();
  const countries = data
    .map((row) => row[1])
    .sort((a, b) => (a === null ? -1 : b === null ? 1 : a < b ? -1 : a > b ? 1 : 0));
  assert.deepEqual(
    await column(1),
    countries.map((country) => country ?? "null"),
  );
  await check();
});

test("many rows come a page at a time", async () => {
  const values = { granularity: "hour" };
  const { page, check } = await open(values);
  const { data } = await ask(values);
  assert.equal(data.length, 1440);
  assert.equal((await tableOf(page)).length, 200);
  await page.getByRole("button", { name: "Next" }).click();
  assert.equal((await tableOf(page))[0][0], data[200][0]);
  await page.getByRole("button", { name: "Last", exact: true }).click();
  assert.equal((await tableOf(page)).at(-1)[0], data.at(-1)[0]);
  assert.match(await page.locator(".pager").textContent(), /Rows 1,401 to 1,440 of 1,440/);
  await check();
});

test("a press in the legend takes a series out of the chart and brings it back", async () => {
  const { page, check } = await open({ group_by: ["device_type"] });
  const first = page.locator(".legend button").first();
  const lines = () => page.locator(".marks > .line").count();
  const before = await lines();
  assert.equal(await first.getAttribute("aria-pressed"), "true");
  await first.click();
  assert.equal(await page.locator(".legend button").first().getAttribute("aria-pressed"), "false");
  assert.equal(await lines(), before - 1);
  await page.keyboard.press("Enter");
  assert.equal(await lines(), before, "the button keeps the focus");
  await check();
});

test("of many groups the largest are drawn, the others added up, and that is said", async () => {
  const values = { group_by: ["label"], aggregations: ["count", "visitor_id_uniq"] };
  const { page, check } = await open(values);
  const { data } = await ask(values);
  const totals = new Map();
  for (const [, label, count] of data) totals.set(label, (totals.get(label) ?? 0) + count);
  const sorted = [...totals].sort((a, b) => b[1] - a[1]);
  const legend = () => page.locator(".legend button").allTextContents();
  const shown = await legend();
  assert.deepEqual(
    shown.slice(0, 8),
    sorted.slice(0, 8).map(([label, count]) => label + count.toLocaleString("en")),
  );
  const rest = sorted.slice(8);
  assert.equal(
    shown[8],
    `${rest.length} others${rest.reduce((sum, [, count]) => sum + count, 0).toLocaleString("en")}`,
  );
  assert.ok((await page.locator(".legend-more").textContent()).startsWith(`${rest.length} further groups`));
  await page.locator("#chart .chart").focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  const drawn = new Set(sorted.slice(0, 8).map(([label]) => label));
  const second = data.filter(([label, name]) => label.startsWith("2024-01-02") && !drawn.has(name));
  assert.equal(
    (await tipOf(page)).lines[`${rest.length} others`],
    String(second.reduce((sum, [, , count]) => sum + count, 0)),
  );
  await page.getByRole("button", { name: "Draw 8 more" }).click();
  assert.equal((await legend()).length, 17);
  await page.getByLabel("Figure", { exact: true }).selectOption("visitor_id_uniq");
  assert.equal((await legend()).length, 16, "distinct values of several groups cannot be added up");
  assert.match(await page.locator(".legend-more").textContent(), /cannot be added up/);
  await check();
});

test("a chart that lacks something says so", async () => {
  const { page, check } = await open({ group_by: ["label"], limit: 40 });
  assert.match(await page.locator("#chart-note").textContent(), /limit/);
  await page.locator("#order > summary").click();
  await page.getByLabel("Rows at most").fill("");
  await run(page);
  assert.ok(await page.locator("#chart-note").isHidden(), "empty buckets were asked for");
  await page.getByLabel("Granularity").selectOption("minute");
  await run(page);
  assert.match(await page.locator("#chart-note").textContent(), /nothing happened/);
  await check();
});

test("the kind of chart is chosen by itself, or by a person", async () => {
  const { page, check } = await open({ interval: { start: "2024-01-01", end: "2024-01-15", time_zone: "UTC" } });
  assert.equal(await page.locator(".marks rect.bar").count(), 14);
  await page.getByLabel("Lines", { exact: true }).check();
  assert.equal(await page.locator(".marks > .line").count(), 1);
  await page.getByLabel("Bars", { exact: true }).check();
  const heights = await page
    .locator(".marks rect.bar")
    .evaluateAll((bars) => bars.map((bar) => Number(bar.getAttribute("height"))));
  const { data } = await ask({ interval: { start: "2024-01-01", end: "2024-01-15", time_zone: "UTC" } });
  const scale = heights[0] / data[0][1];
  heights.forEach((height, at) => assert.ok(Math.abs(height - data[at][1] * scale) < 0.5, `bar ${at}`));
  await page.getByLabel("Granularity").selectOption("all");
  await run(page);
  assert.equal(
    await page.locator(".figures dd").textContent(),
    data.reduce((sum, [, count]) => sum + count, 0).toLocaleString("en"),
  );
  await pick(page, "Grouped by", "category");
  await run(page);
  const ranks = await page.locator(".ranking .number").allTextContents();
  assert.deepEqual(
    ranks,
    [...ranks].sort((a, b) => Number(b.replace(",", "")) - Number(a.replace(",", ""))),
  );
  await check();
});

test("files are the bytes of the service", async () => {
  const values = { group_by: ["label", "properties"], aggregations: ["count", "avg"] };
  const { page, check } = await open(values);
  const save = async (name) => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name, exact: true }).click(),
    ]);
    return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
  };
  const json = await save("JSON");
  assert.equal(json.name, `gristmill-${organization}-2024-01-01.json`);
  assert.ok(json.text === (await service.ask(organization, request(values))));
  const csv = await save("CSV");
  assert.equal(csv.name, `gristmill-${organization}-2024-01-01.csv`);
  assert.ok(csv.text === (await service.ask(organization, request(values), "text/csv")));
  assert.match(csv.text.slice(0, 60), /^timestamp,label,properties,count,avg\r?\n/);
  await check();
});

test("values of events are text wherever they are shown", async () => {
  const values = {
    organization_id: HOSTILE,
    interval: { start: "2024-01-01", end: "2024-02-01", time_zone: "UTC" },
    group_by: ["vendor", "category", "label", "action", "properties"],
    aggregations: ["count"],
  };
  const { page, check } = await openConsole(browser, service.base, { hash: linkTo({ ...values, granularity: "day" }) });
  const everything = async () => page.evaluate(() => document.body.textContent);
  const table = await tableOf(page);
  const flat = table.flat();
  for (const text of [
    "<b>vendor</b>",
    "<img src=x onerror=alert(1)>",
    "bell\\u{7} and \\u{202e}reversed",
    '"quoted", comma',
    '""',
    "javascript:alert(1)",
    "</script><script>alert(1)</script>",
    "line\\u{a}break",
    "a\\u{0}b",
    "null",
  ])
    assert.ok(flat.includes(text), `${text} in ${flat}`);
  assert.equal(await page.locator("#result img, #result b, #result script").count(), 0);
  assert.ok(!/[\u0000-\u0008\u000b-\u001f\u202e]/.test((await everything()).replaceAll("\r", "")));
  await page.locator("#chart .chart").focus();
  await page.keyboard.press("End");
  await page.locator("#filters").getByRole("button", { name: "+ Condition" }).click();
  await page.getByRole("combobox", { name: "Value of category" }).press("ArrowDown");
  await page.getByRole("option", { name: "<img src=x onerror=alert(1)>" }).click();
  await run(page);
  assert.equal((await tableOf(page)).length, 1);
  await page.getByLabel("Granularity").selectOption("all");
  await run(page);
  await page.getByRole("tab", { name: "Explain" }).click();
  await page.locator("#explanation .tree").waitFor();
  assert.equal(await page.evaluate(() => window.alerted), undefined);
  await check();
});
