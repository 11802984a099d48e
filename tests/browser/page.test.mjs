// The page as such: links, the token, keys, words, widths, colours, and what it is served with.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  NARROW,
  WIDE,
  answered,
  askedFor,
  linkTo,
  openConsole,
  requestOf,
  run,
  startBrowser,
  tableOf,
  writtenRows,
} from "./browser.mjs";
import { largest, startService } from "./service.mjs";

let service, empty, browser, organization;

before(async () => {
  [service, empty, browser] = [await startService(), await startService({ events: 0 }), await startBrowser()];
  organization = await largest(service);
});
after(async () => {
  await browser.close();
  await Promise.all([service.stop(), empty.stop()]);
});

const request = (values = {}) => ({
  organization_id: organization,
  interval: { start: "2024-01-01", end: "2024-03-01", time_zone: "Europe/Helsinki" },
  granularity: "day",
  group_by: ["device_type"],
  aggregations: ["count", "sum"],
  ...values,
});

/** What can be seen of the state of the page. */
const stateOf = async (page) => ({
  request: await requestOf(page),
  rows: await tableOf(page),
  lines: await page.locator(".marks > *").count(),
  off: await page.locator(".legend [aria-pressed=false]").allTextContents(),
  figure: await page.getByLabel("Figure", { exact: true }).inputValue(),
  filters: await page.locator("#filters .filter-row").count(),
});

test("the permanent link opens the same state", async () => {
  const { page, check } = await openConsole(browser, service.base, { hash: linkTo(request()) });
  await page.locator("#filters").getByRole("button", { name: "+ Condition" }).click();
  await page.getByRole("combobox", { name: "Value of category" }).fill("page");
  await page.keyboard.press("Enter");
  await page.getByLabel("Granularity").selectOption("week");
  await run(page);
  await page.getByLabel("Figure", { exact: true }).selectOption("sum");
  await page.getByLabel("Lines", { exact: true }).check();
  await page.locator(".legend button").nth(1).click();
  const before = await stateOf(page);
  assert.equal(before.off.length, 1);
  await page.getByRole("button", { name: "Copy link" }).click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(link, page.url());
  await check();

  const again = await openConsole(browser, service.base, { hash: link.slice(service.base.length) });
  assert.deepEqual(await stateOf(again.page), before);
  await again.check();
});

test("the browser's way back shows the answers before", async () => {
  const { page, check } = await openConsole(browser, service.base, { hash: linkTo(request()) });
  const first = await stateOf(page);
  await page.getByLabel("Granularity").selectOption("month");
  await run(page);
  assert.notDeepEqual(await tableOf(page), first.rows);
  await page.goBack();
  await askedFor(page, '"granularity": "day"');
  assert.deepEqual(await stateOf(page), first);
  await page.goForward();
  await askedFor(page, '"granularity": "month"');
  await check();
});

test("a token is sent as it should be, and stays in the tab", async () => {
  const { page, context, check } = await openConsole(browser, service.base, { hash: linkTo(request()) });
  await page.locator("#access > summary").click();
  await page.getByLabel("Token", { exact: true }).fill("secret-of-a-test");
  const sent = page.waitForRequest((each) => each.url().endsWith("/fetch"));
  await page.getByRole("button", { name: "Use token" }).click();
  assert.equal((await sent).headers().authorization, "Bearer secret-of-a-test");
  await answered(page);
  await page.getByRole("button", { name: "Copy link" }).click();
  assert.ok(!page.url().includes("secret"));
  assert.equal(await page.getByLabel("Token", { exact: true }).inputValue(), "", "it is not on the page");
  assert.ok(!JSON.stringify(await page.evaluate(() => ({ ...localStorage }))).includes("secret"));
  assert.deepEqual(await context.cookies(), []);
  await page.reload();
  await answered(page);
  assert.equal(await page.locator("#access-summary").textContent(), "Token in use");
  await page.locator("#access > summary").click();
  await page.getByRole("button", { name: "Forget" }).click();
  await answered(page);
  assert.ok(!(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).includes("secret"));
  await check();
});

