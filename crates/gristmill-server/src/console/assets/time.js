// Labels of buckets, instants in a zone, and where an axis of time has its ticks. The calendar itself is the service's:
// bucket labels carry the wall clock, and bare dates and local times are sent as they are.

const LABEL = /^([+-]\d{6}|\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{3})(Z|[+-]\d\d:\d\d(?::\d\d)?)$/;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** About how long a bucket of each granularity is, in milliseconds; only to choose one, never to count. */
export const LENGTHS = {
  second: SECOND,
  minute: MINUTE,
  five_minute: 5 * MINUTE,
  ten_minute: 10 * MINUTE,
  fifteen_minute: 15 * MINUTE,
  thirty_minute: 30 * MINUTE,
  hour: HOUR,
  six_hour: 6 * HOUR,
  eight_hour: 8 * HOUR,
  day: DAY,
  week: 7 * DAY,
  month: 30.4 * DAY,
  quarter: 91.3 * DAY,
  year: 365.25 * DAY,
};

/** The granularities that are chosen by themselves: the others are for people to ask. */
const STEPS = ["second", "minute", "five_minute", "fifteen_minute", "hour", "day", "week", "month", "year"];

/** A label of a bucket: its instant in milliseconds and what the clock shows, or null where it is none. */
export function parseLabel(text) {
  const found = LABEL.exec(text);
  if (!found) return null;
  const [year, month, day, hour, minute, second, milli] = found.slice(1, 8).map(Number);
  const local = new Date(0);
  local.setUTCFullYear(year, month - 1, day);
  local.setUTCHours(hour, minute, second, milli);
  const wall = { year, month, day, hour, minute, second, milli, weekday: local.getUTCDay() };
  return { text, millis: local.getTime() - offsetMillis(found[8]), offset: found[8], wall };
}

function offsetMillis(text) {
  if (text === "Z") return 0;
  const [hours, minutes, seconds = 0] = text.slice(1).split(":").map(Number);
  const size = hours * HOUR + minutes * MINUTE + seconds * SECOND;
  return text.startsWith("-") ? -size : size;
}

const two = (number) => String(number).padStart(2, "0");
const four = (number) => String(number).padStart(4, "0");

/** What the clock of a zone shows at an instant, and its offset; in UTC where the browser does not know the zone. */
function wallAt(millis, zone) {
  const options = {
    calendar: "iso8601",
    numberingSystem: "latn",
    hourCycle: "h23",
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "longOffset",
  };
  let format;
  try {
    format = new Intl.DateTimeFormat("en", options);
  } catch {
    format = new Intl.DateTimeFormat("en", { ...options, timeZone: "UTC" });
  }
  const parts = Object.fromEntries(format.formatToParts(millis).map(({ type, value }) => [type, value]));
  const offset = parts.timeZoneName.replace("GMT", "");
  return { ...parts, offset: offset === "" || offset === "+00:00" ? "Z" : offset };
}

/** The date that the clock of a zone shows at an instant: `2022-02-07`. */
export function dateAt(millis, zone) {
  const { year, month, day } = wallAt(millis, zone);
  return `${year.padStart(4, "0")}-${month}-${day}`;
}

/** An instant with the offset of a zone: `2022-02-07T09:00:00.000+02:00`. */
export function instantText(millis, zone) {
  const { hour, minute, second, offset } = wallAt(millis, zone);
  const milli = String(((millis % SECOND) + SECOND) % SECOND).padStart(3, "0");
  return `${dateAt(millis, zone)}T${hour}:${minute}:${second}.${milli}${offset}`;
}

/** The date so many days later. */
export function addDays(date, days) {
  const [year, month, day] = date.split("-").map(Number);
  const moved = new Date(0);
  moved.setUTCFullYear(year, month - 1, day + days);
  return `${four(moved.getUTCFullYear())}-${two(moved.getUTCMonth() + 1)}-${two(moved.getUTCDate())}`;
}

/** The intervals that can be picked by name; `all` needs to know what there is. */
export const PRESETS = [
  { name: "24h", title: "24 h", about: "Last 24 hours" },
  { name: "7d", title: "7 d", about: "Last 7 days", days: 7 },
  { name: "30d", title: "30 d", about: "Last 30 days", days: 30 },
  { name: "90d", title: "90 d", about: "Last 90 days", days: 90 },
  { name: "all", title: "All data", about: "From the first to the last event" },
];

/** The interval of a preset as `{start, end}`, or null where the store has nothing that it could be about. */
export function presetInterval(name, { now, zone, extent }) {
  if (name === "all") {
    return extent && { start: dateAt(extent.first, zone), end: addDays(dateAt(extent.last, zone), 1) };
  }
  if (name === "24h") {
    const end = Math.ceil(now / HOUR) * HOUR;
    return { start: instantText(end - DAY, zone), end: instantText(end, zone) };
  }
  return lastDays(PRESETS.find((preset) => preset.name === name).days, now, zone);
}

/** So many local days, the last of which holds an instant. */
function lastDays(days, millis, zone) {
  const today = dateAt(millis, zone);
  return { start: addDays(today, 1 - days), end: addDays(today, 1) };
}

/** What is asked when a person has not said: the last 30 days that have data. */
export function defaultInterval({ now, zone, extent }) {
  if (!extent) return lastDays(30, now, zone);
  // Events may lie in the future by mistake; what has happened is more likely meant.
  const last = extent.first <= now ? Math.min(extent.last, now) : extent.last;
  const { start, end } = lastDays(30, last, zone);
  const first = dateAt(extent.first, zone);
  return { start: start < first ? first : start, end };
}

