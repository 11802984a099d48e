// The page: what is asked, asking it, and showing what came back.

import { Answer, needsCalendar } from "./answer.js";
import { combobox, suggestFrom } from "./combobox.js";
import { queryControls } from "./controls.js";
import { copy, fileName, save } from "./download.js";
import { byId, element, fill, visible } from "./element.js";
import { noEventsNode, noMatchNode, welcomeNode } from "./empty.js";
import { openEventForm } from "./event_form.js";
import { explanationNode } from "./explanation.js";
import { fromFragment, toFragment } from "./link.js";
import { numberText } from "./number.js";
import { announce, clearProblems, problemNode, showAt } from "./problem.js";
import {
  calendarRequest,
  changed,
  firstRequest,
  groupName,
  groupsOf,
  intervalOf,
  jsonText,
  zoneOf,
  zoomed,
} from "./request.js";
import { resultView } from "./result.js";
import * as service from "./service.js";
import { tabList } from "./tabs.js";
import { themeSwitch } from "./theme.js";
import {
  approximate,
  dateAt,
  defaultInterval,
  granularityFor,
  intervalLength,
  localZone,
  presetInterval,
} from "./time.js";

const NARROW = window.matchMedia("(max-width: 760px)");
const APPLE = /Mac|iP(?:hone|ad)/.test(navigator.platform);

/** What is asked: the request, and its text where a person has written it. `broken` says why a text is no request. */
let request = {};
let written = null;
let broken = null;

/** How it is shown. */
let view = { hidden: [] };

/** What the organization of the request has, and which organization that was found out of. */
let extent = null;
let extentOf = null;

/** The answer that is shown, the text that asked for it, and whether its explanation was asked for. */
let answered = null;

/** The call that is under way. */
let running = null;

/** Intervals and granularities that were zoomed out of. */
let zooms = [];

/** Whether the address of the page is of what was last asked, or of changes since. */
let draft = false;

const text = () => written ?? jsonText(request);
const organization = () => (typeof request.organization_id === "string" ? request.organization_id : "");

let controls = null;
const result = resultView({ view: () => view, viewed: () => remember(), zoom: zoomTo });
const tabs = tabList({
  chosen: (tab) => {
    view.tab = tab;
    if (tab === "explain") explain();
  },
  changed: () => remember(),
});
const picked = combobox({
  id: "organization",
  value: undefined,
  placeholder: "id of an organization",
  suggest: () => ({ options: [] }),
  take: takeOrganization,
  path: "organization_id",
});

// ---- what is asked

/** Takes a request that a control has made. */
function write(next) {
  if (JSON.stringify(next) === JSON.stringify(request)) return;
  const before = intervalOf(request);
  request = next;
  written = broken = null;
  if (before.start !== intervalOf(next).start || before.end !== intervalOf(next).end) zooms = [];
  showRequest();
  drafted();
}

/** Says whether what is shown answers what the controls say. */
function showStatus() {
  if (running || answered === null) return;
  const stale = text() !== answered.sent;
  byId("status").textContent = stale ? "Changed: run to see the answer" : answered.status;
  byId("status").classList.toggle("changed", stale);
}

/** Takes a text that may be a request. */
function takeText(next) {
  written = next;
  try {
    const parsed = JSON.parse(next);
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
      throw new Error("A request is an object: { … }");
    [request, broken] = [parsed, null];
  } catch (error) {
    broken = error.message;
  }
}

/** Brings all controls and the JSON up to the request. */
function showRequest({ withText = true } = {}) {
  if (!broken) {
    clearProblems(byId("query"));
    picked.set(organization() || undefined);
    controls.show(request);
  }
  byId("controls").disabled = broken !== null;
  byId("text-notice").hidden = broken === null;
  byId("text-notice").textContent =
    broken === null ? "" : "The JSON of the request cannot be read. Mend it under Request, or undo the edits there.";
  byId("undo-request").hidden = written === null;
  if (withText) byId("request").value = text();
  byId("request-line").textContent = `POST /api/events/v2/orgs/${encodeURIComponent(organization())}/fetch`;
  byId("zoom-back").hidden = zooms.length === 0;
  const { start, end } = intervalOf(request);
  const by = groupsOf(request).map(groupName).join(", ");
  byId("fold-note").textContent =
    `${String(start ?? "").slice(0, 10)} to ${String(end ?? "").slice(0, 10)}${by && `, by ${by}`}`;
}

