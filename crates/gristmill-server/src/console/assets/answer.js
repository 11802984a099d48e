// An answer as columns and as the series of a chart.

import {
  UNIQ,
  addsUp,
  bucketCount,
  figuresOf,
  granularityName,
  groupName,
  groupsOf,
  intervalOf,
  isWhole,
} from "./request.js";
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

  /** Whether it is known that nothing matched: there is no row, or every count is 0. A sum of 0 may be one of events. */
  get isEmpty() {
    const isCount = (entry) => entry === "count" || (entry.type === "count" && entry.name === undefined);
    const at = figuresOf(this.request).some(isCount)
      ? this.columns.findIndex(({ name, metric }) => metric && name === "count")
      : -1;
    return this.rows.length === 0 || (at >= 0 && this.rows.every((row) => row[at] === 0));
  }

  /** The labels of its buckets, in the order of time. */
  labels() {
    return [...new Set(this.rows.map(([label]) => label))];
  }
}

/** More buckets than this are not asked for to be drawn as empty ones. */
const MOST_EMPTY_BUCKETS = 20_000;

/** Whether there may be buckets that are not in the answer since nothing happened in them. */
function isSparse({ request, groups }) {
  const skips = groups > 0 || /^skip$/i.test(request.empty_buckets ?? "");
  return skips && !["all", "none"].includes(granularityName(request));
}

/** Whether a chart needs to be told of buckets that are not in the answer. */
export function needsCalendar(answer) {
  return isSparse(answer) && isWhole(answer.request) && !(bucketCount(answer.request) > MOST_EMPTY_BUCKETS);
}

/** What a chart lacks, in words; `labels` are those of all buckets, where they are known. */
export function lacking(answer, labels) {
  if (!isWhole(answer.request)) return "Rows that “having”, “limit” or “offset” leave out are not in the chart.";
  return isSparse(answer) && labels === undefined ? "Buckets in which nothing happened are not in the chart." : "";
}

/**
 * What a chart of one metric draws: `buckets` of `{text, millis, end, wall, offset}`, and `series` of `{key, group, points,
 * total}`, the largest first, where `points` are places among the buckets and values by turns. `labels` are those of all
 * buckets, where some are not in the answer.
 */
export function seriesOf(answer, metric, labels) {
  const { request, groups, rows } = answer;
  const at = answer.metricAt(metric);
  const name = answer.columns[at].name;
  const additive = addsUp(request, name);
  const empty = isWhole(request) && (additive || name.endsWith(UNIQ)) && granularityName(request) !== "none" ? 0 : null;
  const buckets = bucketsOf(labels ?? answer.labels(), request);
  const places = new Map(buckets.map(({ text }, place) => [text, place]));
  const found = new Map();
  for (const row of rows) {
    const place = places.get(row[0]);
    if (place === undefined) continue;
    const group = row.slice(1, 1 + groups);
    const key = JSON.stringify(group);
    if (!found.has(key)) found.set(key, { key, group, points: [], total: 0 });
    const one = found.get(key);
    const size = Math.abs(row[at] ?? 0);
    one.points.push(place, row[at]);
    one.total = additive ? one.total + size : Math.max(one.total, size);
  }
  const series = [...found.values()];
  if (groups > 0) series.sort((a, b) => b.total - a.total);
  return { metric: name, additive, empty, buckets, series, granularity: granularityName(request) };
}

/** What a series is called: its group, or the metric where there is no group. */
const titleOf = (group, metric) => (group.length === 0 ? metric : group.map(valueText).join(" · "));

/** A series as it is drawn: `{key, title, total, values}` with a value for each bucket. */
function drawnSeries({ key, group, points, total }, { metric, buckets, empty }) {
  const values = new Array(buckets.length).fill(empty);
  for (let at = 0; at < points.length; at += 2) values[points[at]] = points[at + 1];
  return { key, title: titleOf(group, metric), total, values };
}

function bucketsOf(labels, request) {
  const buckets = labels
    .map(parseLabel)
    .filter((label) => label !== null)
    .sort((a, b) => a.millis - b.millis);
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
 * The first so many series, as they are drawn, and the sum of the others where it means something: figures that add up, and
 * groups of which an event is in one only. `left` is how many series are not drawn on their own.
 */
export function topSeries(data, most, request) {
  const drawn = data.series.slice(0, most).map((one) => drawnSeries(one, data));
  const rest = data.series.slice(most);
  const apart =
    data.additive && data.empty === 0 && !groupsOf(request).some((entry) => groupName(entry) === "properties");
  if (rest.length === 0 || !apart) return { drawn, left: rest.length, others: null };
  const values = new Array(data.buckets.length).fill(0);
  let total = 0;
  for (const one of rest) {
    for (let at = 0; at < one.points.length; at += 2) values[one.points[at]] += one.points[at + 1] ?? 0;
    total += one.total;
  }
  return { drawn, left: rest.length, others: { key: "others", title: `${rest.length} others`, values, total } };
}
