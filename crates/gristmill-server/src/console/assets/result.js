// The result: chart, legend, table, and what is said where there is none.

import { intervalOfBuckets, lacking, seriesOf, topSeries } from "./answer.js";
import { COLOURS, drawOverTime, kindFor, swatch } from "./chart.js";
import { byId, element, fill, visible } from "./element.js";
import { numberText } from "./number.js";
import { MOST_RANKS, drawFigures, drawRanking } from "./ranking.js";
import { drawTable } from "./table.js";

export const KINDS = [
  { value: "", title: "Auto" },
  { value: "line", title: "Lines" },
  { value: "bar", title: "Bars" },
];

/** Series that are drawn at first, and that one press adds. */
const STEP = COLOURS;

/** Series beyond this are only in the table: their lines could not be told apart. */
const MOST_SERIES = 3 * COLOURS;

/** The place of the result on the page. `view` is `{metric, chart, hidden}`; `viewed()` is told of its changes. */
export function resultView({ view, viewed, zoom }) {
  let stop = () => {};
  let shown = null;

  for (const { value, title } of KINDS) {
    byId("kinds").append(
      element(
        "label",
        {},
        element("input", {
          type: "radio",
          name: "kind",
          value,
          onchange: () => {
            view().chart = value || undefined;
            viewed();
            drawChart();
          },
        }),
        element("span", {}, title),
      ),
    );
  }
  byId("metric").addEventListener("change", (event) => {
    view().metric = event.target.value;
    viewed();
    drawChart();
  });

  function drawChart() {
    stop();
    stop = () => {};
    const { answer, labels } = shown;
    const data = seriesOf(answer, view().metric, labels);
    const chart = byId("chart");
    const single = answer.labels().length === 1 && data.buckets.length <= 1;
    const overTime = !single && data.buckets.length > 1;
    const note = overTime || answer.groups > 0 ? lacking(answer, labels) : "";
    byId("chart-note").textContent = note;
    byId("chart-note").hidden = note === "";
    byId("kinds").hidden = byId("zoom-note").hidden = !overTime;
    byId("chart-title").textContent = titleOf(answer, data, single);
    byId("metric-field").hidden = answer.metrics.length < 2 || (single && answer.groups === 0);
    fill(byId("legend"));
    if (single && answer.groups === 0) return drawFigures(chart, answer);
    if (single) return drawRanking(chart, { ...topSeries(data, MOST_RANKS, answer.request), metric: data.metric });
    if (!overTime) return fill(chart);
    const top = topSeries(data, shown.most, answer.request);
    const lines = top.drawn.map((one, at) => ({ ...one, at })).concat(top.others ? [{ ...top.others, at: -1 }] : []);
    const kept = lines.filter(({ key }) => !view().hidden.includes(key));
    stop = drawOverTime(chart, {
      data,
      lines: kept,
      kind: kindFor(view().chart, data.buckets.length, lines.length),
      label: `${data.metric} over time`,
      zoom: (from, to) => zoom(intervalOfBuckets(data, from, to, answer.request)),
      read: (text) => fill(byId("reading"), text),
    });
    if (answer.groups > 0) drawLegend(lines, top, data);
  }

  function drawLegend(lines, { left, others }, data) {
    const items = lines.map(({ key, title, total, at }) => {
      const on = !view().hidden.includes(key);
      return element(
        "li",
        {},
        element(
          "button",
          { type: "button", "aria-pressed": String(on), "data-series": key, title, onclick: () => toggle(key, !on) },
          swatch(at),
          element("bdi", {}, title),
          data.additive && element("span", { class: "note" }, numberText(total)),
        ),
      );
    });
    const hidden = lines.some(({ key }) => view().hidden.includes(key));
    const more = left > 0 && shown.most < MOST_SERIES;
    const rest = left > 0 && element("p", { class: "note" }, restText(left, others, data));
    fill(
      byId("legend"),
      element("ul", { class: "legend", "aria-label": "Series" }, items),
      element(
        "div",
        { class: "legend-more" },
        rest,
        more &&
          element(
            "button",
            {
              type: "button",
              class: "quiet",
              onclick: () => {
                shown.most += STEP;
                drawChart();
              },
            },
            `Draw ${Math.min(STEP, left)} more`,
          ),
        hidden &&
          element(
            "button",
            {
              type: "button",
              class: "quiet",
              onclick: () => {
                view().hidden = [];
                viewed();
                drawChart();
              },
            },
            "Show all",
          ),
      ),
    );
  }

  function restText(left, others, { metric }) {
    const groups = left === 1 ? "1 further group" : `${numberText(left)} further groups`;
    if (others) return `${groups}: added up as “others”, one by one in the table.`;
    return `${groups}: not drawn, since ${visible(metric)} of several groups cannot be added up; in the table.`;
  }

  function toggle(key, on) {
    const target = view();
    target.hidden = on ? target.hidden.filter((each) => each !== key) : [...target.hidden, key];
    viewed();
    drawChart();
    byId("legend")
      .querySelector(`[data-series="${CSS.escape(key)}"]`)
      ?.focus();
  }

  return {
    /** Shows an answer; `labels` are those of all its buckets, where it has not all. */
    show(answer, labels) {
      shown = { answer, labels, most: STEP };
      fill(
        byId("metric"),
        answer.metrics.map((name) => element("option", { value: name }, visible(name))),
      );
      byId("metric").value = answer.columns[answer.metricAt(view().metric)].name;
      for (const radio of byId("kinds").querySelectorAll("input")) radio.checked = radio.value === (view().chart ?? "");
      byId("answer").hidden = false;
      drawChart();
      drawTable(byId("table"), answer);
    },
    /** Shows that there is no answer. */
    clear() {
      stop();
      shown = null;
      byId("answer").hidden = true;
    },
  };
}

function titleOf(answer, { metric, granularity, series }, single) {
  if (single && answer.groups === 0) return "In the whole interval";
  const figure = answer.metrics.length < 2 ? `${visible(metric)} ` : "";
  const by =
    answer.groups > 0
      ? `by ${answer.columns
          .slice(1, 1 + answer.groups)
          .map(({ name }) => name)
          .join(", ")}`
      : "";
  const per =
    single || granularity === "all"
      ? ""
      : granularity === "none"
        ? "at each instant"
        : `per ${granularity?.replaceAll("_", " ") ?? "bucket"}`;
  return (
    [figure.trim(), by, per].filter((part) => part !== "").join(" ") +
    (answer.groups > 0 ? ` (${numberText(series.length)} ${series.length === 1 ? "group" : "groups"})` : "")
  );
}