async function takeOrganization(id) {
  const interval = intervalOf(request);
  const first = organization() === "";
  await readExtent(id ?? "");
  if (first) return begin(id ?? "");
  const lies = extent && !(approximate(interval.end) < extent.first || approximate(interval.start) > extent.last);
  // A vendor of the one is hardly one of the other.
  write(changed({ ...request, organization_id: id ?? "" }, { vendor: undefined }));
  if (extent && !lies) {
    const next = defaultInterval({ now: Date.now(), zone: zoneOf(request), extent });
    write({ ...request, interval: { ...interval, ...next }, granularity: granularityFor(intervalLength(next)) });
  }
  run();
}

/** Asks the first question about an organization. */
function begin(id) {
  const zone = localZone();
  write(firstRequest(id, defaultInterval({ now: Date.now(), zone, extent }), zone));
  return run();
}

async function readExtent(id) {
  if (extentOf === id) return;
  extent = null;
  extentOf = id;
  if (id === "") return;
  try {
    const found = await service.extentOf(id);
    if (extentOf === id) extent = found;
  } catch {
    // What is wrong is told by the fetch that follows.
    extentOf = null;
  }
}

// ---- the address

function fragment() {
  return toFragment(text(), view);
}

/** Has the address of the page tell how the answer is shown. */
function remember() {
  history.replaceState(null, "", fragment());
}

/** Has it tell of changes: the first one leaves the address of the last answer in the history. */
function drafted() {
  showStatus();
  if (draft || answered === null) history.replaceState(null, "", fragment());
  else history.pushState(null, "", fragment());
  draft = true;
}

/** Takes what the address says; false where it says nothing. */
async function openLink() {
  const link = fromFragment(location.hash);
  if (!link) return false;
  takeText(link.text);
  // Only what JSON does not keep, such as a key that stands twice, is worth keeping as it was written.
  if (!broken && [jsonText(request), JSON.stringify(request)].includes(link.text)) written = null;
  view = link.view;
  zooms = [];
  showRequest();
  tabs.select(view.tab);
  await readExtent(organization());
  showRequest();
  draft = true;
  await run();
  return true;
}

// ---- asking

async function run() {
  running?.abort();
  const call = new AbortController();
  running = call;
  clearProblems(document);
  busy(true);
  const [sent, asked, began] = [text(), request, performance.now()];
  const known = readExtent(organization());
  try {
    const { text: body, warning } = await service.fetchText(organization(), sent, call.signal);
    const millis = performance.now() - began;
    const answer = new Answer(body, asked);
    const labels = needsCalendar(answer) && answer.rows.length > 0 ? await calendar(asked, call.signal) : undefined;
    await known;
    if (call.signal.aborted) return;
    answered = { answer, sent, warning, explained: null, status: "" };
    settle();
    showAnswer(labels, millis);
  } catch (error) {
    if (call.signal.aborted) return;
    answered = { answer: null, sent, explained: null, status: "" };
    settle();
    showProblem(error);
  } finally {
    if (running === call) {
      running = null;
      busy(false);
      showStatus();
    }
  }
}

/** The labels of all buckets; a chart without them only lacks those in which nothing happened. */
async function calendar(asked, signal) {
  try {
    const { text: body } = await service.fetchText(organization(), jsonText(calendarRequest(asked)), signal);
    return new Answer(body, asked).labels();
  } catch {
    return undefined;
  }
}

/** The address is of this answer now. */
function settle() {
  if (!draft && location.hash !== "" && fragment() !== location.hash) history.pushState(null, "", fragment());
  else history.replaceState(null, "", fragment());
  draft = false;
}

function cancel() {
  if (!running) return;
  running.abort();
  running = null;
  busy(false);
  byId("status").textContent = "Canceled";
  announce("Canceled.");
}

function busy(on) {
  byId("progress").hidden = !on;
  byId("cancel").hidden = !on;
  byId("result").setAttribute("aria-busy", String(on));
  byId("result").classList.toggle("stale", on);
  if (on) byId("status").textContent = "Asking…";
}