test("where a token is asked for, the page says so and asks for it", async () => {
  const { page, check } = await openConsole(browser, service.base, { hash: linkTo(request()), refusals: [401] });
  const refusal = { error: { code: "unauthorized", message: "a token is needed" } };
  let open = false;
  await page.route("**/api/**", (route) =>
    open || route.request().headers().authorization ? route.continue() : route.fulfill({ status: 401, json: refusal }),
  );
  await page.reload();
  await page.getByRole("alert").waitFor();
  assert.match(await page.getByRole("alert").textContent(), /asks for a token/);
  assert.equal(await page.evaluate(() => document.activeElement.id), "token");
  await page.keyboard.type("a-token");
  open = true;
  await page.keyboard.press("Enter");
  await page.locator("#table tbody tr").first().waitFor();
  assert.equal(await page.getByRole("alert").count(), 0);
  await check();
});

test("an event can be sent and found", async () => {
  const { page, check } = await openConsole(browser, service.base, { hash: linkTo(request()), refusals: [400] });
  await page.getByRole("button", { name: "Send a test event" }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("Organization").fill("new-organization");
  await form.getByLabel("Label").fill("from the console");
  await form.getByLabel("Value, a number").fill("many");
  await form.getByRole("button", { name: "Send", exact: true }).click();
  assert.match(await form.getByRole("alert").textContent(), /value/);
  assert.equal(await form.getByLabel("Value, a number").getAttribute("aria-invalid"), "true");
  await form.getByLabel("Value, a number").fill("2.5");
  await form.getByLabel("Properties").fill("one, two");
  await form.getByRole("button", { name: "Send", exact: true }).click();
  await form.getByRole("button", { name: "Show it" }).click();
  await askedFor(page, "from the console");
  const { organization_id: id, vendor, filters } = await requestOf(page);
  assert.deepEqual([id, vendor], ["new-organization", "com.example.web"]);
  assert.deepEqual(
    filters.fields.map(({ value }) => value),
    ["test", "from the console", "click"],
  );
  const rows = (await tableOf(page)).filter(([, count]) => count !== "0");
  assert.equal(rows.length, 1);
  assert.deepEqual(rows[0].slice(1), ["1", "2.5"]);
  const found = await service.get("api/events/v2/orgs/new-organization/values?dimension=properties");
  assert.deepEqual(found.values, [
    { count: 1, value: "one" },
    { count: 1, value: "two" },
  ]);
  await page.getByLabel("Organization", { exact: true }).fill("new-");
  await page.locator("[role=option]", { hasText: "new-organization" }).waitFor();
  await page.keyboard.press("Escape");
  await check();
});

test("an empty store says what to do, and the first event shows", async () => {
  const { page, check } = await openConsole(browser, empty.base, { settled: false });
  await page.getByText("This store is empty").waitFor();
  assert.match(
    await page.locator("#notice").textContent(),
    /gristmill generate --events \d+ \| gristmill ingest --store/,
  );
  await page.locator("#notice").getByRole("button", { name: "Send a test event" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Send", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Show it" }).click();
  await page.locator("#table tbody tr").first().waitFor();
  assert.equal((await tableOf(page)).filter(([, count]) => count === "1").length, 1);
  await check();
});

test("everything is done by keys alone", async () => {
  const { page, check } = await openConsole(browser, service.base, { hash: linkTo(request({ group_by: undefined })) });
  const focused = () =>
    page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.id);
  const tabTo = async (name, key = "Tab") => {
    for (let presses = 0; (await focused()) !== name; presses += 1) {
      assert.ok(presses < 60, `${name} is not reached`);
      await page.keyboard.press(key);
      const seen = await page.evaluate(() => {
        const style = getComputedStyle(document.activeElement);
        const box = document.activeElement.getBoundingClientRect();
        return box.width > 0 && (style.outlineStyle !== "none" || document.activeElement.closest(".segments") !== null);
      });
      assert.ok(
        seen,
        `the focus shows on ${await page.evaluate(() => document.activeElement.outerHTML.slice(0, 200))}`,
      );
    }
  };
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await focused(), "Result");

  await page.locator("#skip").focus();
  await tabTo("organization");
  await page.keyboard.type("hos");
  await page.locator("[role=option]:visible").first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await askedFor(page, '"hostile"');
  await page.keyboard.press("Control+a");
  await page.keyboard.type(organization);
  await page.keyboard.press("Enter");
  await askedFor(page, organization);
  await tabTo("granularity");
  await page.keyboard.press("w");
  await tabTo("Figures: add one");
  await page.keyboard.type("visitor");
  await page.keyboard.press("Enter");
  assert.equal(await focused(), "Figures: add one", "the focus stays where the next one is added");
  await tabTo("Grouped by: add one");
  await page.keyboard.type("device type");
  await page.keyboard.press("Enter");
  await page.locator("#filters .filter-add button").first().focus();
  await page.keyboard.press("Enter");
  assert.equal(await focused(), "Column");
  await page.keyboard.type("geo_co");
  await tabTo("Value of geo_country");
  await page.keyboard.type("F");
  await page.locator("[role=option]:visible").first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+Enter");
  await answered(page);
  const asked = await requestOf(page);
  assert.deepEqual(
    [asked.granularity, asked.aggregations, asked.group_by, asked.filters],
    [
      "week",
      ["count", "sum", "visitor_id_uniq"],
      ["device_type"],
      { type: "selector", dimension: "geo_country", value: "FI" },
    ],
  );
  const answer = JSON.parse(await service.ask(organization, asked));
  assert.deepEqual(await tableOf(page), await writtenRows(page, answer));

  await tabTo("tab-answer");
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(), "tab-request");
  await page.keyboard.press("ArrowLeft");
  await tabTo("metric");
  await page.keyboard.type("vis");
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowRight");
  assert.ok(await page.getByLabel("Lines", { exact: true }).isChecked());
  await page.keyboard.press("Tab");
  assert.match(await focused(), /^visitor_id_uniq over time/);
  await page.keyboard.press("End");
  await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("Enter");
  await askedFor(page, '"granularity": "hour"');
  assert.match(await focused(), /^visitor_id_uniq over time/, "the focus stays on the chart");
  await tabTo("zoom-back", "Shift+Tab");
  await page.keyboard.press("Enter");
  await askedFor(page, '"granularity": "week"');
  await check();
});

