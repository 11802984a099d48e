// The table of an answer: sortable, and a page of rows at a time.

import { element, fill, valueNode } from "./element.js";
import { numberText } from "./number.js";

/** Rows of a page: more of them make a browser slow. */
const PAGE = 200;

/** Two texts by their code points, as the service orders them. */
function compareTexts(a, b) {
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left === right) continue;
    const surrogate = (unit) => unit >= 0xd800 && unit <= 0xdfff;
    // A surrogate is half of a character beyond all that one unit can say.
    return surrogate(left) === surrogate(right) ? left - right : surrogate(left) ? 1 : -1;
  }
  return a.length - b.length;
}

/** Two values of a column: null first, numbers by size, texts by code points. */
export function compareValues(a, b) {
  if (a === null || b === null) return (a === null ? 0 : 1) - (b === null ? 0 : 1);
  return typeof a === "number" && typeof b === "number" ? a - b : compareTexts(String(a), String(b));
}

/** The rows in the order of one column; rows that are equal there stay as they were. */
export function sorted(rows, at, descending) {
  const order = descending ? (a, b) => compareValues(b[at], a[at]) : (a, b) => compareValues(a[at], b[at]);
  return [...rows].sort(order);
}

/** Draws the table of an answer into an element. */
export function drawTable(root, { columns, rows }) {
  let order = null;
  let shown = rows;
  let page = 0;

  function sortBy(at) {
    const metric = columns[at].metric;
    const descending = order?.at === at ? !order.descending : metric;
    order = { at, descending };
    shown = sorted(rows, at, descending);
    page = 0;
    draw();
    root.querySelector(`[data-column="${at}"]`).focus();
  }

  function head({ name, metric }, at) {
    const direction = order?.at !== at ? "none" : order.descending ? "descending" : "ascending";
    const mark = { none: "", ascending: "▲", descending: "▼" }[direction];
    return element(
      "th",
      { scope: "col", class: metric ? "number" : "", "aria-sort": direction },
      element(
        "button",
        { type: "button", "data-column": at, onclick: () => sortBy(at) },
        element("bdi", {}, name),
        element("span", { class: "mark", "aria-hidden": "true" }, mark),
      ),
    );
  }

  function cell(value, at) {
    const { metric } = columns[at];
    if (at === 0) return element("td", { class: "time" }, String(value));
    if (!metric) return element("td", {}, valueNode(value));
    return element(
      "td",
      { class: "number", title: value === null ? "" : String(value) },
      value === null ? valueNode(null) : numberText(value),
    );
  }

  function pager() {
    const pages = Math.ceil(shown.length / PAGE);
    if (pages < 2) return null;
    const go = (label, to, key) =>
      element(
        "button",
        {
          type: "button",
          disabled: to < 0 || to >= pages || to === page,
          "data-go": key,
          onclick: () => {
            page = to;
            draw();
            const again = root.querySelector(`[data-go="${key}"]`);
            (again.disabled ? root.querySelector(".pager button:not(:disabled)") : again).focus();
          },
        },
        label,
      );
    const [from, to] = [page * PAGE + 1, Math.min(shown.length, (page + 1) * PAGE)];
    return element(
      "nav",
      { class: "pager", "aria-label": "Pages of the table" },
      go("First", 0, "first"),
      go("Previous", page - 1, "previous"),
      element(
        "span",
        { role: "status" },
        `Rows ${numberText(from)} to ${numberText(to)} of ${numberText(shown.length)}`,
      ),
      go("Next", page + 1, "next"),
      go("Last", pages - 1, "last"),
    );
  }

  function draw() {
    const body = shown.slice(page * PAGE, (page + 1) * PAGE).map((row) => element("tr", {}, row.map(cell)));
    const table = element(
      "table",
      {},
      element("caption", { class: "unseen" }, "Rows of the answer"),
      element("thead", {}, element("tr", {}, columns.map(head))),
      element("tbody", {}, body),
    );
    fill(
      root,
      element(
        "div",
        { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Rows of the answer" },
        table,
      ),
      pager(),
    );
  }
  draw();
}