function zoomTo({ start, end }) {
  const outer = { interval: request.interval, granularity: request.granularity };
  const kept = [...zooms, outer];
  write(zoomed(request, start, end));
  zooms = kept;
  byId("zoom-back").hidden = false;
  run();
}

function zoomBack() {
  const kept = zooms.slice(0, -1);
  write({ ...request, ...zooms.at(-1) });
  zooms = kept;
  byId("zoom-back").hidden = zooms.length === 0;
  run().then(() => (zooms.length === 0 ? byId("chart").querySelector("[tabindex]") : byId("zoom-back"))?.focus());
}

// ---- showing

function showAnswer(labels, millis) {
  const { answer, warning } = answered;
  const rows = `${numberText(answer.rows.length)} ${answer.rows.length === 1 ? "row" : "rows"}`;
  answered.status = `${rows} in ${numberText(Math.round(millis))} ms`;
  for (const id of ["download-csv", "download-json"]) byId(id).disabled = false;
  if (answer.isEmpty) {
    fill(byId("notice"), noticeOfNothing());
    announce("No event matches.");
  } else {
    fill(byId("notice"), warning && element("p", { class: "notice", role: "status" }, visible(warning)));
    announce(`${rows}. The chart and the table are up to date.`);
  }
  if (answer.rows.length === 0) result.clear();
  else result.show(answer, labels);
  if (NARROW.matches) byId("fold").open = false;
  if (view.tab === "explain") explain();
}

function showWelcome() {
  result.clear();
  byId("fold").open = !NARROW.matches;
  byId("status").textContent = "";
  fill(byId("notice"), welcomeNode(openEvent));
}

/** Where nothing matches, or nothing is there. */
function noticeOfNothing() {
  if (!extent) return noEventsNode(organization(), openEvent);
  const zone = zoneOf(request);
  const again = (next) => {
    write(next);
    run();
  };
  return noMatchNode({
    first: dateAt(extent.first, zone),
    last: dateAt(extent.last, zone),
    all: () => {
      const all = presetInterval("all", { zone, extent });
      again({
        ...request,
        interval: { ...intervalOf(request), ...all },
        granularity: granularityFor(intervalLength(all)),
      });
    },
    unfiltered:
      (request.filters || request.vendor || request.sources) &&
      (() => again(changed(request, { filters: undefined, vendor: undefined, sources: undefined }))),
  });
}

function showProblem(error) {
  result.clear();
  for (const id of ["download-csv", "download-json"]) byId(id).disabled = true;
  byId("status").textContent = "No answer";
  if (answered) answered.status = "No answer";
  fill(byId("notice"), problemNode(error));
  if (error.status === 401) {
    byId("access").open = true;
    byId("token").setAttribute("aria-invalid", "true");
    byId("token").focus();
  } else if (error.path) {
    if (NARROW.matches) byId("fold").open = true;
    const place =
      showAt(error.path, error.message, byId("query")) ??
      showAt(error.path, error.message, document.querySelector(".masthead"));
    place?.scrollIntoView({ block: "nearest" });
    const area = byId("request");
    area.setAttribute("aria-invalid", "true");
  }
}

async function explain() {
  const place = byId("explanation");
  if (!answered) return fill(place, element("p", { class: "note" }, "Run a query to see how it is answered."));
  if (answered.explained === answered.sent) return;
  const { sent } = answered;
  answered.explained = sent;
  fill(place, element("p", { class: "note" }, "Asking…"));
  try {
    const found = await service.explain(organization(), sent);
    if (answered.sent === sent) fill(place, explanationNode(found));
  } catch (error) {
    fill(place, problemNode(error));
  }
}

// ---- the rest of the page

function openEvent() {
  openEventForm(byId("event-dialog"), {
    organization: organization(),
    sent: () => {
      extentOf = null;
      listOrganizations();
    },
    show: async (event) => {
      const zone = localZone();
      await readExtent(event.organization_id);
      const fields = ["category", "label", "action"].map((dimension) => ({
        type: "selector",
        dimension,
        value: event[dimension] ?? null,
      }));
      const end = Date.now();
      const interval =
        event.timestamp === undefined
          ? presetInterval("24h", { now: end, zone })
          : presetInterval("all", { zone, extent });
      write({
        ...firstRequest(event.organization_id, interval, zone),
        vendor: event.vendor,
        aggregations: ["count", "sum"],
        filters: { type: "and", fields },
      });
      run();
    },
  });
}

