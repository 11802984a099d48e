// A text field with a list of suggestions, after the combobox pattern of the ARIA practices: arrows choose, Enter takes,
// Escape closes, and what is typed counts whether it is in the list or not.

import { byId, element, fill, valueNode, valueText } from "./element.js";

/** Milliseconds without a key before suggestions are asked for. */
const PAUSE = 120;

let made = 0;

/**
 * Makes one. `suggest(text, signal)` gives `{options: [{value, title, note}], hint}`; `take(value)` is told what was chosen, a
 * value of the list or, where it is `free`, the typed text, and undefined for an empty field.
 */
export function combobox({
  label,
  value,
  placeholder = "",
  suggest,
  take,
  path,
  free = true,
  id = `combobox-${(made += 1)}`,
}) {
  const listId = `${id}-list`;
  const input = element("input", {
    id,
    type: "text",
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": listId,
    "aria-autocomplete": "list",
    "aria-label": label,
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
    placeholder,
    "data-path": path,
  });
  const list = element("ul", {
    id: listId,
    role: "listbox",
    "aria-label": `${label ?? "Suggestions"}: suggestions`,
    hidden: true,
  });
  const hint = element("p", { class: "hint", hidden: true, role: "status" });
  // In the top layer, so that no panel that scrolls cuts it off.
  const popup = element("div", { class: "popup", popover: "manual" }, list, hint);
  const root = element("div", { class: "combobox" }, input, popup);
  let options = [];
  let active = -1;
  let current = value;
  let timer = 0;
  let asked = null;

  const shown = (one) => (one === undefined ? "" : one === null ? "null" : String(one));
  const show = (one) => {
    current = one;
    input.value = shown(one);
    input.classList.toggle("is-null", one === null);
    input.title = one === "" ? "The empty text" : "";
    input.placeholder = one === "" ? '"" (the empty text)' : placeholder;
  };

  const isOpen = () => popup.matches(":popover-open");
  const follow = () => placeAt(popup, input);

  function showPopup(on) {
    if (on !== isOpen()) popup.togglePopover(on);
    if (on) follow();
    for (const [type, target] of [
      ["scroll", document],
      ["resize", window],
    ]) {
      if (on) target.addEventListener(type, follow, true);
      else target.removeEventListener(type, follow, true);
    }
  }

  function close() {
    clearTimeout(timer);
    asked?.abort();
    list.hidden = hint.hidden = true;
    showPopup(false);
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    active = -1;
  }

  function choose(one) {
    show(one);
    close();
    take(one);
  }

  /** What was typed counts when the field is left, unless nothing was typed. */
  function settle() {
    close();
    if (input.value === shown(current)) return;
    if (!free) return show(current);
    choose(input.value === "" ? undefined : input.value);
  }

  /** Enter where only what is in the list counts: the first that fits the text. */
  async function takeFirst() {
    if (input.value === "") return;
    const [first] = (await suggest(input.value)).options;
    if (first) choose(first.value);
  }

  function activate(at) {
    const items = [...list.children];
    items[active]?.setAttribute("aria-selected", "false");
    active = items.length === 0 ? -1 : (at + items.length) % items.length;
    const item = items[active];
    if (!item) return;
    item.setAttribute("aria-selected", "true");
    item.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", item.id);
  }

  function open(found) {
    options = found.options;
    active = -1;
    input.removeAttribute("aria-activedescendant");
    fill(
      list,
      options.map((option, at) =>
        element(
          "li",
          {
            id: `${listId}-${at}`,
            role: "option",
            "aria-selected": "false",
            onpointerdown: (event) => {
              event.preventDefault();
              choose(option.value);
            },
          },
          element("span", { class: "value" }, option.title ?? valueNode(option.value)),
          option.note && element("span", { class: "note" }, option.note),
        ),
      ),
    );
    hint.textContent = found.hint ?? "";
    list.hidden = options.length === 0;
    hint.hidden = !found.hint;
    input.setAttribute("aria-expanded", String(!list.hidden));
    showPopup(!list.hidden || !hint.hidden);
  }

  async function ask(text) {
    asked?.abort();
    const call = new AbortController();
    asked = call;
    try {
      const found = await suggest(text, call.signal);
      if (!call.signal.aborted && document.activeElement === input) open(found);
    } catch (error) {
      if (error.name !== "AbortError" && !call.signal.aborted) open({ options: [], hint: error.message });
    }
  }

  input.addEventListener("input", () => {
    input.classList.remove("is-null");
    clearTimeout(timer);
    timer = setTimeout(() => ask(input.value), PAUSE);
  });
  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => isOpen() || ask(""));
  input.addEventListener("blur", settle);
  input.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey) return void (event.key === "Enter" && settle());
    const closed = !isOpen();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (closed) ask(input.value === shown(current) ? "" : input.value);
      else activate(event.key === "ArrowDown" ? active + 1 : (active < 0 ? 0 : active) - 1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (active >= 0) choose(options[active].value);
      else if (free) settle();
      else takeFirst();
    } else if (event.key === "Escape" && !closed) {
      event.preventDefault();
      event.stopPropagation();
      show(current);
      close();
    }
  });
  show(value);
  return {
    root,
    input,
    set: show,
    suggest: (next) => {
      suggest = next;
    },
  };
}

