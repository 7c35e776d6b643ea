/** The pane with the map, its table and its sentence: three ways to the same facts. */
import { view, look, VIEW, followLinks } from "../core/view";
import { deskNow, iso } from "../core/clock";
import { announce, make } from "../core/dom";
import { type Words, word } from "../core/words";
import { BACK, NOTICE } from "../room/live";
import { Chart } from "./chart";
import { bounds, drawn, type Given, keyOf, type Parties, partyOf } from "./facts";
import { LAYERS } from "./layers/all";
import { written } from "./coordinates";
import { Table } from "./table";
import { label } from "./words";

export interface MapProps {
  /** where the facts are, without a query; `known` and `valid` of the page's address are added */
  readonly url?: string;
  /** or the facts themselves */
  readonly data?: Given;
  readonly parties?: Parties;
  /** west, south, east, north: what is shown when the address says nothing */
  readonly bounds?: readonly [number, number, number, number];
  /** the reader's form of coordinates: dms, ddm, decimal, mgrs, utm */
  readonly coordinates?: string;
  /** leave out what is around the map: for small maps in a card */
  readonly bare?: boolean;
  /** a selector of a table that the server rendered, shown instead of one made here */
  readonly table?: string;
}

const AHEAD_MS = 86_400_000;
const REGION = [38.5, 33.8, 42.5, 36.8] as const;

export async function openPane(element: HTMLElement, props: MapProps, words: Words): Promise<() => void> {
  followLinks();
  const parties = props.parties ?? {};
  const form = props.coordinates ?? "dms";
  const canvas = make("div", { class: "map-canvas" });
  const choose = (key: string): void => look({ on: key || null });
  const table = new Table(words, parties, form, choose);
  const ready = props.table ? document.querySelector<HTMLElement>(props.table) : null;
  const other = ready ?? table.element;
  const pointer = make("span", { class: "map-pointer", dir: "ltr" });
  const sentence = make("p", { class: "map-sentence", role: "status", dir: "auto" }, word(words, "map.loading"));
  const mapTab = tab(words, "map.map", "m");
  const tableTab = tab(words, "map.table", "t");
  const layersButton = make("button", { type: "button", "data-key": "l", "aria-expanded": "false" }, word(words, "map.layers"), " ", make("kbd", { "aria-hidden": "true" }, "L"));
  const body = make("div", { class: "map-body" }, canvas, ...(ready ? [] : [table.element]));
  const pane = make("div", { class: "map-pane" });
  if (!props.bare) {
    pane.append(make("div", { class: "map-head" }, make("span", { class: "tabs", role: "group", "aria-label": word(words, "map.ways") }, mapTab, tableTab), pointer, layersButton), body, sentence);
  } else pane.append(body);
  for (const child of [...element.children]) if (child.localName !== "script" && child !== ready) child.remove();
  element.append(pane);

  const flip = (toTable: boolean): void => {
    if (ready) ready.hidden = !toTable;
    else table.open = toTable;
    canvas.hidden = toTable && !ready;
    mapTab.setAttribute("aria-pressed", String(!toTable));
    tableTab.setAttribute("aria-pressed", String(toTable));
  };
  mapTab.addEventListener("click", () => {
    flip(false);
    canvas.querySelector<HTMLElement>("canvas")?.focus();
  });
  tableTab.addEventListener("click", () => {
    flip(true);
    other.focus();
  });
  flip(false);

  let given: Given = props.data ?? { type: "FeatureCollection", features: [] };
  const began = props.data ? null : ask(props);
  const chart = await Chart.open(canvas, {
    words,
    bounds: props.bounds ?? (props.data ? (bounds(props.data) ?? REGION) : REGION),
    keep: !props.bare,
    chosen: choose,
    pointer: (lon, lat) => (pointer.textContent = `${word(words, "map.pointer")} ${written(lon, lat, form)}`),
  });

  // Whether everything is on the screen: for who takes a picture of it.
  chart.renderer.on("idle", () => (pane.dataset["idle"] = ""));
  const off = (): Set<string> => new Set(view("without").split(",").filter(Boolean));
  const tell = (): void => {
    const key = view("on");
    chart.select(key);
    table.select(key);
    const facts = key ? given.features.find((each) => keyOf(each.properties) === key)?.properties : undefined;
    const count = String(table.count);
    const ahead = !props.data && !view("valid") ? ` ${word(words, "map.next")}` : "";
    if (!facts) sentence.textContent = word(words, given.features.length ? "map.shows" : "map.shows_none", { n: count }) + ahead;
    else sentence.textContent = facts.sentence || `${label(words)(facts, partyOf(facts, parties).name)}`;
  };
  const put = async (fresh: Given): Promise<void> => {
    given = fresh;
    table.show(given);
    tell();
    delete pane.dataset["idle"];
    await chart.put(drawn(given, parties, label(words)));
    pane.dataset["shown"] = String(given.features.length);
  };
  let asked = 0;
  const again = async (): Promise<void> => {
    const mine = (asked += 1);
    try {
      const fresh = await ask(props);
      if (mine === asked) await put(fresh);
    } catch {
      if (mine === asked) sentence.textContent = word(words, "map.failed");
    }
  };
  const seen = (event: Event): void => {
    const names = (event as CustomEvent<string[]>).detail;
    if (names.includes("without")) chart.show(off());
    if (names.includes("on")) tell();
    if (!props.data && (names.includes("known") || names.includes("valid"))) void again();
  };
  const fresh = (): void => {
    if (!props.data && !view("known")) void again();
  };
  document.addEventListener(VIEW, seen);
  document.addEventListener(NOTICE, fresh);
  document.addEventListener(BACK, fresh);
  layersButton.addEventListener("click", () => layers(body, layersButton, words, off));
  if (off().size) chart.show(off());
  if (began) {
    await began.then(put).catch(() => {
      sentence.textContent = word(words, "map.failed");
      announce(word(words, "map.failed"));
    });
  } else await put(given);
  return () => {
    document.removeEventListener(VIEW, seen);
    document.removeEventListener(NOTICE, fresh);
    document.removeEventListener(BACK, fresh);
    chart.close();
    pane.remove();
  };
}

