// Files for the person at the page, and texts for their clipboard.

import { element } from "./element.js";

/** Gives a blob to the browser to be saved. */
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A name of a file without what file systems do not like. */
export function fileName(organization, interval, ending) {
  const parts = ["gristmill", organization, String(interval?.start ?? "").slice(0, 10)];
  return `${parts
    .map((part) => part.replace(/[^\w.-]+/g, "_"))
    .filter((part) => part !== "")
    .join("-")}.${ending}`;
}

/** Puts a text into the clipboard and says so on the button. Pages on plain http of other machines may not. */
export async function copy(text, button) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not allowed here";
  }
  setTimeout(() => {
    button.textContent = before;
  }, 1500);
}
