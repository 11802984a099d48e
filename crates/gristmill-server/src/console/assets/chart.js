// Charts over time, drawn as SVG: lines or bars.

import { element, fill, shape } from "./element.js";
import { numberText, roundSteps, shortText } from "./number.js";
import { bucketTitle, timeTicks } from "./time.js";

/** Colours of the palette in the style sheet; series beyond them repeat the colours with broken lines. */
export const COLOURS = 8;

/** Pixels of the plot from the top, from the right, for the axis of time, and of a character of the axis of figures. */
const TOP = 10;
const RIGHT = 10;
const BOTTOM = 26;
const CHARACTER = 6.8;

/** Values that the box at the crosshair lists. */
const MOST_LISTED = 10;

/** More buckets than this have no room for a bar each, whoever asks for bars. */
const MOST_BARS = 1500;

/** Lines for many buckets, bars for few, where nobody has chosen. */
export function kindFor(chosen, buckets, lines) {
  const MOST = 45;
  const MOST_IN_ALL = 180;
  if (buckets > MOST_BARS) return "line";
  if (chosen === "line" || chosen === "bar") return chosen;
  return buckets <= MOST && buckets * lines <= MOST_IN_ALL ? "bar" : "line";
}

const place = (at) => (at < 0 ? "others" : `s${at % COLOURS}${at >= COLOURS ? " again" : ""}`);

/** The mark of a series in legend and box. */
export function swatch(at) {
  return shape(
    "svg",
    { class: `swatch ${place(at)}`, width: "14", height: "10", "aria-hidden": "true" },
    shape("rect", { x: "0", y: "3", width: "14", height: "4", rx: "2" }),
  );
}

/**
 * A chart over time in an element. `lines` are the series to draw, each `{title, values, at}` with its place in the palette;
 * `zoom(from, to)` is told which buckets were chosen, `read(text)` what is under the crosshair.
 */
