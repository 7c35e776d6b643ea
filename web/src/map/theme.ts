/** Colours of the map are those of the page, day, dark and night. */
export const TOKENS = [
  "surface", "sunk", "rule", "edge", "ink", "ink2", "ink3", "focus", "emerg", "warn", "caut", "info", "ok", "p0", "p1", "p2",
  "p3", "land", "water",
] as const;

export type Token = (typeof TOKENS)[number];
export type Theme = Readonly<Record<Token, string>>;

const DAY: Theme = {
  surface: "#FFFFFF", sunk: "#F5F6F3", rule: "#DADDD8", edge: "#7E847F", ink: "#15191C", ink2: "#454C52", ink3: "#5F666B",
  focus: "#0A4FC4", emerg: "#A90F1C", warn: "#A84300", caut: "#735500", info: "#3A566E", ok: "#1D6A3A", p0: "#555B60",
  p1: "#14579F", p2: "#772A8E", p3: "#06655A", land: "#F4F1EA", water: "#8FB9D6",
};

export function theme(): Theme {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(TOKENS.map((name) => [name, style.getPropertyValue(`--${name}`).trim() || DAY[name]])) as Theme;
}

/** Calls back when the page changes its colours. */
export function whenThemeChanges(then: () => void): () => void {
  const watch = new MutationObserver(then);
  watch.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class"] });
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", then);
  return () => {
    watch.disconnect();
    dark.removeEventListener("change", then);
  };
}
