// Chromium, and pages that fail a test when they log an error, break their own policy, or ask another host.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts the browser; each start has a profile of its own. */
export function startBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
}

export const WIDE = { width: 1280, height: 800 };
export const NARROW = { width: 360, height: 740 };

/**
 * Opens the console and gives `{page, context, check}`: `check` fails if anything happened that must not. Answers with the
 * statuses in `refusals` are expected, and Chromium logs them.
 */
export async function openConsole(
  browser,
  base,
  {
    hash = "",
    viewport = WIDE,
    dark = false,
    touch = false,
    refusals = [],
    zone = "Europe/Helsinki",
    settled = true,
  } = {},
) {
  const context = await browser.newContext({
    viewport,
    colorScheme: dark ? "dark" : "light",
    hasTouch: touch,
    timezoneId: zone,
    locale: "en-GB",
    acceptDownloads: true,
  });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: base.slice(0, -1) });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(`uncaught: ${error.stack}`));
  page.on("console", (message) => {
    const refused = refusals.some((status) => message.text().includes(`status of ${status}`));
    if (["error", "warning"].includes(message.type()) && !refused) wrong.push(`${message.type()}: ${message.text()}`);
  });
  page.on("dialog", (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!["data:", "blob:"].includes(url.protocol) && url.origin + "/" !== base)
      wrong.push(`another host: ${request.url()}`);
  });
  await context.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) =>
      window.violations.push(`${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  await page.goto(base + hash);
  if (settled) await answered(page);
  const check = async () => {
    wrong.push(...(await page.evaluate(() => window.violations)));
    assert.deepEqual(wrong, []);
    await context.close();
  };
  return { page, context, check };
}

/** Waits until nothing is being asked and something is shown. */
export async function answered(page) {
  await page.waitForFunction(() => {
    const result = document.getElementById("result");
    return result.getAttribute("aria-busy") === "false" && document.getElementById("status").textContent !== "";
  });
}

/** Waits until a text is in the request, and the answer to it is there. */
export async function askedFor(page, text) {
  await page.waitForFunction((wanted) => document.getElementById("request").value.includes(wanted), text);
  await answered(page);
}

/** Presses Run and waits for the answer. */
export async function run(page) {
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await answered(page);
}

/** Adds one of a list to a row of chips. */
export async function pick(page, list, value) {
  const field = page.getByRole("combobox", { name: list });
  await field.fill(value);
  await field.press("Enter");
}

/** The request as the page has it. */
export async function requestOf(page) {
  return JSON.parse(await page.locator("#request").inputValue());
}

/** The fragment of a link to a request. */
export function linkTo(request, view = {}) {
  return `#${new URLSearchParams({ request: JSON.stringify(request), ...view })}`;
}

/** The texts of the table, a row at a time. */
export async function tableOf(page) {
  return page
    .locator("#table tbody tr")
    .evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
}

/** A number as the page writes it. */
export const numberText = (page, value) =>
  page.evaluate(async (number) => (await import("/console/number.js")).numberText(number), value);

/** The rows of an answer as the table writes them. */
export async function writtenRows(page, answer) {
  return page.evaluate(async ({ fields, data }) => {
    const { numberText: text } = await import("/console/number.js");
    const { valueText } = await import("/console/element.js");
    return data.map((row) =>
      row.map((value, at) => (fields[at].type === "metric" && value !== null ? text(value) : valueText(value))),
    );
  }, answer);
}
