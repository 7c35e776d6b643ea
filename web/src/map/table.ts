/** The map's facts as a table that sorts, for whom a map says nothing; a row selects what the map's sign does. */
import { make } from "../core/dom";
import { type Words, word } from "../core/words";
import { doubt, marks } from "./words";
import { type Facts, firstPosition, type Given, keyOf, type Parties, partyOf } from "./facts";
import { written } from "./coordinates";
import { RowFeature } from "./rows";

const COLUMNS = ["party", "what", "kind", "from", "until", "where", "doubt", "marks"] as const;
type Column = (typeof COLUMNS)[number];
interface Line {
  readonly key: string;
  readonly feature: Given["features"][number];
}
const AT_ONCE = 100; // rows of a page

export class Table {
  readonly element: HTMLElement;
  readonly #words: Words;
  readonly #parties: Parties;
  readonly #form: string;
  readonly #choose: (key: string) => void;
  #lines: Line[] = [];
  #sorted: Line[] | null = null;
  #page = 0;
  #by: Column = "from";
  #down = false;
  #selected = "";

  constructor(words: Words, parties: Parties, form: string, choose: (key: string) => void) {
    this.#words = words;
    this.#parties = parties;
    this.#form = form;
    this.#choose = choose;
    this.element = make("div", { class: "map-table", hidden: true, tabindex: "0", role: "region", "aria-label": word(words, "map.table") });
  }

  get count(): number {
    return this.#lines.length;
  }

  /** What there is; it is written out when somebody looks at it. */
  show(given: Given): void {
    const seen = new Set<string>();
    this.#lines = [];
    for (const feature of given.features) {
      if (feature.properties.record === "finding_region") continue;
      const key = keyOf(feature.properties);
      const name = `${feature.properties.record} ${key}`;
      if (seen.has(name)) continue;
      seen.add(name);
      this.#lines.push({ key, feature });
    }
    this.#sorted = null;
    if (!this.element.hidden) this.#draw();
  }

  /** Whether it is looked at. */
  set open(open: boolean) {
    this.element.hidden = !open;
    if (open) this.#draw();
  }

  select(key: string): void {
    if (key !== this.#selected) {
      this.#selected = key;
      const place = key ? this.#order().findIndex((each) => each.key === key) : -1;
      if (place >= 0 && Math.floor(place / AT_ONCE) !== this.#page) {
        this.#page = Math.floor(place / AT_ONCE);
        if (!this.element.hidden) this.#draw();
      }
    }
    for (const row of this.element.querySelectorAll<HTMLElement>("tr[data-key-of]")) {
      row.toggleAttribute("aria-selected", false);
      row.classList.toggle("chosen", row.dataset["keyOf"] === key);
    }
  }