export function drawOverTime(root, { data, lines, kind, label, zoom, read }) {
  const { buckets, granularity } = data;
  const svg = shape("svg", { class: "plot", "aria-hidden": "true" });
  const box = element("div", { class: "tip", hidden: true });
  const area = element(
    "div",
    {
      class: "chart",
      tabindex: "0",
      role: "application",
      "aria-roledescription": "chart",
      "aria-label": `${label}. Left and right read the values, with Shift they choose a span, Enter zooms into it.`,
    },
    svg,
    box,
  );
  const focused = root.contains(document.activeElement);
  fill(root, area);
  if (focused) area.focus();
  const stacked =
    kind === "bar" &&
    data.additive &&
    lines.every(({ values }) => values.every((value) => value === null || value >= 0));
  let scale = null;
  let cross = -1;
  let anchor = -1;

  function draw() {
    const width = area.clientWidth;
    const height = area.clientHeight;
    if (width === 0 || height === 0) return;
    scale = scaleOf({ width, height, buckets, lines, stacked, whole: wholeNumbers(lines) });
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const marks =
      kind === "bar" ? barsOf(lines, scale, buckets, stacked) : lines.map((line) => lineOf(line, scale, buckets));
    fill(svg, axes(scale, buckets), shape("g", { class: "marks" }, marks), shape("g", { class: "cross" }));
    if (cross >= 0) point(Math.min(cross, buckets.length - 1));
  }

  /** Moves the crosshair to a bucket, and shows its values. */
  function point(at) {
    cross = at;
    const layer = svg.querySelector(".cross");
    if (at < 0 || !layer) {
      box.hidden = true;
      if (layer) fill(layer);
      return;
    }
    const x = scale.center(at);
    const span =
      anchor >= 0 && anchor !== at ? selection(scale, buckets, Math.min(anchor, at), Math.max(anchor, at)) : null;
    const dots = stacked
      ? []
      : lines
          .filter(({ values }) => typeof values[at] === "number")
          .map(({ values, at: colour }) =>
            shape("circle", { class: place(colour), cx: x, cy: scale.y(values[at]), r: 3.5 }),
          );
    fill(layer, span, shape("line", { x1: x, x2: x, y1: TOP, y2: scale.bottom }), dots);
    const listed = listedAt(lines, at);
    fill(
      box,
      element("p", { class: "title" }, bucketTitle(buckets[at], granularity)),
      element(
        "ul",
        {},
        listed
          .slice(0, MOST_LISTED)
          .map(({ title, values, at: colour }) =>
            element(
              "li",
              {},
              swatch(colour),
              element("bdi", {}, title),
              element("span", { class: "number" }, numberText(values[at])),
            ),
          ),
      ),
      listed.length > MOST_LISTED && element("p", { class: "note" }, `and ${listed.length - MOST_LISTED} more`),
      listed.length === 0 && element("p", { class: "note" }, "no value"),
    );
    box.hidden = false;
    const left = x > scale.width / 2;
    box.style.left = left ? "auto" : `${x + 12}px`;
    box.style.right = left ? `${scale.width - x + 12}px` : "auto";
  }

  function say() {
    const values = listedAt(lines, cross)
      .slice(0, MOST_LISTED)
      .map(({ title, values: all }) => `${title} ${numberText(all[cross])}`);
    const span = anchor >= 0 && anchor !== cross ? `${Math.abs(anchor - cross) + 1} buckets chosen, Enter zooms. ` : "";
    read(`${span}${bucketTitle(buckets[cross], granularity)}: ${values.join(", ") || "no value"}`);
  }

  function take(from, to) {
    anchor = -1;
    zoom(Math.min(from, to), Math.max(from, to));
  }

  area.addEventListener("keydown", (event) => {
    const last = buckets.length - 1;
    const page = Math.max(1, Math.round(buckets.length / 10));
    const moves = {
      ArrowLeft: cross - 1,
      ArrowRight: cross + 1,
      PageUp: cross - page,
      PageDown: cross + page,
      Home: 0,
      End: last,
    };
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key in moves) {
      event.preventDefault();
      const from = Math.max(0, cross);
      anchor = event.shiftKey ? (anchor < 0 ? from : anchor) : -1;
      point(cross < 0 && event.key === "ArrowLeft" ? last : Math.max(0, Math.min(last, moves[event.key])));
      say();
    } else if (event.key === "Enter" && cross >= 0) {
      event.preventDefault();
      take(anchor < 0 ? cross : anchor, cross);
    } else if (event.key === "Escape" && cross >= 0) {
      event.preventDefault();
      anchor = -1;
      point(-1);
    }
  });
  area.addEventListener("blur", () => {
    anchor = -1;
    point(-1);
  });

  const bucketAt = (event) => scale.bucket(event.clientX - area.getBoundingClientRect().left);
  let pressed = null;
  area.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !scale) return;
    pressed = { x: event.clientX, at: bucketAt(event) };
    area.setPointerCapture(event.pointerId);
  });
  area.addEventListener("pointermove", (event) => {
    if (!scale) return;
    const NUDGE = 4;
    if (pressed && Math.abs(event.clientX - pressed.x) > NUDGE) anchor = pressed.at;
    point(bucketAt(event));
  });
  area.addEventListener("pointerup", (event) => {
    const from = anchor;
    const dragged = pressed !== null && from >= 0;
    pressed = null;
    if (dragged) take(from, bucketAt(event));
  });
  area.addEventListener("pointercancel", () => {
    pressed = null;
    anchor = -1;
    point(-1);
  });
  area.addEventListener("pointerleave", () => {
    if (!pressed && document.activeElement !== area) point(-1);
  });

  const observer = new ResizeObserver(draw);
  observer.observe(area);
  draw();
  return () => observer.disconnect();
}

/** The series that have a value in a bucket, the largest first. */
function listedAt(lines, at) {
  return lines.filter(({ values }) => typeof values[at] === "number").sort((a, b) => b.values[at] - a.values[at]);
}

function wholeNumbers(lines) {
  return lines.every(({ values }) => values.every((value) => value === null || Number.isInteger(value)));
}

function scaleOf({ width, height, buckets, lines, stacked, whole }) {
  const heights = stacked
    ? buckets.map((_, at) => lines.reduce((sum, { values }) => sum + (values[at] ?? 0), 0))
    : lines.flatMap(({ values }) => values.filter((value) => value !== null));
  let [low, high] = [0, 0];
  for (const value of heights) [low, high] = [Math.min(low, value), Math.max(high, value)];
  const steps = roundSteps(low, high, Math.max(2, height / 56), whole);
  const left = 10 + CHARACTER * Math.max(...steps.map((step) => shortText(step).length));
  const bottom = height - BOTTOM;
  const [first, last] = [buckets[0].millis, buckets.at(-1).end];
  const [least, most] = [steps[0], steps.at(-1)];
  const x = (millis) => left + ((millis - first) / (last - first)) * (width - left - RIGHT);
  return {
    width,
    left,
    bottom,
    steps,
    x,
    y: (value) => bottom - ((value - least) / (most - least)) * (bottom - TOP),
    center: (at) => (x(buckets[at].millis) + x(buckets[at].end)) / 2,
    bucket(position) {
      const millis = first + ((position - left) / (width - left - RIGHT)) * (last - first);
      let [from, to] = [0, buckets.length - 1];
      while (from < to) {
        const middle = (from + to + 1) >> 1;
        if (buckets[middle].millis <= millis) from = middle;
        else to = middle - 1;
      }
      return from;
    },
  };
}

