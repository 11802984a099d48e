// Numbers for people, and the steps of an axis.

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

/** A figure with at most four digits behind the point, or four that count where it is below one. */
export function numberText(value) {
  if (value === null) return "null";
  if (typeof value !== "number") return String(value);
  const size = Math.abs(value);
  if (size >= 1e15 || (size < 1e-6 && size > 0)) return value.toExponential(4);
  if (Number.isInteger(value)) return WHOLE.format(value);
  const digits = size < 1 ? { maximumSignificantDigits: 4 } : { maximumFractionDigits: 4 };
  return new Intl.NumberFormat("en", digits).format(value);
}

/** A figure of an axis, short: 1.2K. */
export function shortText(value) {
  if (value === 0) return "0";
  return Math.abs(value) >= 1e15 || Math.abs(value) < 1e-3 ? value.toExponential(1) : SHORT.format(value);
}

/** Evenly spaced round numbers that reach from at or below `low` to at or above `high`, about so many. */
export function roundSteps(low, high, about, whole = false) {
  if (low === high) return low === 0 ? [0, 1] : roundSteps(Math.min(0, low), Math.max(0, high), about, whole);
  const rough = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 2.5, 5, 10].find((each) => each * power >= rough * 0.999) ?? 10;
  const step = whole ? Math.max(1, Math.ceil(factor * power)) : factor * power;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, at) => (first + at) * step);
}

/** Bytes in the largest unit that leaves a number from one on. */
export function bytesText(bytes) {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  const at = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${numberText(Math.round((bytes / 1024 ** at) * 10) / 10)} ${units[at]}`;
}

/** Microseconds as milliseconds or seconds. */
export function durationText(micros) {
  if (micros < 1000) return `${Math.round(micros)} µs`;
  return micros < 1e6 ? `${(micros / 1000).toPrecision(3)} ms` : `${(micros / 1e6).toPrecision(3)} s`;
}