  #cell(column: Column, feature: Line["feature"]): string {
    const facts = feature.properties;
    switch (column) {
      case "party":
        return facts.record === "finding" ? "" : partyOf(facts, this.#parties).name;
      case "what":
        return facts.sentence ?? facts.title ?? "";
      case "kind": {
        const kind = facts.record === "declaration" ? `kind.${facts.kind ?? "unstated"}` : facts.record === "finding" ? `severity.${facts.severity ?? "information"}` : `map.${facts.record}`;
        return word(this.#words, kind);
      }
      case "from":
        return when(facts.start ?? facts.first ?? facts.at);
      case "until":
        return when(facts.end ?? facts.last);
      case "where": {
        const first = feature instanceof RowFeature ? feature.at : firstPosition(feature.geometry);
        return first ? written(first[0]!, first[1]!, this.#form) : "";
      }
      case "doubt":
        return doubt(facts);
      case "marks":
        return marks(facts, this.#words);
    }
  }

  /** All of them in the order that was asked for; what is compared is computed once for each. */
  #order(): readonly Line[] {
    if (this.#sorted) return this.#sorted;
    const [by, way] = [this.#by, this.#down ? -1 : 1];
    if (by === "from" || by === "until" || by === "doubt") {
      const value = by === "from" ? from : by === "until" ? until : (facts: Facts) => Math.max(facts.uncertainty_m ?? 0, facts.radius_m ?? 0);
      const keyed = this.#lines.map((line) => [value(line.feature.properties), line] as const);
      this.#sorted = keyed.sort(([a], [b]) => (a < b ? -way : a > b ? way : 0)).map(([, line]) => line);
    } else {
      const collator = new Intl.Collator(document.documentElement.lang || undefined, { numeric: true });
      const keyed = this.#lines.map((line) => [this.#cell(by, line.feature), line] as const);
      this.#sorted = keyed.sort(([a], [b]) => collator.compare(a, b) * way).map(([, line]) => line);
    }
    return this.#sorted;
  }

  #draw(): void {
    const by = this.#by;
    const sorted = this.#order();
    const pages = Math.max(1, Math.ceil(sorted.length / AT_ONCE));
    this.#page = Math.min(this.#page, pages - 1);
    const heads = COLUMNS.map((column) => {
      const button = make("button", { type: "button", class: "link" }, word(this.#words, `column.${column}`));
      button.addEventListener("click", () => {
        this.#down = this.#by === column && !this.#down;
        this.#by = column;
        this.#sorted = null;
        this.#page = 0;
        this.#draw();
        this.element.querySelector<HTMLElement>(`th[data-column="${column}"] button`)?.focus();
      });
      return make("th", { scope: "col", "data-column": column, "aria-sort": by === column ? (this.#down ? "descending" : "ascending") : undefined }, button);
    });
    const first = this.#page * AT_ONCE;
    const rows = sorted.slice(first, first + AT_ONCE).map(({ key, feature }) => {
      const cells = COLUMNS.map((column) => make("td", { dir: column === "what" || column === "party" ? "auto" : column === "where" ? "ltr" : undefined }, this.#cell(column, feature)));
      const choose = make("button", { type: "button", class: "link" }, this.#cell("what", feature) || this.#cell("kind", feature));
      choose.addEventListener("click", () => this.#choose(key));
      cells[1]?.replaceChildren(choose);
      return make("tr", { "data-key-of": key, class: key === this.#selected ? "chosen" : undefined }, ...cells);
    });
    this.element.replaceChildren(
      make("table", {}, make("caption", { class: "unseen" }, word(this.#words, "map.table")), make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows)),
      ...(pages > 1 ? [this.#turning(pages)] : []),
    );
  }

  /** Back and on through the pages of a long table. */
  #turning(pages: number): HTMLElement {
    const button = (name: string, to: number): HTMLButtonElement => {
      const made = make("button", { type: "button", "data-turn": name, disabled: to < 0 || to >= pages }, word(this.#words, `map.table_${name}`));
      made.addEventListener("click", () => {
        this.#page = to;
        this.#draw();
        this.element.scrollTop = 0;
        (this.element.querySelector<HTMLElement>(`[data-turn="${name}"]:not([disabled])`) ?? this.element).focus();
      });
      return made;
    };
    const first = this.#page * AT_ONCE + 1;
    const told = word(this.#words, "map.table_page", { from: first, to: Math.min(first + AT_ONCE - 1, this.#lines.length), n: this.#lines.length });
    return make("p", { class: "turning" }, button("back", this.#page - 1), make("span", { role: "status" }, told), button("on", this.#page + 1));
  }
}

/** What has no beginning comes first, and what has no end last. */
function from(facts: Facts): number {
  return facts.start_s ?? parsed(facts.start ?? facts.first ?? facts.at, -Infinity);
}

function until(facts: Facts): number {
  return facts.end_s ?? parsed(facts.end ?? facts.last, Infinity);
}

function parsed(instant: string | null | undefined, none: number): number {
  return instant ? Date.parse(instant) / 1000 : none;
}

function when(instant: string | null | undefined): string {
  return instant ? instant.replace("T", " ").replace(":00Z", "Z") : "";
}