async function listOrganizations() {
  const found = await service.organizations();
  picked.suggest(suggestFrom(found));
  return found;
}

async function saveCsv() {
  const button = byId("download-csv");
  button.disabled = true;
  try {
    save(
      await service.fetchCsv(organization(), answered.sent),
      fileName(organization(), intervalOf(answered.answer.request), "csv"),
    );
  } catch (error) {
    fill(byId("notice"), problemNode(error));
  } finally {
    button.disabled = false;
  }
}

function saveJson() {
  const { answer } = answered;
  save(
    new Blob([answer.text], { type: "application/json" }),
    fileName(organization(), intervalOf(answer.request), "json"),
  );
}

function useToken(value) {
  service.token.set(value);
  byId("token").value = "";
  byId("access").open = false;
  byId("access-summary").textContent = service.token.get() ? "Token in use" : "Token";
  extentOf = null;
  start();
}

/** Begins, or begins again with another token. */
async function start() {
  clearProblems(document);
  fill(byId("notice"));
  let found = [];
  try {
    found = await listOrganizations();
  } catch (error) {
    busy(false);
    return showProblem(error);
  }
  if (organization() !== "" || location.hash !== "") {
    if (organization() === "" && (await openLink())) return undefined;
    if (organization() !== "") {
      await readExtent(organization());
      return run();
    }
  }
  if (found.length === 0) {
    request = firstRequest("", defaultInterval({ now: Date.now(), zone: localZone(), extent: null }), localZone());
    showRequest();
    return showWelcome();
  }
  await readExtent(found[0]);
  return begin(found[0]);
}

function joinPage() {
  byId("organization-slot").replaceWith(picked.root);
  picked.input.removeAttribute("aria-label");
  themeSwitch(byId("theme"));
  byId("shortcut").textContent = APPLE ? "⌘ Enter" : "Ctrl Enter";
  byId("access-summary").textContent = service.token.get() ? "Token in use" : "Token";
  byId("fold").open = true;
  byId("query").addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  byId("cancel").addEventListener("click", cancel);
  byId("zoom-back").addEventListener("click", zoomBack);
  byId("open-event").addEventListener("click", openEvent);
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    byId("result").focus();
  });
  byId("token-form").addEventListener("submit", (event) => {
    event.preventDefault();
    useToken(byId("token").value.trim());
  });
  byId("forget-token").addEventListener("click", () => useToken(""));
  byId("copy-link").addEventListener("click", ({ target }) => {
    remember();
    copy(location.href, target);
  });
  byId("copy-request").addEventListener("click", ({ target }) => copy(text(), target));
  byId("download-csv").addEventListener("click", saveCsv);
  byId("download-json").addEventListener("click", saveJson);
  byId("request").addEventListener("input", ({ target }) => {
    target.removeAttribute("aria-invalid");
    takeText(target.value);
    showRequest({ withText: false });
    if (broken) {
      showAt("", "", byId("request-field"));
      target.setAttribute("aria-invalid", "true");
    }
    drafted();
  });
  byId("undo-request").addEventListener("click", () => {
    written = broken = null;
    byId("request").removeAttribute("aria-invalid");
    showRequest();
    byId("request").focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || byId("event-dialog").open) return;
    event.preventDefault();
    // A field that is being typed in takes what it has first.
    document.activeElement?.dispatchEvent(new Event("change", { bubbles: true }));
    run();
  });
  document.addEventListener("pointerdown", ({ target }) => {
    if (!byId("access").contains(target)) byId("access").open = false;
  });
  byId("access").addEventListener("keydown", ({ key }) => {
    if (key === "Escape") {
      byId("access").open = false;
      byId("access-summary").focus();
    }
  });
  window.addEventListener("popstate", openLink);
}

async function main() {
  joinPage();
  try {
    const { dimensions, granularities } = await service.vocabulary();
    const known = dimensions.map(({ name }) => name).filter((name) => name !== "organization_id");
    controls = queryControls({ dimensions: known, granularities, read: () => request, write, extent: () => extent });
  } catch (error) {
    return showProblem(error);
  }
  return start();
}

main();
