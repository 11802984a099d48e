// The tabs of the result, after the pattern of the ARIA practices: arrows go from one to the next.

import { byId } from "./element.js";

const TABS = ["answer", "request", "explain"];

/**
 * Joins the tabs of the page. `chosen(name)` is told which one shows, undefined for the first; `changed()` that a person has
 * chosen another.
 */
export function tabList({ chosen, changed }) {
  function select(name) {
    const shown = TABS.includes(name) ? name : TABS[0];
    for (const each of TABS) {
      const tab = byId(`tab-${each}`);
      tab.setAttribute("aria-selected", String(each === shown));
      tab.tabIndex = each === shown ? 0 : -1;
      byId(`panel-${each}`).hidden = each !== shown;
    }
    chosen(shown === TABS[0] ? undefined : shown);
    return byId(`tab-${shown}`);
  }

  byId("tabs").addEventListener("click", ({ target }) => {
    if (target.role !== "tab") return;
    select(target.id.replace("tab-", ""));
    changed();
  });
  byId("tabs").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = TABS.findIndex((name) => byId(`tab-${name}`) === document.activeElement);
    select(TABS[(at + step + TABS.length) % TABS.length]).focus();
    changed();
  });
  return { select };
}