test("every control has a name, every id is one, and every reference has its target", async () => {
  for (const hash of [
    linkTo(
      request({
        filters: {
          type: "and",
          fields: [
            { type: "in", dimension: "label", values: ["a"] },
            {
              type: "or",
              fields: [
                { type: "null", column: "dim1" },
                { type: "bound", dimension: "value", lower: "1" },
              ],
            },
            { type: "true" },
          ],
        },
        order_by: ["count"],
      }),
    ),
    linkTo(request(), { tab: "explain" }),
  ]) {
    const { page, check } = await openConsole(browser, service.base, { hash });
    await page.locator("#order > summary").click();
    await page.getByRole("button", { name: "Send a test event" }).first().click();
    const faults = await page.evaluate(() => {
      const found = [];
      const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
      for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) found.push(`id twice: ${id}`);
      for (const name of ["for", "aria-controls", "aria-labelledby", "aria-describedby", "aria-activedescendant"]) {
        for (const node of document.querySelectorAll(`[${name}]`)) {
          for (const id of node.getAttribute(name).split(" "))
            if (!document.getElementById(id)) found.push(`${name} of nothing: ${id}`);
        }
      }
      for (const node of document.querySelectorAll(
        "input, select, textarea, button, a[href], [role=application], [role=region], [role=listbox]",
      )) {
        const by = node.getAttribute("aria-labelledby");
        const name =
          node.getAttribute("aria-label") ||
          (by && document.getElementById(by).textContent) ||
          [...(node.labels ?? [])].map(({ textContent }) => textContent).join("") ||
          (node.matches("button, a, summary") && node.textContent);
        if (!name?.trim()) found.push(`no name: ${node.outerHTML.slice(0, 120)}`);
      }
      if (document.documentElement.lang !== "en") found.push("no language");
      if (document.querySelectorAll("h1").length !== 1) found.push("not one h1");
      return found;
    });
    assert.deepEqual(faults, []);
    await check();
  }
});

