// An answer as columns and as the series of a chart.

import { addsUp, bucketCount, granularityName, groupName, groupsOf, intervalOf, isWhole } from "./request.js";
import { approximate, parseLabel } from "./time.js";
import { valueText } from "./element.js";

/** An answer: `columns` of `{name, metric}`, and `rows`. */
export class Answer {
  constructor(text, request) {
    const { fields, data } = JSON.parse(text);
    this.text = text;
    this.request = request;
    this.columns = fields.map(({ name, type }) => ({ name, metric: type === "metric" }));
    this.rows = data;
    this.groups = groupsOf(request).length;
  }

  get metrics() {
    return this.columns.flatMap(({ name, metric }) => (metric ? [name] : []));
  }

  /** The place of a metric among the columns; the first metric where there is none of that name. */
  metricAt(name) {
    const first = this.columns.findIndex(({ metric }) => metric);
    const found = this.columns.findIndex((column) => column.metric && column.name === name);
    return found < 0 ? first : found;
  }

  /** The labels of its buckets, in the order of time. */
  labels() {
    return [...new Set(this.rows.map(([label]) => label))];
  }
}

/** More buckets than this are not asked for to be drawn as empty ones. */
const MOST_EMPTY_BUCKETS = 20_000;

/** Whether a chart needs to be told of buckets that are not in the answer. */
export function needsCalendar({ request, groups }) {
  const sparse = groups > 0 || /^skip$/i.test(request.empty_buckets ?? "");
  const fixed = ["all", "none"].includes(granularityName(request));
  return sparse && !fixed && isWhole(request) && !(bucketCount(request) > MOST_EMPTY_BUCKETS);
}

/**
 * What a chart of one metric draws: `buckets` of `{text, millis, end, wall, offset}`, and `series` of `{key, title, values,
 * total}`, the largest first. `labels` are those of all buckets, where some are not in the answer.
 */
export function seriesOf(answer, metric, labels) {
  const { request, groups, rows } = answer;
  const at = answer.metricAt(metric);
  const name = answer.columns[at].name;
  const additive = addsUp(request, name);
  const empty = isWhole(request) && (additive || /_uniq$/.test(name)) && granularityName(request) !== "none" ? 0 : null;
  const buckets = bucketsOf(labels ?? answer.labels(), request);
  const places = new Map(buckets.map(({ text }, place) => [text, place]));
  const found = new Map();
  for (const row of rows) {
    const values = row.slice(1, 1 + groups);
    const key = JSON.stringify(values);
    let one = found.get(key);
    if (!one) {
      one = { key, title: titleOf(values, name), group: values, values: new Array(buckets.length).fill(empty), total: 0 };
      found.set(key, one);
    }
    const place = places.get(row[0]);
    if (place === undefined) continue;
    one.values[place] = row[at];
    one.total = additive ? one.total + Math.abs(row[at] ?? 0) : Math.max(one.total, Math.abs(row[at] ?? 0));
  }
  const series = [...found.values()];
  if (groups > 0) series.sort((a, b) => b.total - a.total);
  return { metric: name, additive, empty, buckets, series, granularity: granularityName(request) };
}

function titleOf(values, metric) {
  return values.length === 0 ? metric : values.map(valueText).join(" · ");
}

function bucketsOf(labels, request) {
  const buckets = labels.map(parseLabel).filter((label) => label !== null).sort((a, b) => a.millis - b.millis);
  const last = buckets.length - 1;
  const asked = approximate(intervalOf(request).end);
  buckets.forEach((bucket, at) => {
    const before = at > 0 ? bucket.millis - buckets[at - 1].millis : asked - bucket.millis;
    bucket.end = at < last ? buckets[at + 1].millis : bucket.millis + (before > 0 ? before : 1);
  });
  return buckets;
}

/** The interval from one bucket to another, both in, as a request has it. */
export function intervalOfBuckets({ buckets }, from, to, request) {
  return { start: buckets[from].text, end: buckets[to + 1]?.text ?? intervalOf(request).end };
}

/**
 * The first so many series, and the sum of the others where it means something: figures that add up, and groups of which an
 * event is in one only. `left` is how many series are not drawn on their own.
 */
export function topSeries({ series, additive, empty, buckets }, most, request) {
  const drawn = series.slice(0, most);
  const rest = series.slice(most);
  const apart = additive && empty === 0 && !groupsOf(request).some((entry) => groupName(entry) === "properties");
  if (rest.length === 0 || !apart) return { drawn, left: rest.length, others: null };
  const values = buckets.map((_, at) => rest.reduce((sum, one) => sum + (one.values[at] ?? 0), 0));
  const total = rest.reduce((sum, one) => sum + one.total, 0);
  return { drawn, left: rest.length, others: { key: "others", title: `${rest.length} others`, values, total, others: true } };
}