/** About how long an interval of a request is, in milliseconds; NaN where its texts cannot be read. */
export function intervalLength({ start, end } = {}) {
  return approximate(end) - approximate(start);
}

/** An instant of a request in milliseconds, local times as if of UTC. */
export function approximate(instant) {
  if (typeof instant === "number") return instant;
  if (typeof instant !== "string") return NaN;
  const offset = /(Z|[+-]\d\d:?\d\d)$/i.test(instant.slice(10));
  return Date.parse(instant.length === 10 ? `${instant}T00:00Z` : offset ? instant : `${instant}Z`);
}

/** The granularity under which an interval has enough buckets to be a chart and not too many to be read. */
export function granularityFor(millis) {
  const FEWEST = 24;
  const fitting = STEPS.filter((name) => millis / LENGTHS[name] >= FEWEST);
  return fitting.at(-1) ?? "second";
}

/** A text for a field of date and time, `2022-02-07T09:00`, and the offset that it leaves out. */
export function toField(instant) {
  if (typeof instant !== "string") return { text: "", rest: instant === undefined ? "" : String(instant) };
  const found = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d+))?)?(Z|[+-]\d\d:?\d\d)?$/i.exec(instant);
  if (!found) return { text: "", rest: instant };
  const [, date, clock = "00:00", fraction, offset = ""] = found;
  const fine = fraction && Number(fraction) > 0 ? `.${fraction.slice(0, 3).padEnd(3, "0")}` : "";
  const seconds = clock.length === 8 && (fine || !clock.endsWith(":00")) ? clock : clock.slice(0, 5);
  return { text: `${date}T${fine && clock.length === 5 ? `${clock}:00` : seconds}${fine}`, rest: offset };
}

/** How a bucket is called in words. */
export function bucketTitle({ wall, offset }, granularity) {
  const date = `${wall.year < 0 ? wall.year : four(wall.year)}-${two(wall.month)}-${two(wall.day)}`;
  if (granularity === "year") return four(wall.year);
  if (granularity === "quarter") return `${four(wall.year)} Q${((wall.month + 2) / 3) | 0}`;
  if (granularity === "month") return `${MONTHS[wall.month - 1]} ${wall.year}`;
  if (granularity === "week") return `Week of ${date}`;
  const day = `${WEEKDAYS[wall.weekday]} ${date}`;
  if (granularity === "day") return day;
  const clock = `${two(wall.hour)}:${two(wall.minute)}`;
  const seconds = wall.second || wall.milli || ["second", "none"].includes(granularity) ? `:${two(wall.second)}` : "";
  const millis = granularity === "none" ? `.${String(wall.milli).padStart(3, "0")}` : "";
  return `${day} ${clock}${seconds}${millis} ${offset === "Z" ? "UTC" : offset}`;
}

/** From the coarsest to the finest: when a wall clock is at the start of such a span, and what it is called there. */
const LEVELS = [
  { starts: (wall) => wall.year % 10 === 0 && isYear(wall), title: (wall) => String(wall.year) },
  { starts: isYear, title: (wall) => String(wall.year) },
  { starts: (wall) => wall.month % 3 === 1 && isMonth(wall), title: monthTitle },
  { starts: isMonth, title: monthTitle },
  { starts: (wall) => wall.weekday === 1 && isDay(wall), title: dayTitle },
  { starts: isDay, title: dayTitle },
  { starts: (wall) => wall.hour % 6 === 0 && isHour(wall), title: clockTitle },
  { starts: (wall) => wall.hour % 3 === 0 && isHour(wall), title: clockTitle },
  { starts: isHour, title: clockTitle },
  { starts: (wall) => wall.minute % 15 === 0 && wall.second === 0, title: clockTitle },
  { starts: (wall) => wall.minute % 5 === 0 && wall.second === 0, title: clockTitle },
  { starts: (wall) => wall.second === 0 && wall.milli === 0, title: clockTitle },
  { starts: (wall) => wall.second % 15 === 0 && wall.milli === 0, title: secondTitle },
  { starts: () => true, title: secondTitle },
];

function isYear(wall) {
  return wall.month === 1 && isMonth(wall);
}
function isMonth(wall) {
  return wall.day === 1 && isDay(wall);
}
function isDay(wall) {
  return wall.hour === 0 && isHour(wall);
}
function isHour(wall) {
  return wall.minute === 0 && wall.second === 0 && wall.milli === 0;
}
function monthTitle(wall) {
  return wall.month === 1 ? String(wall.year) : MONTHS[wall.month - 1];
}
function dayTitle(wall) {
  return wall.day === 1 ? monthTitle(wall) : `${wall.day} ${MONTHS[wall.month - 1]}`;
}
function clockTitle(wall) {
  return isDay(wall) ? dayTitle(wall) : `${two(wall.hour)}:${two(wall.minute)}`;
}
function secondTitle(wall) {
  return wall.second === 0 ? clockTitle(wall) : `:${two(wall.second)}`;
}

/** The buckets, `{wall, millis}` each, that an axis names, with their titles: the finest level that has at most so many. */
export function timeTicks(buckets, most) {
  const FEW = 4;
  let chosen = [];
  for (const { starts, title } of LEVELS) {
    const all = buckets.flatMap(({ wall }, index) => (starts(wall) ? [{ index, title: title(wall) }] : []));
    if (all.length <= most) chosen = all.length > chosen.length ? all : chosen;
    else {
      const step = Math.ceil(all.length / Math.max(1, most));
      return chosen.length >= FEW ? chosen : all.filter((_, at) => at % step === 0);
    }
  }
  return chosen;
}

/** Every zone that the browser knows, and UTC. */
export function zoneNames() {
  return [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone")])];
}

/** The zone of the browser. */
export function localZone() {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}
