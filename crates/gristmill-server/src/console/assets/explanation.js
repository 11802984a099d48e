// How an answer was found, as a tree.

import { element, visible } from "./element.js";
import { bytesText, durationText, numberText } from "./number.js";

const REASONS = {
  interval: "outside of the interval",
  organization: "of other organizations",
  rows: "without a row of the organization, vendor and interval",
  filter: "in which no value matches the filter",
  unreadable: "unreadable",
};

/** Segments of a pass that are told one by one; of more, the slowest. */
const MOST_SEGMENTS = 50;

const plural = (count, word) => `${numberText(count)} ${word}${count === 1 ? "" : "s"}`;

/** The tree of an explanation. */
export function explanationNode({ rows, micros, passes }) {
  return element(
    "div",
    { class: "tree" },
    element("p", {}, element("strong", {}, plural(rows, "row")), ` in ${durationText(micros)}`),
    element("ul", {}, passes.map(passNode)),
  );
}

function passNode(pass) {
  const scanned = pass.segments.filter(({ pruned }) => pruned === null).sort((a, b) => b.micros - a.micros);
  const left = new Map();
  for (const { pruned } of pass.segments) if (pruned !== null) left.set(pruned, (left.get(pruned) ?? 0) + 1);
  const steps = `prune ${durationText(pass.prune_micros)}, scan ${durationText(pass.scan_micros)}, merge ${durationText(pass.merge_micros)}`;
  return element(
    "li",
    {},
    element(
      "details",
      { open: true },
      element(
        "summary",
        {},
        element("strong", {}, visible(pass.metrics.join(", "))),
        `: ${plural(pass.groups, "group")}`,
      ),
      element(
        "ul",
        {},
        element("li", {}, steps),
        [...left].map(([reason, count]) =>
          element("li", { class: "quiet-text" }, `${plural(count, "segment")} left out: ${REASONS[reason] ?? reason}`),
        ),
        scanned.slice(0, MOST_SEGMENTS).map((segment, at) => segmentNode(segment, at < 3)),
        scanned.length > MOST_SEGMENTS &&
          element("li", {}, `and ${plural(scanned.length - MOST_SEGMENTS, "faster segment")}`),
      ),
    ),
  );
}

function segmentNode(segment, open) {
  const day = (millis) => new Date(millis).toISOString().slice(0, 10);
  const facts = [
    // What holds other organizations' events, too, is told to an operator only.
    ...(segment.first === null ? [] : [["Events", `${day(segment.first)} to ${day(segment.last)} (UTC)`]]),
    ["In range", plural(segment.rows_in_range, "row")],
    ["Filter", segment.filter ?? "none"],
    ["Groups", segment.grouping ?? "none"],
    ["Matched", plural(segment.rows_matched, "row")],
    ["Read", bytesText(segment.bytes_touched)],
    ["Threads", String(segment.threads)],
  ];
  return element(
    "li",
    {},
    element(
      "details",
      { open },
      element(
        "summary",
        {},
        `Segment of ${plural(segment.rows, "row")}, ${segment.form}: ${durationText(segment.micros)}`,
      ),
      element(
        "dl",
        {},
        facts.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, visible(value)))),
      ),
    ),
  );
}
