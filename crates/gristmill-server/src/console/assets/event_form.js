// A form to send one event, so that there is something to see.

import { byId, element, fill } from "./element.js";
import { clearProblems, problemNode, showAt } from "./problem.js";
import { jsonText } from "./request.js";
import * as service from "./service.js";

const FIELDS = [
  { name: "organization_id", label: "Organization", value: "" },
  { name: "vendor", label: "Vendor", value: "com.example.web" },
  { name: "category", label: "Category", value: "test" },
  { name: "label", label: "Label", value: "hello" },
  { name: "action", label: "Action", value: "click" },
  { name: "value", label: "Value, a number", value: "1" },
  { name: "visitor_id", label: "Visitor", value: "" },
  { name: "properties", label: "Properties, separated by commas", value: "" },
];

/** The columns that every event has to have. */
const REQUIRED = ["organization_id", "vendor", "category", "label", "action"];

/** The event that the fields of the form say. */
export function eventOf(texts) {
  const event = { event_version: 1 };
  for (const { name } of FIELDS) {
    const text = texts[name] ?? "";
    if (name === "properties") {
      const values = text
        .split(",")
        .map((each) => each.trim())
        .filter((each) => each !== "");
      if (values.length > 0) event.properties = values;
    } else if (name === "value") {
      // What is no number is sent as it was typed, so that the service says what is wrong.
      if (text.trim() !== "") event.value = Number.isFinite(Number(text)) ? Number(text) : text;
    } else if (text !== "" || REQUIRED.includes(name)) event[name] = text;
  }
  return event;
}

/** Opens the form. `sent(event)` is told what was stored, `show(event)` when a person wants to see it. */
export function openEventForm(dialog, { organization, sent, show }) {
  const inputs = FIELDS.map(({ name, label, value }) => {
    const input = element("input", {
      id: `event-${name}`,
      name,
      type: "text",
      autocomplete: "off",
      spellcheck: "false",
      inputmode: name === "value" ? "decimal" : undefined,
      oninput: () => preview(),
    });
    input.value = name === "organization_id" ? organization || "acme" : value;
    const wide = name === "organization_id" || name === "properties";
    return element(
      "div",
      { class: wide ? "field wide" : "field", "data-path": name },
      element("label", { for: input.id }, label),
      input,
    );
  });
  const json = element("textarea", { id: "event-json", rows: "9", spellcheck: "false", "data-path": "json" });
  const outcome = element("div", { id: "event-outcome", "aria-live": "polite" });
  const send = element("button", { type: "submit", class: "primary" }, "Send");

  const form = element(
    "form",
    { novalidate: true, onsubmit: submit },
    element(
      "div",
      { class: "dialog-head" },
      element("h2", { id: "event-title" }, "Send a test event"),
      element("button", { type: "button", class: "remove", "aria-label": "Close", onclick: () => dialog.close() }, "×"),
    ),
    element("p", { class: "note" }, "It is stored for good, as untrusted, with the time of its arrival."),
    element("div", { class: "event-fields" }, inputs),
    element(
      "details",
      {},
      element("summary", {}, "As JSON, with any further field"),
      element(
        "div",
        { class: "field" },
        element("label", { for: "event-json", class: "unseen" }, "Event as JSON"),
        json,
      ),
    ),
    outcome,
    element(
      "div",
      { class: "buttons end" },
      element("button", { type: "button", onclick: () => dialog.close() }, "Close"),
      send,
    ),
  );

  function preview() {
    json.value = jsonText(eventOf(Object.fromEntries(new FormData(form))));
  }

  async function submit(event) {
    event.preventDefault();
    clearProblems(form);
    send.disabled = true;
    fill(outcome);
    try {
      const text = json.value;
      const stored = await service.store(text);
      const [one] = [JSON.parse(text)].flat();
      sent(one);
      fill(
        outcome,
        element(
          "div",
          { class: "done" },
          element("p", {}, stored === 1 ? "Stored: one event." : `Stored: ${stored} events.`),
          element(
            "button",
            {
              type: "button",
              id: "show-event",
              onclick: () => {
                dialog.close();
                show(one);
              },
            },
            "Show it",
          ),
        ),
      );
      byId("show-event").focus();
    } catch (error) {
      fill(outcome, problemNode(error));
      showAt(fieldOf(error), error.message, form)?.focus();
    } finally {
      send.disabled = false;
    }
  }

  fill(dialog, form);
  dialog.addEventListener("close", () => fill(dialog), { once: true });
  preview();
  dialog.showModal();
  byId("event-category").focus();
}

/** The field that an error is about: the last name of its place, or the one that its text begins with. */
function fieldOf({ path, message }) {
  const last = path?.split(".").at(-1);
  if (last) return last.replace(/\[\d+\]$/, "");
  return FIELDS.map(({ name }) => name).find((name) => new RegExp(`\\b${name}\\b`).test(message ?? ""));
}
