/** The map's facts as a table that sorts, for whom a map says nothing; a row selects what the map's sign does. */
import { make } from "../core/dom";
import { type Words, word } from "../core/words";
import { doubt, marks } from "./words";
import { type Facts, firstPosition, type Given, keyOf, type Parties, partyOf } from "./facts";
import { written } from "./coordinates";

const COLUMNS = ["party", "what", "kind", "from", "until", "where", "doubt", "marks"] as const;
type Column = (typeof COLUMNS)[number];
type Row = Readonly<Record<Column, string>> & { readonly key: string };
const MOST = 500; // rows at once: more are reached by sorting or by narrowing what is looked at

export class Table {
  readonly element: HTMLElement;
  readonly #words: Words;
  readonly #parties: Parties;
  readonly #form: string;
  readonly #choose: (key: string) => void;
  #given: Given | undefined;
  #rows: Row[] = [];
  #count = 0;
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
    return this.#count;
  }

  /** What there is; it is written out when somebody looks at it. */
  show(given: Given): void {
    const facts = given.features.filter((each) => each.properties.record !== "finding_region");
    this.#count = new Set(facts.map((each) => `${each.properties.record} ${keyOf(each.properties)}`)).size;
    this.#given = given;
    if (!this.element.hidden) this.#read();
  }

  /** Whether it is looked at. */
  set open(open: boolean) {
    this.element.hidden = !open;
    if (open && this.#given) this.#read();
  }

  #read(): void {
    const seen = new Set<string>();
    const features = this.#given?.features ?? [];
    this.#given = undefined;
    this.#rows = features.flatMap((feature) => {
      const facts = feature.properties;
      const key = keyOf(facts);
      if (facts.record === "finding_region" || seen.has(`${facts.record} ${key}`)) return [];
      seen.add(`${facts.record} ${key}`);
      const first = firstPosition(feature.geometry);
      return [{ key, ...this.#cells(facts, first ? written(first[0]!, first[1]!, this.#form) : "") }];
    });
    this.#draw();
  }

  select(key: string): void {
    this.#selected = key;
    for (const row of this.element.querySelectorAll<HTMLElement>("tr[data-key-of]")) {
      row.toggleAttribute("aria-selected", false);
      row.classList.toggle("chosen", row.dataset["keyOf"] === key);
    }
  }

  #cells(facts: Facts, where: string): Record<Column, string> {
    const party = partyOf(facts, this.#parties);
    const kind = facts.record === "declaration" ? `kind.${facts.kind ?? "unstated"}` : facts.record === "finding" ? `severity.${facts.severity ?? "information"}` : `map.${facts.record}`;
    return {
      party: facts.record === "finding" ? "" : party.name,
      what: facts.sentence ?? facts.title ?? "",
      kind: word(this.#words, kind),
      from: when(facts.start ?? facts.first ?? facts.at),
      until: when(facts.end ?? facts.last),
      where,
      doubt: doubt(facts),
      marks: marks(facts, this.#words),
    };
  }

  #draw(): void {
    const by = this.#by;
    const sorted = [...this.#rows].sort((a, b) => a[by].localeCompare(b[by], undefined, { numeric: true }) * (this.#down ? -1 : 1));
    const heads = COLUMNS.map((column) => {
      const button = make("button", { type: "button", class: "link" }, word(this.#words, `column.${column}`));
      button.addEventListener("click", () => {
        this.#down = this.#by === column && !this.#down;
        this.#by = column;
        this.#draw();
        this.element.querySelector<HTMLElement>(`th[data-column="${column}"] button`)?.focus();
      });
      return make("th", { scope: "col", "data-column": column, "aria-sort": by === column ? (this.#down ? "descending" : "ascending") : undefined }, button);
    });
    const rows = sorted.slice(0, MOST).map((row) => {
      const cells = COLUMNS.map((column) => make("td", { dir: column === "what" || column === "party" ? "auto" : column === "where" ? "ltr" : undefined }, row[column]));
      const choose = make("button", { type: "button", class: "link" }, row.what || row.kind);
      choose.addEventListener("click", () => this.#choose(row.key));
      cells[1]?.replaceChildren(choose);
      return make("tr", { "data-key-of": row.key, class: row.key === this.#selected ? "chosen" : undefined }, ...cells);
    });
    const left = this.#rows.length - rows.length;
    this.element.replaceChildren(
      make("table", {}, make("caption", { class: "unseen" }, word(this.#words, "map.table")), make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows)),
      ...(left > 0 ? [make("p", { class: "note" }, word(this.#words, "map.table_more", { n: left }))] : []),
    );
  }
}

function when(instant: string | null | undefined): string {
  return instant ? instant.replace("T", " ").replace(":00Z", "Z") : "";
}