/** Puts a list below its field, or above where there is more room, and within the window. */
function placeAt(popup, input) {
  const GAP = 3;
  const MARGIN = 8;
  const field = input.getBoundingClientRect();
  popup.style.minWidth = `${field.width}px`;
  const { offsetWidth: width, offsetHeight: height } = popup;
  const below = window.innerHeight - field.bottom > height + GAP || field.top < height + GAP;
  popup.style.left = `${Math.max(MARGIN, Math.min(field.left, window.innerWidth - width - MARGIN))}px`;
  popup.style.top = `${below ? field.bottom + GAP : field.top - height - GAP}px`;
}

/** Suggestions from a list of `{value, title, note}`, or of texts: what starts with the typed text comes first, then what holds it. */
export function suggestFrom(all) {
  const MOST = 100;
  const options = all.map((one) => (typeof one === "string" ? { value: one } : one));
  const plain = (text) => text.toLowerCase().replaceAll("_", " ");
  return (text) => {
    const rank = ({ value, title = value }) => Math.min(1, plain(title).indexOf(plain(text)));
    const found = options.filter((option) => rank(option) >= 0).sort((a, b) => rank(a) - rank(b));
    const hint =
      found.length === 0
        ? "Nothing in the list holds this text."
        : found.length > MOST
          ? `${found.length - MOST} more: type on to see them.`
          : "";
    return { options: found.slice(0, MOST), hint };
  };
}

/** Several values as chips, with a field to add one. */
export function tokens({ label, values, suggest, take, path }) {
  const root = element("div", { class: "tokens" });
  const draw = (focus) => {
    const field = combobox({
      label: `${label}: add a value`,
      value: undefined,
      placeholder: "Add a value",
      suggest,
      path,
      take: (value) => {
        if (value === undefined || values.includes(value)) return;
        values = [...values, value];
        take(values);
        draw(true);
      },
    });
    const chips = values.map((value, at) =>
      chip(valueText(value), () => {
        values = values.filter((_, place) => place !== at);
        take(values);
        draw(true);
      }),
    );
    fill(root, ...chips, field.root);
    if (focus) field.input.focus();
  };
  draw(false);
  return root;
}

/** A small label that can be taken away. */
export function chip(title, remove, attributes = {}) {
  return element(
    "span",
    { class: "chip", ...attributes },
    element("bdi", {}, title),
    element("button", { type: "button", class: "remove", "aria-label": `Remove ${title}`, onclick: remove }, "×"),
  );
}

/** A row of chips and a field to pick further ones. `options` are `{value, title, note}`. */
export function picker({ id, label, entries, options, path, add, remove }) {
  const field = combobox({
    id,
    label,
    value: undefined,
    placeholder: "Add…",
    free: false,
    suggest: suggestFrom(options),
    take: (value) => value !== undefined && add(value),
  });
  const chips = entries.map((title, at) =>
    chip(
      title,
      () => {
        remove(at);
        byId(id)?.focus();
      },
      { "data-path": `${path}[${at}]` },
    ),
  );
  return element("div", { class: "chips", "data-path": path }, chips, field.root);
}
