// Filters as rows and groups of rows, and as the JSON of a request. What the rows cannot say stays JSON.
//
// A row is {kind: "row", dimension, operator, value}; a group {kind: "group", join: "and"|"or", not, items}; anything else
// {kind: "json", filter}. A row without a value yet is left out of the request.

/** What a row can ask. `input` says which field it has: one value, several, two limits, a text, or none. */
export const OPERATORS = [
  { name: "is", title: "is", input: "value" },
  { name: "is-not", title: "is not", input: "value" },
  { name: "in", title: "is one of", input: "values" },
  { name: "not-in", title: "is none of", input: "values" },
  { name: "prefix", title: "starts with", input: "text" },
  { name: "contains", title: "contains", input: "text" },
  { name: "like", title: "is like", input: "text" },
  { name: "regex", title: "has regex", input: "text" },
  { name: "between", title: "is between", input: "limits" },
  { name: "null", title: "is null", input: "none" },
  { name: "not-null", title: "is not null", input: "none" },
];

/** The operators that a column takes: `value` and `timestamp` are no texts. */
export function operatorsFor(dimension) {
  const texts = ["prefix", "contains", "like", "regex"];
  const plain = dimension === "value" || dimension === "timestamp";
  return OPERATORS.filter(({ name }) => !plain || !texts.includes(name));
}

export const emptyGroup = () => ({ kind: "group", join: "and", not: false, items: [] });
export const newRow = (dimension) => ({ kind: "row", dimension, operator: "is", value: undefined });

/** The `filters` of a request as a group of rows. */
export function fromFilter(filter) {
  if (!isObject(filter) || Object.keys(filter).length === 0) return emptyGroup();
  const item = itemOf(filter);
  return item.kind === "group" ? item : { ...emptyGroup(), items: [item] };
}

function itemOf(filter) {
  if (!isObject(filter)) return { kind: "json", filter };
  const { type, fields, field, ...others } = filter;
  if ((type === "and" || type === "or") && Array.isArray(fields) && fields.length > 0 && noKeys(others)) {
    return { kind: "group", join: type, not: false, items: fields.map(itemOf) };
  }
  if (type === "not" && isObject(field) && noKeys(others)) {
    const item = itemOf(field);
    if (item.kind === "group" && !item.not) return { ...item, not: true };
    const opposite = item.kind === "row" && OPPOSITE[item.operator];
    return opposite ? { ...item, operator: opposite } : { kind: "json", filter };
  }
  return rowOf(filter) ?? { kind: "json", filter };
}

const OPPOSITE = { is: "is-not", in: "not-in", null: "not-null" };

function rowOf(filter) {
  const { type, dimension, column, ...rest } = filter;
  const name = dimension ?? column;
  if (typeof name !== "string" || (dimension !== undefined && column !== undefined)) return null;
  const row = (operator, value) => ({ kind: "row", dimension: name, operator, value });
  const only = (...keys) => Object.keys(rest).every((key) => keys.includes(key));
  const isPlain = (value) => value === null || typeof value === "string" || typeof value === "number";
  if ((type === "selector" || type === "select") && only("value") && isPlain(rest.value ?? null)) {
    return rest.value === undefined || rest.value === null ? row("null") : row("is", rest.value);
  }
  if (
    type === "in" &&
    only("values") &&
    Array.isArray(rest.values) &&
    rest.values.length > 0 &&
    rest.values.every(isPlain)
  ) {
    return row("in", rest.values);
  }
  if (type === "null" && only()) return row("null");
  if (type === "like" && only("pattern", "escape") && typeof rest.pattern === "string") {
    const prefix = prefixOf(rest);
    if (prefix !== null) return row("prefix", prefix);
    return rest.escape === undefined ? row("like", rest.pattern) : null;
  }
  if (type === "contains" && only("value") && typeof rest.value === "string") return row("contains", rest.value);
  if (type === "regex" && only("pattern") && typeof rest.pattern === "string") return row("regex", rest.pattern);
  if (type === "bound" && only("lower", "upper", "ordering") && rest.ordering === orderingOf(name)) {
    return row("between", { lower: rest.lower ?? "", upper: rest.upper ?? "" });
  }
  return null;
}

