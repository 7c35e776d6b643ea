/** What stands beside a sign on the map: letters, name, uncertainty, and marks in words, each isolated. */
import { zulu } from "../core/clock";
import { unit, type Words, word } from "../core/words";
import type { Facts } from "./facts";

const isolate = (text: string): string => `\u2068${text}\u2069`;

export function label(words: Words): (facts: Facts, tag: string) => string {
  return (facts, tag) => {
    switch (facts.record) {
      case "declaration": {
        if (facts.kind === "line") {
          const since = facts.start ? day(facts.start) : "";
          return [isolate(tag), word(words, `line.${facts.line_status ?? "disputed"}`), since, doubt(facts)].filter(Boolean).join(" ");
        }
        const name = facts.title || word(words, `kind.${facts.kind ?? "unstated"}`);
        const off = facts.standing === "rumoured" ? word(words, "map.no_effect") : "";
        return [isolate(tag), isolate(short(name)), doubt(facts), marks(facts, words), off].filter(Boolean).join(" ");
      }
      case "finding":
        return word(words, `severity.${facts.severity ?? "information"}`);
      case "crossing":
        return [word(words, "map.crossing"), facts.at ? zulu(Date.parse(facts.at), false) : ""].join(" ");
      case "emergency":
      case "incident":
        return [isolate(tag), word(words, `map.${facts.record}`), doubt(facts)].filter(Boolean).join(" ");
      default:
        return "";
    }
  };
}

export function doubt(facts: Facts): string {
  const metres = Math.max(facts.uncertainty_m ?? 0, facts.radius_m ?? 0);
  // In one piece: a map breaks its labels at spaces.
  return metres > 0 ? isolate(`±${distance(metres)}`.replaceAll(" ", "\u00a0")) : "";
}

/** In kilometres or metres, by the units of the reader's language, in Latin digits. */
export function distance(metres: number): string {
  const kilometres = metres >= 950;
  const value = kilometres ? metres / 1000 : metres;
  const digits = kilometres ? (metres >= 9950 ? 0 : 1) : 0;
  const rounded = !kilometres && value >= 100 ? Math.round(value / 10) * 10 : value;
  return unit(rounded, kilometres ? "kilometer" : "meter", digits);
}

/** Marks as the desk writes them, by the keys of their words. */
const KEYS: Readonly<Record<string, string>> = { "hypothetical geometry": "hypothetical", "rumoured, no effect": "rumoured" };

export function marks(facts: Facts, words: Words): string {
  const said = new Set([...(facts.marks ?? []).map((each) => KEYS[each] ?? each), ...(facts.late ? ["late"] : []), ...(facts.hypothetical ? ["hypothetical"] : [])]);
  said.delete("exercise"); // the whole screen says so
  return said.size ? `· ${isolate([...said].map((each) => words[`mark.${each}`] ?? each).join(" · "))}` : "";
}

function short(text: string): string {
  return text.length > 32 ? `${text.slice(0, 31)}…` : text;
}

function day(instant: string): string {
  return isolate(instant.slice(0, 10));
}
