// What stands in place of a chart over time: ranked bars for one bucket with groups, figures for one row.

import { element, fill } from "./element.js";
import { numberText } from "./number.js";

/** Rows of ranked bars. */
export const MOST_RANKS = 16;

/** Bars for the groups of one bucket, the largest first; `left` groups are not among them. */
export function drawRanking(root, { drawn, left, metric }) {
  const most = Math.max(...drawn.map(({ values }) => Math.abs(values[0] ?? 0)), Number.MIN_VALUE);
  const rows = drawn.map(({ title, values }) => {
    const bar = element("span", { class: (values[0] ?? 0) < 0 ? "fill negative" : "fill" });
    bar.style.width = `${(Math.abs(values[0] ?? 0) / most) * 100}%`;
    return element(
      "li",
      {},
      element("bdi", { class: "name", title }, title),
      element("span", { class: "track", "aria-hidden": "true" }, bar),
      element("span", { class: "number" }, numberText(values[0])),
    );
  });
  fill(
    root,
    element("ol", { class: "ranking", "aria-label": `Groups by ${metric}` }, rows),
    left > 0 &&
      element(
        "p",
        { class: "note" },
        `${numberText(left)} more ${left === 1 ? "group is" : "groups are"} in the table only.`,
      ),
  );
}

/** The figures of one row. */
export function drawFigures(root, answer) {
  const [row] = answer.rows;
  const figures = answer.columns.flatMap(({ name, metric }, at) => (metric ? [{ name, value: row[at] }] : []));
  fill(
    root,
    element(
      "dl",
      { class: "figures" },
      figures.map(({ name, value }) =>
        element(
          "div",
          {},
          element("dt", {}, element("bdi", {}, name)),
          element("dd", { title: String(value) }, numberText(value)),
        ),
      ),
    ),
  );
}
