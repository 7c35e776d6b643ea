/** Texts come from the server, in the reader's language; `{name}` in them stands for a value. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Words by key; one that the server forgot shows as its key, so that somebody sees it. */
export type Words = Readonly<Record<string, string>>;

export function word(
  words: Words | undefined,
  key: string,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return fill(words?.[key] ?? key, values);
}

/** The words of all islands, which a page carries once: `<script type="application/json" id="island-words">`. */
export function wordsOfPage(): Words {
  return JSON.parse(document.getElementById("island-words")?.textContent ?? "{}") as Words;
}

const formats = new Map<string, Intl.NumberFormat>();

/** The unit alone, for who writes the figure. */
export function unitOf(of: "kilometer" | "meter"): string {
  const format = new Intl.NumberFormat(document.documentElement.lang || "en", { style: "unit", unit: of, unitDisplay: "short", numberingSystem: "latn" });
  return format.formatToParts(10).find((part) => part.type === "unit")?.value ?? "";
}

/** A figure with its unit, as the language of the page writes it; digits are Latin, so that two desks read the same. */
export function unit(value: number, of: "kilometer" | "meter" | "hour" | "day", digits = 0): string {
  const name = `${of} ${digits}`;
  let format = formats.get(name);
  if (!format) {
    const options = { style: "unit", unit: of, unitDisplay: "short", maximumFractionDigits: digits, numberingSystem: "latn" } as const;
    format = new Intl.NumberFormat(document.documentElement.lang || "en", options);
    formats.set(name, format);
  }
  return format.format(value);
}