/** Limits are numbers in rows; on `value` and `timestamp` they are so by themselves. */
const orderingOf = (dimension) => (dimension === "value" || dimension === "timestamp" ? undefined : "numeric");

const ESCAPE = "\\";

/** The text that a pattern made by `toFilter` starts with; null where it is another pattern. */
function prefixOf({ pattern, escape }) {
  if (escape !== ESCAPE || !pattern.endsWith("%")) return null;
  const prefix = pattern.slice(0, -1).replace(/\\([\\%_])/g, "$1");
  return likePattern(prefix) === pattern ? prefix : null;
}

const likePattern = (prefix) => `${prefix.replace(/[\\%_]/g, "\\$&")}%`;

/** The JSON of a group; undefined where no row of it is complete. `place` is told where each item came to lie. */
export function toFilter(group, place = () => {}) {
  const plain = group.items.length === 1 && !group.not && group.items[0].kind !== "group";
  // One row alone needs no group around it.
  return plain ? itemFilter(group.items[0], "filters", place) : itemFilter(group, "filters", place);
}

function itemFilter(item, path, place) {
  if (item.kind === "group") return groupFilter(item, path, place);
  place(item, path);
  return item.kind === "json" ? item.filter : rowFilter(item);
}

function groupFilter(group, path, place) {
  place(group, path);
  const inner = group.not ? `${path}.field` : path;
  const fields = [];
  for (const item of group.items) {
    const field = itemFilter(item, `${inner}.fields[${fields.length}]`, place);
    if (field !== undefined) fields.push(field);
    else place(item, null);
  }
  if (fields.length === 0) return undefined;
  const filter = { type: group.join, fields };
  return group.not ? { type: "not", field: filter } : filter;
}

function rowFilter({ dimension, operator, value }) {
  const not = (filter) => filter && { type: "not", field: filter };
  switch (operator) {
    case "is":
      return selector(dimension, value);
    case "is-not":
      return not(selector(dimension, value));
    case "in":
      return values(dimension, value);
    case "not-in":
      return not(values(dimension, value));
    case "null":
      return { type: "selector", dimension, value: null };
    case "not-null":
      return not({ type: "selector", dimension, value: null });
    case "prefix":
      return text(value, { type: "like", dimension, pattern: likePattern(value ?? ""), escape: ESCAPE });
    case "contains":
      return text(value, { type: "contains", dimension, value });
    case "like":
      return text(value, { type: "like", dimension, pattern: value });
    case "regex":
      return text(value, { type: "regex", dimension, pattern: value });
    case "between":
      return bound(dimension, value);
    default:
      return undefined;
  }
}

const text = (value, filter) => (typeof value === "string" && value !== "" ? filter : undefined);

const selector = (dimension, value) => (value === undefined ? undefined : { type: "selector", dimension, value });

const values = (dimension, value) =>
  Array.isArray(value) && value.length > 0 ? { type: "in", dimension, values: value } : undefined;

function bound(dimension, limits) {
  const filter = { type: "bound", dimension };
  if (limits?.lower !== undefined && limits.lower !== "") filter.lower = limits.lower;
  if (limits?.upper !== undefined && limits.upper !== "") filter.upper = limits.upper;
  if (filter.lower === undefined && filter.upper === undefined) return undefined;
  const ordering = orderingOf(dimension);
  return ordering ? { ...filter, ordering } : filter;
}

/** What a value becomes when the row asks in another way: what was typed is kept where it fits. */
export function convertValue(value, from, to) {
  const input = (name) => OPERATORS.find((operator) => operator.name === name)?.input;
  if (input(from) === input(to)) return value;
  const one = Array.isArray(value) ? value[0] : value;
  switch (input(to)) {
    case "values":
      return one === undefined || typeof one === "object" ? [] : [one];
    case "value":
      return typeof one === "object" ? undefined : one;
    case "text":
      return typeof one === "string" ? one : undefined;
    default:
      return undefined;
  }
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const noKeys = (object) => Object.keys(object).length === 0;
