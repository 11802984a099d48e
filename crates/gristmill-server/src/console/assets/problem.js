// What went wrong, in words, at the place that it is about.

import { byId, element, fill, visible, visibleLines } from "./element.js";

/** Takes away what the last error left. */
export function clearProblems(root = document) {
  for (const node of root.querySelectorAll(".problem.at-control")) node.remove();
  for (const node of root.querySelectorAll("[aria-invalid]")) {
    node.removeAttribute("aria-invalid");
    node.removeAttribute("aria-describedby");
  }
}

/** The control that a place in the JSON belongs to: the one whose own place is the longest beginning of it. */
export function controlAt(path, root = document) {
  let best = null;
  for (const node of root.querySelectorAll("[data-path]")) {
    const own = node.dataset.path;
    const within = path === own || path.startsWith(`${own}.`) || path.startsWith(`${own}[`);
    if (own && within && own.length >= (best?.dataset.path.length ?? 0)) best = node;
  }
  return best;
}

/** Marks the control of a place, says what is wrong below it, and gives the control. */
export function showAt(path, message, root = document) {
  const control = path ? controlAt(path, root) : null;
  if (!control) return null;
  const target = partOf(control, path.slice(control.dataset.path.length));
  const id = "problem-at-control";
  byId(id)?.remove();
  target.setAttribute("aria-invalid", "true");
  target.setAttribute("aria-describedby", id);
  const note = element("p", { class: "problem at-control", id }, visibleLines(message));
  (control.closest(".filter-row, .field") ?? control).append(note);
  for (let outer = control.closest("details"); outer; outer = outer.parentElement.closest("details")) outer.open = true;
  return target;
}

/** The field of a control that the rest of a place is about: the first is the column of a filter, the last its value. */
function partOf(control, rest) {
  if (control.matches("input, select, textarea")) return control;
  const fields = control.querySelectorAll("input, select, textarea");
  const first = rest === "" || rest.endsWith(".dimension") || rest.endsWith(".column");
  return (first ? fields[0] : fields[fields.length - 1]) ?? control;
}

const ADVICE = {
  401: "This service asks for a token. Enter one under Token, at the top of the page.",
  403: "The token at the top of the page has not the right to this organization, or not for this.",
  413: "Send less at once.",
  429: "The service has too much to do. Try again in a moment.",
  503: "The service has too much to do, or is starting or stopping. Try again in a moment.",
};

/** An error of the service as a block of text. */
export function problemNode(error, extra = []) {
  const title = error.path
    ? ["In the request, at ", element("code", {}, visible(error.path))]
    : ["This cannot be answered"];
  return element(
    "div",
    { class: "problem block", role: "alert" },
    element("p", { class: "title" }, title),
    element("p", { class: "message" }, visibleLines(error.message)),
    ADVICE[error.status] && element("p", { class: "advice" }, ADVICE[error.status]),
    extra,
  );
}

/** Says something to those who listen, without moving anything. */
export function announce(text) {
  fill(byId("announcement"), text);
}
