// The controls of the query: views upon the request. Each change gives a new request, and every request can be shown.

import { combobox, picker, suggestFrom } from "./combobox.js";
import { byId, element, fill, valueText } from "./element.js";
import { filterEditor } from "./filter_editor.js";
import { numberText } from "./number.js";
import {
  FIGURES,
  OBJECT_FIGURES,
  SOURCES,
  UNIQ,
  changed,
  columnsOf,
  figureName,
  figuresOf,
  granularityName,
  groupName,
  groupsOf,
  intervalOf,
  orderOf,
  zoneOf,
} from "./request.js";
import { PRESETS, granularityFor, intervalLength, presetInterval, toField, zoneNames } from "./time.js";
import * as service from "./service.js";

/** Values that a list of suggestions has. */
const MOST_VALUES = 20;

/**
 * Joins the controls with a request. `read()` gives the request as it is, `write(request)` takes the next one, `extent()` gives
 * what the organization has.
 */
export function queryControls({ dimensions, granularities, read, write, extent }) {
  const set = (values) => write(changed(read(), values));
  const setInterval = (values) => set({ interval: { ...intervalOf(read()), ...values } });

  const suggest = (dimension) => async (prefix, signal) => {
    const { organization_id: organization, vendor } = read();
    const within = dimension === "vendor" ? undefined : vendor;
    const found = await service.values(
      organization ?? "",
      { dimension, prefix, vendor: within, limit: MOST_VALUES },
      signal,
    );
    const options = found.values.map(({ value, count }) => ({ value, note: numberText(count) }));
    const hint =
      options.length === 0
        ? `No ${dimension} begins with this.`
        : found.more
          ? "There are more: type on to see them."
          : "";
    return { options, hint };
  };

  const zone = combobox({
    id: "zone",
    value: "",
    placeholder: "UTC",
    suggest: suggestFrom(zoneNames()),
    take: (value) => setInterval({ time_zone: value ?? "UTC" }),
  });
  const vendor = combobox({
    id: "vendor",
    value: undefined,
    placeholder: "all",
    suggest: suggest("vendor"),
    take: (value) => set({ vendor: value }),
  });
  for (const [slot, { root, input }] of [
    ["zone-slot", zone],
    ["vendor-slot", vendor],
  ]) {
    input.removeAttribute("aria-label");
    byId(slot).replaceWith(root);
  }

  fill(
    byId("granularity"),
    granularities.map((name) => element("option", { value: name }, name.replaceAll("_", " "))),
  );
  byId("granularity").addEventListener("change", (event) => set({ granularity: event.target.value }));

  for (const { name, title, about } of PRESETS) {
    byId("presets").append(
      element(
        "button",
        { type: "button", title: about, "aria-pressed": "false", "data-preset": name, onclick: () => pick(name) },
        title,
      ),
    );
  }

  function intervalFor(name) {
    return presetInterval(name, { now: Date.now(), zone: zoneOf(read()), extent: extent() });
  }

  function pick(name) {
    const interval = intervalFor(name);
    if (interval)
      set({ interval: { ...intervalOf(read()), ...interval }, granularity: granularityFor(intervalLength(interval)) });
  }

  for (const end of ["start", "end"]) {
    byId(end).addEventListener("change", ({ target }) => target.value && setInterval({ [end]: target.value }));
  }

  for (const name of SOURCES) {
    byId("sources").append(
      element(
        "label",
        { class: "check" },
        element("input", { type: "checkbox", value: name, onchange: takeSources }),
        ` ${name}`,
      ),
    );
  }

  function takeSources(event) {
    const boxes = [...byId("sources").querySelectorAll("input")];
    // No source at all would mean both.
    if (boxes.every(({ checked }) => !checked)) event.target.checked = true;
    const chosen = boxes.filter(({ checked }) => checked).map(({ value }) => value);
    set({ sources: chosen.length === SOURCES.length ? undefined : chosen });
  }

  // What the rows say now: another filter comes from elsewhere, and only then are rows without a value given up.
  let said = "";
  const textOf = (filter) => JSON.stringify(filter ?? null);
  const filters = filterEditor(byId("filters"), {
    dimensions,
    suggest,
    take: (filter) => {
      said = textOf(filter);
      set({ filters: filter });
    },
  });

  for (const key of ["limit", "limit_per_bucket"]) {
    byId(key).addEventListener("change", ({ target }) => {
      const text = target.value.trim();
      set({ [key]: text === "" ? undefined : Number.isInteger(Number(text)) ? Number(text) : text });
    });
  }

  function showTime(request) {
    const interval = intervalOf(request);
    for (const end of ["start", "end"]) {
      const { text, rest } = toField(interval[end]);
      // Seconds are shown where there are some.
      byId(end).step = text.length > "2022-02-07T00:00".length ? "any" : "60";
      byId(end).value = text;
      byId(`${end}-note`).textContent = rest;
    }
    zone.set(zoneOf(request));
    const name = granularityName(request);
    const select = byId("granularity");
    select.querySelector("[data-own]")?.remove();
    if (!granularities.includes(name))
      select.append(element("option", { value: "", "data-own": true }, "as in the JSON"));
    select.value = granularities.includes(name) ? name : "";
    for (const button of byId("presets").children) {
      const preset = intervalFor(button.dataset.preset);
      button.disabled = preset === null;
      button.setAttribute(
        "aria-pressed",
        String(preset !== null && preset.start === interval.start && preset.end === interval.end),
      );
    }
  }

  function showColumns(request) {
    const figures = figuresOf(request);
    const names = figures.map(figureName);
    const plain = FIGURES.filter((name) => !names.includes(name)).map((value) => ({
      value,
      note: value === "count" ? "events" : "of the value",
    }));
    const objects = OBJECT_FIGURES.filter((figure) => !names.includes(figureName(figure))).map((figure) => ({
      value: JSON.stringify(figure),
      title: figureName(figure),
      note: "of the value",
    }));
    const distinct = dimensions
      .filter((name) => !names.includes(name + UNIQ))
      .map((name) => ({ value: name + UNIQ, note: `distinct ${name}` }));
    byId("aggregations-slot").replaceChildren(
      picker({
        id: "aggregations",
        label: "Figures: add one",
        entries: names,
        options: [...plain, ...objects, ...distinct],
        path: "aggregations",
        add: (value) =>
          again("aggregations", { aggregations: [...figures, value.startsWith("{") ? JSON.parse(value) : value] }),
        remove: (at) =>
          set(withoutColumn(request, names[at], { aggregations: figures.filter((_, place) => place !== at) })),
      }),
    );
    const groups = groupsOf(request);
    const grouped = groups.map(groupName);
    byId("group_by-slot").replaceChildren(
      picker({
        id: "group_by",
        label: "Grouped by: add one",
        entries: groups.map((entry) => (typeof entry === "string" ? entry : `${groupName(entry)} (some)`)),
        path: "group_by",
        options: dimensions.filter((name) => !grouped.includes(name)).map((value) => ({ value })),
        add: (value) => again("group_by", { group_by: [...groups, value] }),
        remove: (at) =>
          set(withoutColumn(request, grouped[at], { group_by: groups.filter((_, place) => place !== at) })),
      }),
    );
  }

  /** Changes what a list was picked from, and goes back to the list. */
  function again(id, values) {
    set(values);
    byId(id)?.focus();
  }

  /** A column that is no more cannot order the answer. */
  function withoutColumn(request, name, values) {
    return { ...values, order_by: orderOf(request).filter(({ field }) => field !== name) };
  }

  function showOrder(request) {
    const order = orderOf(request);
    const columns = columnsOf(request);
    const write = (next, focus) => {
      set({ order_by: next });
      byId("order_by").querySelector(focus)?.focus();
    };
    const rows = order.map(({ field, direction }, at) => {
      const names = columns.includes(field) ? columns : [...columns, field];
      const change = (values) => order.map((entry, place) => (place === at ? { ...entry, ...values } : entry));
      return element(
        "div",
        { class: "order-row", "data-path": `order_by[${at}]` },
        element(
          "select",
          {
            "aria-label": "Column to order by",
            "data-at": `${at}-field`,
            onchange: (event) => write(change({ field: event.target.value }), `[data-at="${at}-field"]`),
          },
          names
            .filter((name) => name === field || !order.some((entry) => entry.field === name))
            .map((name) => element("option", { value: name, selected: name === field }, valueText(name))),
        ),
        element(
          "select",
          {
            "aria-label": "Direction",
            "data-at": `${at}-direction`,
            onchange: (event) => write(change({ direction: event.target.value }), `[data-at="${at}-direction"]`),
          },
          ["asc", "desc"].map((each) =>
            element("option", { value: each, selected: each === direction }, each === "asc" ? "rising" : "falling"),
          ),
        ),
        element(
          "button",
          {
            type: "button",
            class: "remove",
            "aria-label": `Do not order by ${field}`,
            onclick: () =>
              write(
                order.filter((_, place) => place !== at),
                "[data-at=add]",
              ),
          },
          "×",
        ),
      );
    });
    const left = columns.filter((name) => !order.some(({ field }) => field === name));
    const figure = left.find((name) => figuresOf(request).some((entry) => figureName(entry) === name));
    const add =
      left.length > 0 &&
      element(
        "button",
        {
          type: "button",
          class: "quiet",
          "data-at": "add",
          onclick: () =>
            write(
              [...order, { field: figure ?? left[0], direction: figure ? "desc" : "asc" }],
              `[data-at="${order.length}-field"]`,
            ),
        },
        "+ Column",
      );
    fill(byId("order_by"), rows, add);
    for (const key of ["limit", "limit_per_bucket"]) byId(key).value = request[key] ?? "";
    const limit = request.limit ? `at most ${request.limit} rows` : "";
    byId("order-note").textContent = [order.map(({ field }) => field).join(", "), limit]
      .filter((text) => text !== "")
      .join("; ");
  }

  return {
    /** Shows a request. */
    show(request) {
      showTime(request);
      showColumns(request);
      vendor.set(request.vendor ?? undefined);
      for (const box of byId("sources").querySelectorAll("input")) {
        box.checked =
          !Array.isArray(request.sources) || request.sources.length === 0 || request.sources.includes(box.value);
      }
      showOrder(request);
      if (said !== textOf(request.filters)) filters.set(request.filters);
      said = textOf(request.filters);
    },
  };
}
