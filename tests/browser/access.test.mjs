// Tokens: the page shows what a token may see, and says what it may not do.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answered, askedFor, openConsole, requestOf, run, startBrowser, tableOf } from "./browser.mjs";
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

test("a token shows its organizations, and what it has no right to is said in words", async () => {
  const { page, check } = await openConsole(browser, service.base, { refusals: [401, 403] });
  // The first token ends that everyone may do everything.
  const key = service.createToken("--org", organization, "--right", "fetch");
  await run(page);
  assert.match(await page.getByRole("alert").textContent(), /valid token.*Enter one under Token/);
  await page.getByLabel("Token", { exact: true }).fill("not-a-token");
  await page.getByRole("button", { name: "Use token" }).click();
  await answered(page);
  assert.match(await page.getByRole("alert").textContent(), /valid token/);
  await page.getByLabel("Token", { exact: true }).fill(key);
  await page.getByRole("button", { name: "Use token" }).click();
  await page.getByRole("combobox", { name: "Organization" }).click();
  await page.locator("[role=option]:visible").first().waitFor();
  assert.deepEqual(await page.locator("[role=option]:visible").allTextContents(), [organization]);
  await page.locator("[role=option]:visible").first().click();
  await askedFor(page, organization);
  await page.locator("#table tbody tr").first().waitFor();
  const request = await requestOf(page);
  const answer = JSON.parse(await service.ask(organization, request, "application/json", key));
  assert.equal((await tableOf(page)).length, answer.data.length);
  assert.equal(await page.getByRole("alert").count(), 0);

  await page.getByRole("combobox", { name: "Organization" }).fill(HOSTILE);
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  assert.match(await page.getByRole("alert").textContent(), /does not have the right/);

  await page.getByRole("button", { name: "Send a test event" }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("Organization").fill(organization);
  await form.getByRole("button", { name: "Send", exact: true }).click();
  assert.match(await form.getByRole("alert").textContent(), /does not have the right/);
  await check();
});
