// The request: one JSON object, which is the whole of what is asked. The controls are views upon it, and what they have no
// control for stays in it as it is.

import { LENGTHS, granularityFor, intervalLength } from "./time.js";

export const SOURCES = ["trusted", "untrusted"];
export const FIGURES = ["count", "sum", "avg", "min", "max"];
export const UNIQ = "_uniq";

/** The figures besides the plain names that can be picked from the list. */
export const OBJECT_FIGURES = [
  { type: "quantile", fraction: 0.5, name: "median" },
  { type: "quantile", fraction: 0.95, name: "p95" },
  { type: "quantile", fraction: 0.99, name: "p99" },
  { type: "stddev" },
  { type: "first" },
  { type: "last" },
];

/** The request of someone who has said nothing yet. */
export function firstRequest(organization, interval, zone) {
  return {
    organization_id: organization,
    interval: { ...interval, time_zone: zone },
    granularity: granularityFor(intervalLength(interval)),
    aggregations: ["count"],
  };
}

/** A request with other values under some keys; undefined, null and empty lists take the key out. */
export function changed(request, values) {
  const next = { ...request, ...values };
  for (const [key, value] of Object.entries(values)) {
    const empty = value === undefined || value === null || (Array.isArray(value) && value.length === 0);
    if (empty) delete next[key];
  }
  return next;
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const list = (value) => (Array.isArray(value) ? value : []);

/** The interval of a request, which may be missing or nonsense while it is typed. */
export const intervalOf = (request) => (isObject(request.interval) ? request.interval : {});

/** The name of a granularity; null where it is an object. */
export const granularityName = (request) =>
  typeof request.granularity === "string" ? request.granularity.toLowerCase() : null;

/** The zone whose clock decides the buckets. */
export const zoneOf = (request) => intervalOf(request).time_zone || "UTC";

/** The name that an entry of `group_by` has in the answer. */
export const groupName = (entry) => (isObject(entry) ? String(entry.dimension ?? "?") : String(entry));

/** The name that an entry of `aggregations` has in the answer. */
export function figureName(entry) {
  if (!isObject(entry)) return String(entry);
  if (entry.name) return String(entry.name);
  if (entry.type === "filtered") return figureName(entry.aggregator);
  const fields = list(entry.fields).map(groupName);
  if (["uniq", "cardinality", "hyperUnique"].includes(entry.type))
    return [...fieldsOf(entry, fields), "uniq"].join("_");
  if (entry.type === "approx_uniq") return [...fieldsOf(entry, fields), "approx_uniq"].join("_");
  return String(entry.type ?? "?")
    .replace(/^(?:double|long|float)(.)/, (_, first) => first.toLowerCase())
    .replace(/^mean$/, "avg");
}

const fieldsOf = (entry, fields) => (fields.length > 0 ? fields : [groupName(entry.fieldName)]);

/** The entries of `aggregations`, or what they are when there are none. */
export const figuresOf = (request) => (list(request.aggregations).length > 0 ? request.aggregations : FIGURES);

export const groupsOf = (request) => list(request.group_by);

/** The columns that an answer has, in their order. */
export const columnsOf = (request) => [
  "timestamp",
  ...groupsOf(request).map(groupName),
  ...figuresOf(request).map(figureName),
];

/** Whether the figures of two sets of events add up to the figure of both. */
export function addsUp(request, name) {
  const entry = figuresOf(request).find((each) => figureName(each) === name);
  const type = isObject(entry) ? (entry.type === "filtered" ? figureName(entry.aggregator) : entry.type) : entry;
  return /^(?:count|sum|doubleSum|longSum|floatSum)$/.test(String(type));
}

/** Whether a row that is not in the answer stands for nothing that happened: no part of the request leaves rows out. */
export const isWhole = (request) => !["having", "limit", "limit_per_bucket", "offset"].some((key) => request[key]);

/** `order_by` as `{field, direction}` each. */
export const orderOf = (request) =>
  list(request.order_by).map((entry) =>
    isObject(entry)
      ? { field: String(entry.field ?? ""), direction: /^desc/i.test(entry.direction ?? "") ? "desc" : "asc" }
      : { field: String(entry), direction: "asc" },
  );

/** A request for every bucket of another one, and nothing in them. Its filter matches nothing, so that nothing is read. */
export function calendarRequest(request) {
  return {
    organization_id: request.organization_id,
    interval: request.interval,
    granularity: request.granularity,
    aggregations: ["count"],
    filters: { type: "false" },
  };
}

/** About how many buckets a request has; NaN where that cannot be told. */
export const bucketCount = (request) =>
  intervalLength(intervalOf(request)) / (LENGTHS[granularityName(request)] ?? NaN);

/** The same request about a part of its interval, with a finer granularity where buckets would be few. */
export function zoomed(request, start, end) {
  const interval = { ...request.interval, start, end };
  const name = granularityName(request);
  const better = granularityFor(intervalLength(interval));
  const finer = LENGTHS[name] !== undefined && LENGTHS[better] < LENGTHS[name];
  return { ...request, interval, granularity: finer ? better : request.granularity };
}

/** JSON that is good to read: what is short stands on one line. */
export function jsonText(value, indent = "") {
  const WIDTH = 72;
  const flat = flatText(value);
  if (flat.length + indent.length <= WIDTH && indent !== "") return flat;
  if (Array.isArray(value) && value.length > 0) {
    return `[\n${value.map((each) => `${indent}  ${jsonText(each, `${indent}  `)}`).join(",\n")}\n${indent}]`;
  }
  if (isObject(value) && Object.keys(value).length > 0) {
    const entries = Object.entries(value).map(
      ([key, each]) => `${indent}  ${JSON.stringify(key)}: ${jsonText(each, `${indent}  `)}`,
    );
    return `{\n${entries.join(",\n")}\n${indent}}`;
  }
  return flat;
}

function flatText(value) {
  if (Array.isArray(value)) return `[${value.map(flatText).join(", ")}]`;
  if (isObject(value)) {
    return `{${Object.entries(value)
      .map(([key, each]) => `${JSON.stringify(key)}: ${flatText(each)}`)
      .join(", ")}}`;
  }
  return JSON.stringify(value) ?? "null";
}
