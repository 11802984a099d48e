// Calls of the service that this page came from.

const TOKEN = "gristmill-token";

/** What the service answered in place of what was asked. */
export class ServiceError extends Error {
  constructor(status, { code = "", message = "", path = "" } = {}) {
    super(message || `The service answered with status ${status} and no explanation.`);
    this.name = "ServiceError";
    Object.assign(this, { status, code, path });
  }
}

/** The token of this tab; it goes when the tab is closed. */
export const token = {
  get: () => sessionStorage.getItem(TOKEN) ?? "",
  set: (text) => (text ? sessionStorage.setItem(TOKEN, text) : sessionStorage.removeItem(TOKEN)),
};

async function call(
  path,
  { method = "GET", body, accept = "application/json", type = "application/json", signal } = {},
) {
  const headers = { Accept: accept };
  if (body !== undefined) headers["Content-Type"] = type;
  if (token.get()) headers.Authorization = `Bearer ${token.get()}`;
  let response;
  try {
    response = await fetch(path, {
      method,
      body,
      headers,
      signal,
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServiceError(0, { message: "The service cannot be reached. Is `gristmill serve` still running?" });
  }
  if (!response.ok) throw new ServiceError(response.status, await failureOf(response));
  return response;
}

async function failureOf(response) {
  try {
    return (await response.json()).error ?? {};
  } catch {
    return {};
  }
}

const of = (organization) => `api/events/v2/orgs/${encodeURIComponent(organization)}`;

/** The columns and granularities that the service knows. */
export async function vocabulary() {
  return (await call("console/vocabulary.json")).json();
}

/** The organizations that this token may ask about. */
export async function organizations() {
  return (await (await call("api/events/v2/orgs")).json()).organizations;
}

/** The instants of the first and the last event, `{first, last}` in milliseconds, or null where there is none. */
export async function extentOf(organization) {
  const { first, last } = await (await call(`${of(organization)}/extent`)).json();
  return first === null ? null : { first, last };
}

/** Values of a dimension that start with a text, the most frequent first: `{values: [{value, count}], more}`. */
export async function values(organization, { dimension, prefix, vendor, limit }, signal) {
  const query = new URLSearchParams({ dimension, prefix, limit: String(limit) });
  if (vendor) query.set("vendor", vendor);
  return (await call(`${of(organization)}/values?${query}`, { signal })).json();
}

/** The answer to a request as its text, and what the service warns of. */
export async function fetchText(organization, text, signal) {
  const response = await call(`${of(organization)}/fetch`, { method: "POST", body: text, signal });
  return { text: await response.text(), warning: response.headers.get("Gristmill-Warning") };
}

/** The answer as CSV. */
export async function fetchCsv(organization, text) {
  const response = await call(`${of(organization)}/fetch`, { method: "POST", body: text, accept: "text/csv" });
  if (response.headers.get("Content-Type")?.startsWith("text/csv")) return response.blob();
  throw new ServiceError(response.status, { message: "The service gave something else than CSV." });
}

/** How a request is answered. */
export async function explain(organization, text, signal) {
  return (await call(`${of(organization)}/explain`, { method: "POST", body: text, signal })).json();
}

/** Stores one event, which counts as untrusted; how many were stored. */
export async function store(text) {
  return (await (await call("events/v2/store/untrusted", { method: "POST", body: text })).json()).stored;
}