async function ask(props: MapProps): Promise<Given> {
  const query = new URLSearchParams();
  for (const name of ["known", "valid"]) if (view(name)) query.set(name, view(name));
  // Unless a time is chosen: what holds then or within a day, so that nobody misses what is about to begin.
  if (!view("valid")) {
    const from = Date.parse(view("known")) || deskNow();
    query.set("valid", `${iso(from)}/${iso(from + AHEAD_MS)}`);
  }
  const text = query.toString();
  const answer = await fetch((props.url ?? "/v1/as-of/map") + (text ? `?${text}` : ""), { headers: { accept: "application/geo+json" } });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return (await answer.json()) as Given;
}

function tab(words: Words, key: string, stroke: string): HTMLButtonElement {
  return make("button", { type: "button", "data-key": stroke, "aria-pressed": "false" }, word(words, key), " ", make("kbd", { "aria-hidden": "true" }, stroke.toUpperCase()));
}

/** Which layers are drawn stands in the address, so that who is sent it sees the same. */
function layers(body: HTMLElement, button: HTMLElement, words: Words, off: () => Set<string>): void {
  const open = body.querySelector(".map-layers");
  button.setAttribute("aria-expanded", String(!open));
  if (open) {
    open.remove();
    button.focus();
    return;
  }
  const boxes = LAYERS.map((layer) => {
    const box = make("input", { type: "checkbox", checked: !off().has(layer.name) });
    box.addEventListener("change", () => {
      const without = off();
      if (box.checked) without.delete(layer.name);
      else without.add(layer.name);
      look({ without: [...without].join(",") || null }, false);
    });
    return make("label", {}, box, word(words, `layer.${layer.name}`));
  });
  const box = make("fieldset", { class: "map-layers" }, make("legend", { class: "unseen" }, word(words, "map.layers")), ...boxes);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") layers(body, button, words, off);
  });
  body.append(box);
  box.querySelector("input")?.focus();
}