function axes(scale, buckets) {
  const TICK = 60;
  const lines = scale.steps.map((step) =>
    shape(
      "g",
      { class: step === 0 ? "grid zero" : "grid" },
      shape("line", { x1: scale.left, x2: scale.width - RIGHT, y1: scale.y(step), y2: scale.y(step) }),
      shape(
        "text",
        { x: scale.left - 6, y: scale.y(step), "text-anchor": "end", "dominant-baseline": "middle" },
        shortText(step),
      ),
    ),
  );
  const ticks = timeTicks(buckets, Math.max(1, Math.floor((scale.width - scale.left) / TICK))).map(
    ({ index, title }) => {
      const x = scale.center(index);
      const half = (title.length * CHARACTER) / 2;
      const anchor = x - half < 0 ? "start" : x + half > scale.width ? "end" : "middle";
      return shape(
        "g",
        { class: "tick" },
        shape("line", { x1: x, x2: x, y1: scale.bottom, y2: scale.bottom + 4 }),
        shape(
          "text",
          {
            x: anchor === "end" ? scale.width : anchor === "start" ? 0 : x,
            y: scale.bottom + 17,
            "text-anchor": anchor,
          },
          title,
        ),
      );
    },
  );
  return [...lines, ...ticks];
}

function lineOf({ values, at: colour }, scale, buckets) {
  const MOST_DOTS = 70;
  const points = values.map((value, at) => (value === null ? null : { x: scale.center(at), y: scale.y(value) }));
  const alone = (at) => points[at] && !points[at - 1] && !points[at + 1];
  const dots = points.flatMap((each, at) => (each && (buckets.length <= MOST_DOTS || alone(at)) ? [each] : []));
  return shape(
    "g",
    { class: `line ${place(colour)}${points.length > scale.width / 3 ? " dense" : ""}` },
    shape("path", { d: pathOf(points, scale.width) }),
    dots.map(({ x, y }) => shape("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: "2.2" })),
  );
}

/** A path through points, broken where there is none. Of more points than pixels, each pixel keeps its highest and lowest. */
function pathOf(points, width) {
  const kept = points.length > 2 * width ? extremes(points) : points;
  let path = "";
  let pen = "M";
  for (const each of kept) {
    if (each) path += `${pen}${each.x.toFixed(1)} ${each.y.toFixed(1)}`;
    pen = each ? "L" : "M";
  }
  return path;
}

function extremes(points) {
  const kept = [];
  for (let from = 0; from < points.length;) {
    let to = from + 1;
    const pixel = points[from] && Math.floor(points[from].x);
    while (to < points.length && points[from] && points[to] && Math.floor(points[to].x) === pixel) to += 1;
    const column = points.slice(from, to);
    if (column.length < 3) kept.push(...column);
    else {
      const low = column.reduce((a, b) => (b.y > a.y ? b : a));
      const high = column.reduce((a, b) => (b.y < a.y ? b : a));
      const inside = column.indexOf(low) < column.indexOf(high) ? [low, high] : [high, low];
      kept.push(...new Set([column[0], ...inside, column.at(-1)]));
    }
    from = to;
  }
  return kept;
}

function barsOf(lines, scale, buckets, stacked) {
  const SHARE = 0.82;
  return buckets
    .map((bucket, at) => {
      const room = scale.x(bucket.end) - scale.x(bucket.millis);
      const width = Math.max(1, room * SHARE);
      const left = scale.center(at) - width / 2;
      const each = stacked ? width : width / lines.length;
      let base = 0;
      return lines.flatMap(({ values, at: colour }, order) => {
        const value = values[at];
        if (value === null || value === 0) return [];
        const from = stacked ? base : 0;
        base = from + value;
        const [top, bottom] = [scale.y(Math.max(from, from + value)), scale.y(Math.min(from, from + value))];
        return [
          shape("rect", {
            class: `bar ${place(colour)}`,
            x: (left + (stacked ? 0 : order * each)).toFixed(1),
            y: top.toFixed(1),
            width: Math.max(1, each - (stacked || each < 4 ? 0 : 1)).toFixed(1),
            height: Math.max(0.5, bottom - top).toFixed(1),
          }),
        ];
      });
    })
    .flat();
}

function selection(scale, buckets, from, to) {
  const [left, right] = [scale.x(buckets[from].millis), scale.x(buckets[to].end)];
  return shape("rect", {
    class: "selection",
    x: left,
    y: TOP,
    width: Math.max(1, right - left),
    height: scale.bottom - TOP,
  });
}
