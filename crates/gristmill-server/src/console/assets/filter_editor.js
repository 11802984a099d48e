// The filters as rows of column, operator and value, in groups.

import { combobox, tokens } from "./combobox.js";
import { element, fill } from "./element.js";
import { OPERATORS, convertValue, emptyGroup, fromFilter, newRow, operatorsFor, toFilter } from "./filters.js";
import { jsonText } from "./request.js";

/**
 * An editor in an element. `suggest(dimension)` gives a function for suggestions, `take(filter)` gets the JSON after each
 * change.
 */
export function filterEditor(root, { dimensions, suggest, take }) {
  let tree = emptyGroup();
  const nodes = new Map();

  /** Tells what the filter is now, and each row where it lies in the JSON. */
  function emit() {
    const filter = toFilter(tree, (item, path) => {
      const node = nodes.get(item);
      if (!node) return;
      if (path === null) node.removeAttribute("data-path");
      else node.setAttribute("data-path", path);
    });
    take(filter);
  }

  function redraw(focus) {
    nodes.clear();
    fill(root, groupNode(tree, null));
    emit();
    if (focus) root.querySelector(`[data-key="${focus}"]`)?.focus();
  }

  let keys = 0;
  const keyed = new WeakMap();
  const keyOf = (item) => {
    if (!keyed.has(item)) keyed.set(item, (keys += 1));
    return keyed.get(item);
  };

  function groupNode(group, parent) {
    const key = keyOf(group);
    const add = (item) => {
      group.items.push(item);
      redraw(`${keyOf(item)}-first`);
    };
    const join = element(
      "select",
      {
        "aria-label": "How the conditions of this group are joined",
        "data-key": `${key}-first`,
        onchange: () => {
          [group.join, group.not] = [join.value.replace("not-", ""), join.value.startsWith("not-")];
          emit();
        },
      },
      [
        ["and", "All of"],
        ["or", "Any of"],
        ["not-and", "Not all of"],
        ["not-or", "None of"],
      ].map(([value, title]) =>
        element("option", { value, selected: value === `${group.not ? "not-" : ""}${group.join}` }, title),
      ),
    );
    const showJoin = parent || group.items.length > 1 || group.not;
    const head =
      showJoin &&
      element(
        "div",
        { class: "filter-head" },
        join,
        parent && removeButton("Remove this group", () => remove(parent, group)),
      );
    const items = group.items.map((item) => itemNode(item, group));
    const buttons = element(
      "div",
      { class: "filter-add" },
      element(
        "button",
        { type: "button", class: "quiet", "data-key": `${key}-add`, onclick: () => add(newRow("category")) },
        "+ Condition",
      ),
      element(
        "button",
        {
          type: "button",
          class: "quiet",
          onclick: () => add({ ...emptyGroup(), join: parent ? "and" : "or", items: [newRow("category")] }),
        },
        "+ Group",
      ),
    );
    const node = element(
      "div",
      { class: parent ? "filter-group nested" : "filter-group", role: "group", "aria-label": "Conditions" },
      head || null,
      items,
      buttons,
    );
    nodes.set(group, node);
    return node;
  }

  function remove(group, item) {
    group.items.splice(group.items.indexOf(item), 1);
    redraw(`${keyOf(group)}-add`);
  }

  function itemNode(item, group) {
    if (item.kind === "group") return groupNode(item, group);
    const node = item.kind === "json" ? jsonNode(item, group) : rowNode(item, group);
    nodes.set(item, node);
    return node;
  }

  function rowNode(row, group) {
    const key = keyOf(row);
    const names = ["value", "timestamp", ...dimensions];
    // Only what follows from a choice is made anew: a list that is gone takes no further letter of a name.
    const dimension = element(
      "select",
      {
        "aria-label": "Column",
        "data-key": `${key}-first`,
        onchange: () => {
          row.dimension = dimension.value;
          if (!operatorsFor(row.dimension).some(({ name }) => name === row.operator)) row.operator = "is";
          row.value = undefined;
          drawOperators();
          drawField();
          emit();
        },
      },
      [...dimensions, "value", "timestamp"].map((name) =>
        element("option", { value: name, selected: name === row.dimension }, name),
      ),
    );
    if (!names.includes(row.dimension))
      dimension.append(element("option", { value: row.dimension, selected: true }, row.dimension));
    const operator = element("select", {
      "aria-label": "Operator",
      onchange: () => {
        row.value = convertValue(row.value, row.operator, operator.value);
        row.operator = operator.value;
        drawField();
        emit();
      },
    });
    const field = element("div");
    const drawOperators = () =>
      fill(
        operator,
        operatorsFor(row.dimension).map(({ name, title }) =>
          element("option", { value: name, selected: name === row.operator }, title),
        ),
      );
    const drawField = () => fill(field, valueField(row));
    drawOperators();
    drawField();
    return element(
      "div",
      { class: "filter-row" },
      element(
        "div",
        { class: "filter-what" },
        dimension,
        operator,
        removeButton("Remove this condition", () => remove(group, row)),
      ),
      field,
    );
  }

  function valueField(row) {
    const set = (value) => {
      row.value = value;
      emit();
    };
    const label = `Value of ${row.dimension}`;
    const known = dimensions.includes(row.dimension);
    const values = known ? suggest(row.dimension) : () => ({ options: [] });
    switch (OPERATORS.find(({ name }) => name === row.operator).input) {
      case "value":
        return combobox({ label, value: row.value, placeholder: "Value", suggest: values, take: set }).root;
      case "values":
        return tokens({ label, values: row.value ?? [], suggest: values, take: set });
      case "text":
        return element("input", {
          type: "text",
          "aria-label": label,
          value: row.value ?? "",
          spellcheck: "false",
          placeholder: { like: "% any text, _ one character", regex: "Regular expression" }[row.operator] ?? "Text",
          oninput: (event) => set(event.target.value),
        });
      case "limits":
        return element(
          "div",
          { class: "limits" },
          ["lower", "upper"].map((end) =>
            element("input", {
              type: "text",
              inputmode: "decimal",
              "aria-label": `${label}, ${end} limit`,
              placeholder: end === "lower" ? "from" : "to",
              value: row.value?.[end] ?? "",
              oninput: (event) => set({ ...row.value, [end]: event.target.value }),
            }),
          ),
        );
      default:
        return null;
    }
  }

  function jsonNode(item, group) {
    const area = element("textarea", {
      "aria-label": "Filter as JSON",
      "data-key": `${keyOf(item)}-first`,
      rows: "3",
      spellcheck: "false",
      oninput: () => {
        try {
          item.filter = JSON.parse(area.value);
          area.removeAttribute("aria-invalid");
          emit();
        } catch {
          area.setAttribute("aria-invalid", "true");
        }
      },
    });
    area.value = jsonText(item.filter);
    return element(
      "div",
      { class: "filter-row" },
      element(
        "div",
        { class: "filter-what" },
        element("span", { class: "note" }, "Filter as JSON"),
        removeButton("Remove this filter", () => remove(group, item)),
      ),
      area,
    );
  }

  return {
    /** Shows the filters of a request. */
    set(filter) {
      tree = fromFilter(filter);
      nodes.clear();
      fill(root, groupNode(tree, null));
      toFilter(tree, (item, path) => path && nodes.get(item)?.setAttribute("data-path", path));
    },
  };
}

function removeButton(label, onclick) {
  return element("button", { type: "button", class: "remove", "aria-label": label, title: label, onclick }, "×");
}
