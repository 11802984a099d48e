// The permanent link: the whole request and how it is shown, in the part of the address that no browser sends. Tokens are
// never in it.

const VIEW_KEYS = ["chart", "metric", "tab"];

/** The fragment for a request, as its JSON text, and a view of it. */
export function toFragment(text, view) {
  const parameters = new URLSearchParams();
  parameters.set("request", text);
  for (const key of VIEW_KEYS) if (view[key]) parameters.set(key, view[key]);
  if (view.hidden.length > 0) parameters.set("hidden", JSON.stringify(view.hidden));
  return `#${parameters}`;
}

/** The JSON text and the view in a fragment, or null where there is none. */
export function fromFragment(fragment) {
  const parameters = new URLSearchParams(fragment.replace(/^#/, ""));
  const text = parameters.get("request");
  if (text === null) return null;
  const view = { hidden: hiddenOf(parameters.get("hidden")) };
  for (const key of VIEW_KEYS) view[key] = parameters.get(key) ?? undefined;
  return { text, view };
}

function hiddenOf(text) {
  try {
    const hidden = JSON.parse(text ?? "[]");
    return Array.isArray(hidden) ? hidden.filter((key) => typeof key === "string") : [];
  } catch {
    return [];
  }
}