/** Texts whose contrast with what is behind them is too low. */
const faintTexts = (page) =>
  page.evaluate(() => {
    const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
    const channel = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
    const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
    const behind = (node) => {
      for (let each = node; each; each = each.parentElement) {
        const colour = numbers(getComputedStyle(each).backgroundColor);
        if (colour.length < 4 || colour[3] === 1) return colour;
      }
      return [255, 255, 255];
    };
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
      const node = text.parentElement;
      if (
        !text.data.trim() ||
        node.closest("noscript, [hidden], :disabled, dialog:not([open]), option, .unseen, .skip") ||
        node.getClientRects().length === 0
      )
        continue;
      const style = getComputedStyle(node);
      const colour = numbers(node instanceof SVGElement ? style.fill : style.color);
      const [light, dark] = [luminance(colour), luminance(behind(node))].sort((a, b) => b - a);
      const contrast = (light + 0.05) / (dark + 0.05);
      if (contrast < 4.5) found.push(`${text.data.trim().slice(0, 30)}: ${contrast.toFixed(2)}`);
    }
    return [...new Set(found)];
  });

test("texts stand out from what is behind them, in light and dark", async () => {
  for (const dark of [false, true]) {
    const { page, check } = await openConsole(browser, service.base, {
      hash: linkTo(request({ filters: { type: "regex", dimension: "label", pattern: "(" } })),
      dark,
      refusals: [400],
    });
    assert.deepEqual(await faintTexts(page), []);
    await page.getByLabel("Value of label").fill("a");
    await run(page);
    await page.locator(".legend button").first().click();
    await page.locator("#chart .chart").focus();
    await page.keyboard.press("Home");
    assert.deepEqual(await faintTexts(page), []);
    await check();
  }
});

test("the colours follow the system, and the switch", async () => {
  const { page, check } = await openConsole(browser, service.base, { hash: linkTo(request()), dark: true });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await ground();
  await page.getByLabel("Colours").selectOption("light");
  const light = await ground();
  assert.notEqual(light, dark);
  await page.reload();
  await answered(page);
  assert.equal(await ground(), light, "it is remembered");
  await check();
});

test("nothing is cut off or scrolls sideways, at 360 pixels as at 1280", async () => {
  for (const viewport of [NARROW, WIDE]) {
    const { page, check } = await openConsole(browser, service.base, {
      hash: linkTo(
        request({
          group_by: ["label", "geo_country"],
          filters: { type: "in", dimension: "label", values: ["a".repeat(90)] },
        }),
      ),
      viewport,
      touch: viewport === NARROW,
    });
    if (viewport === NARROW) await page.locator("#fold > summary").click();
    for (const tab of ["Answer", "Request", "Explain"]) {
      await page.getByRole("tab", { name: tab }).click();
      const wide = await page.evaluate(() =>
        [document.documentElement, ...document.querySelectorAll(".fold, .result")]
          .filter((node) => node.scrollWidth > node.clientWidth + 1)
          .map((node) => `${node.className} ${node.scrollWidth} > ${node.clientWidth}`),
      );
      assert.deepEqual(wide, [], tab);
    }
    await check();
  }
});

test("the page and its parts come with headers that hold it to itself, and with a tag", async () => {
  const page = await fetch(service.base);
  const names = [...(await page.text()).matchAll(/(?:src|href)="(console\/[^"]+)"/g)].map(([, name]) => name);
  assert.ok(names.length >= 3);
  for (const path of ["", ...names]) {
    const response = await fetch(service.base + path);
    assert.equal(response.status, 200, path);
    const policy = response.headers.get("Content-Security-Policy");
    assert.equal(
      policy,
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    assert.equal(response.headers.get("X-Content-Type-Options"), "nosniff");
    assert.equal(response.headers.get("Referrer-Policy"), "no-referrer");
    assert.equal(response.headers.get("Cache-Control"), "no-cache");
    const tag = response.headers.get("ETag");
    const again = await fetch(service.base + path, { headers: { "If-None-Match": tag } });
    assert.equal(again.status, 304);
    assert.equal((await again.text()).length, 0);
  }
  assert.equal((await fetch(`${service.base}console/nothing.js`)).status, 404);
});
