// Light, dark, or as the system has it; remembered by the browser.

const KEY = "gristmill-theme";

/** Joins a select of `system`, `light`, `dark` with the page. */
export function themeSwitch(select) {
  const apply = (theme) => {
    if (theme === "system") document.documentElement.removeAttribute("data-theme");
    else document.documentElement.dataset.theme = theme;
  };
  select.value = localStorage.getItem(KEY) ?? "system";
  if (select.selectedIndex < 0) select.value = "system";
  apply(select.value);
  select.addEventListener("change", () => {
    localStorage.setItem(KEY, select.value);
    apply(select.value);
  });
}
