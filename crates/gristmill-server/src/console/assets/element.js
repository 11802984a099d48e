// Elements made in code. Data of events reaches the page as text nodes only, never as markup.

/** Makes an element. A function under `on…` listens, true and false set and leave out, all else is an attribute. */
export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

const SVG = "http://www.w3.org/2000/svg";

/** Makes an element of SVG. */
export function shape(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) node.setAttribute(name, value);
  }
  node.append(...present(children));
  return node;
}

// Controls, and what turns or joins the text around it: an event must not change how the page reads.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** A text with what cannot be seen in it written as `\u{…}`. */
export function visible(text) {
  return String(text).replace(UNSEEN, (found) => `\\u{${found.codePointAt(0).toString(16)}}`);
}

/** A text of several lines, such as an error, with what cannot be seen in it made visible. */
export const visibleLines = (text) => String(text).split("\n").map(visible).join("\n");

/** A value of an answer or of a suggestion as a node: null and the empty text look like no other value. */
export function valueNode(value) {
  if (value === null) return element("span", { class: "null" }, "null");
  if (value === "") return element("span", { class: "null" }, '""');
  return element("bdi", {}, visible(value));
}

/** The same as plain text, where no element can stand. */
export function valueText(value) {
  if (value === null) return "null";
  return value === "" ? '""' : visible(value);
}

/** Puts other children into an element. */
export function fill(parent, ...children) {
  parent.replaceChildren(...present(children));
}

/** What is there of children, which may be lists, and false or null where there is none. */
const present = (children) =>
  children.flat().filter((child) => child !== null && child !== undefined && child !== false);

/** The element of the page with that id. */
export const byId = (id) => document.getElementById(id);
