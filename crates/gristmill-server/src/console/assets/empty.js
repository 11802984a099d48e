// What the page says where there is nothing to show, and what can be done about it.

import { element, visible } from "./element.js";

const block = (title, ...rest) => element("div", { class: "empty" }, element("p", { class: "title" }, title), rest);

const button = (title, onclick) => element("button", { type: "button", onclick }, title);

/** A store without any event. */
export function welcomeNode(send) {
  return block(
    "This store is empty",
    element(
      "p",
      {},
      "Gristmill stores events (who did what, where, when, with which value) and tells how many, how much, and how many different, over time.",
    ),
    ways(send),
  );
}

/** An organization without any event. */
export function noEventsNode(organization, send) {
  return block(
    "No events yet",
    element("p", {}, "This store has no event of the organization ", element("strong", {}, visible(organization)), "."),
    ways(send),
  );
}

/** Events from one date to another, of which none matches. `all` asks about all of them, `unfiltered` without filters. */
export function noMatchNode({ first, last, all, unfiltered }) {
  return block(
    "No event matches",
    element("p", {}, `Events of this organization are from ${first} to ${last}.`),
    element(
      "div",
      { class: "buttons" },
      button("Show all data", all),
      unfiltered && button("Drop the filters", unfiltered),
    ),
  );
}

/** How events come into a store. */
function ways(send) {
  const command = (line) => element("pre", {}, element("code", {}, line));
  return element(
    "div",
    { class: "ways" },
    element(
      "p",
      {},
      element("button", { type: "button", class: "primary", onclick: send }, "Send a test event"),
      " writes one event and shows it.",
    ),
    element("p", {}, "From a program or a shell, while the service runs:"),
    command(
      `curl ${location.origin}/events/v2/store/untrusted \\\n  --json '{"organization_id":"acme","vendor":"com.example.web","event_version":1,\n           "category":"test","label":"hello","action":"click","value":1}'`,
    ),
    element(
      "p",
      {},
      "A realistic month of a million events, with the service stopped, since one process writes to a store:",
    ),
    command("gristmill generate --events 1000000 | gristmill ingest --store STORE -"),
  );
}
