// Light or dark: as the system has it, unless somebody says otherwise here.

const KEY = "vipgate-theme";

function remember(theme) {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Storage can be forbidden.
  }
}

function remembered() {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

/** Lets a select choose the theme; `onChange` is told when colours have changed. */
export function offerThemes(select, onChange) {
  const apply = () => {
    document.documentElement.dataset.theme = select.value;
    remember(select.value);
    onChange();
  };
  select.value = remembered();
  apply();
  select.addEventListener("change", apply);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", onChange);
}
