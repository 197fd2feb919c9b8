import { preference } from "../kit/preference.ts";

export type Theme = "system" | "light" | "dark";

export const themePreference = preference<Theme>("theme", ["system", "light", "dark"], "system");

const system = matchMedia("(prefers-color-scheme: dark)");

function apply() {
  const wanted = themePreference.get();
  const dark = wanted === "dark" || (wanted === "system" && system.matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

/** Keeps the page's theme what the viewer wants. public/theme.js has set it before the first paint. */
export function followTheme() {
  themePreference.subscribe(apply);
  system.addEventListener("change", apply);
  apply();
}
