/** The pane with the map, its table and its sentence: three ways to the same facts. */
import { view, look, VIEW, followLinks } from "../core/view";
import type { Geometry } from "geojson";
import { ask as post } from "../core/desk";
import { announce, make } from "../core/dom";
import { DRAWN } from "../core/drawn";
import { type Words, word } from "../core/words";
import { BACK, NOTICE } from "../room/live";
import { Chart } from "./chart";
import { bounds, dresser, type Given, keyOf, type Parties, partyOf } from "./facts";
import { LAYERS } from "./layers/all";
import { written } from "./coordinates";
import { askMap, type Early, type MapProps, times } from "./props";
import { legend } from "./legend";
import { nearest, said as placed } from "./place";
import { isRows, read, type Rows } from "./rows";
import { Table } from "./table";
import { label } from "./words";

const RESTS_MS = 400; // what a key held down passes over is not read out
const CLOSELY = 2000; // outlines at once
const REGION = [38.5, 33.8, 42.5, 36.8] as const;

export async function openPane(element: HTMLElement, props: MapProps, words: Words, begun?: Early): Promise<() => void> {
  followLinks();
  const parties = props.parties ?? {};
  const form = props.coordinates ?? "dms";
  const canvas = make("div", { class: "map-canvas" });
  const choose = (key: string): void => look({ on: key || null });
  const table = new Table(words, parties, form, choose);
  const ready = props.table ? document.querySelector<HTMLElement>(props.table) : null;
  const other = ready ?? table.element;
  const pointer = make("span", { class: "map-pointer" });
  const keysTold = make("span", { class: "unseen", id: "map-keys" }, word(words, "map.keys"));
  const sentence = make("p", { class: "map-sentence", role: "status", dir: "auto" }, word(words, "map.loading"));
  const mapTab = tab(words, "map.map", "m");
  const tableTab = tab(words, "map.table", "t");
  const layersButton = make("button", { type: "button", "data-key": "l", "aria-expanded": "false" }, word(words, "map.layers"), " ", make("kbd", { "aria-hidden": "true" }, "L"));
  const body = make("div", { class: "map-body" }, canvas, ...(ready ? [] : [table.element]));
  const pane = make("div", { class: "map-pane" });
  if (!props.bare) {
    pane.append(make("div", { class: "map-head" }, make("span", { class: "tabs", role: "group", "aria-label": word(words, "map.ways") }, mapTab, tableTab), pointer, layersButton), body, sentence, keysTold);
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
  const said = label(words);
  const dress = dresser(parties, said);
  const off = (): Set<string> => new Set(view("without").split(",").filter(Boolean));
  let chart: Chart | undefined;
  const tell = (): void => {
    const key = view("on");
    chart?.select(key);
    table.select(key);
    const facts = key ? given.features.find((each) => keyOf(each.properties) === key)?.properties : undefined;
    const count = String(table.count);
    const ahead = !props.data && !view("valid") ? ` ${word(words, "map.next")}` : "";
    if (!facts) sentence.textContent = word(words, given.features.length ? "map.shows" : "map.shows_none", { n: count }) + ahead;
    else sentence.textContent = facts.sentence || `${said(facts, partyOf(facts, parties).name)}`;
  };
  let asked = 0;
  let opening: Promise<Chart> | undefined;
  /** The table and the sentence have them at once, the map when it stands. */
  const put = async (fresh: Given): Promise<void> => {
    const mine = asked;
    given = fresh;
    table.show(given);
    tell();
    delete pane.dataset["idle"];
    await (await opening)?.put(given, dress, parties, outlines);
    if (mine === asked) pane.dataset["shown"] = String(given.features.length);
    document.dispatchEvent(new CustomEvent(DRAWN));
  };
  const failed = (): void => {
    sentence.textContent = word(words, "map.failed");
    announce(word(words, "map.failed"));
  };
  const again = async (): Promise<void> => {
    const mine = (asked += 1);
    try {
      const fresh = await facts(askMap(props));
      if (mine === asked) await put(fresh);
    } catch {
      if (mine === asked) sentence.textContent = word(words, "map.failed");
    }
  };
  let rested: ReturnType<typeof setTimeout> | undefined;
  const point = (lon: number, lat: number, rests: boolean): void => {
    const at = written(lon, lat, form);
    const near = props.landmarks && nearest(props.landmarks.towns, lon, lat);
    const place = near && props.landmarks ? placed(near, props.landmarks.from) : "";
    pointer.replaceChildren(word(words, "map.pointer"), " ", make("bdi", { dir: "ltr" }, at), ...(place ? [" · ", make("bdi", {}, place)] : []));
    clearTimeout(rested);
    if (rests) rested = setTimeout(() => announce([at, place].filter(Boolean).join(" · ")), RESTS_MS);
  };
  opening = Chart.open(canvas, {
    words,
    bounds: props.bounds ?? (props.data ? (bounds(props.data) ?? REGION) : REGION),
    keep: !props.bare,
    chosen: choose,
    pointer: point,
    describedBy: keysTold.id,
    landmarks: props.landmarks,
    expected: props.expected ?? given.features.length,
    ground: begun?.ground,
    off: off(),
  });
  const putting = props.data ? put(given) : facts(begun?.facts ?? askMap(props)).then(put);
  putting.catch(failed);
  chart = await opening;

  // Whether everything is on the screen: for who takes a picture of it.
  chart.renderer.on("idle", () => (pane.dataset["idle"] = ""));
  const seen = (event: Event): void => {
    const names = (event as CustomEvent<string[]>).detail;
    if (names.includes("without")) chart?.show(off());
    if (names.includes("on")) tell();
    if (!props.data && (names.includes("known") || names.includes("valid"))) void again();
  };
  let under = false;
  let more = false;
  /** What comes in a burst is asked for once more, when the asking before it is over. */
  const fresh = async (): Promise<void> => {
    if (props.data || view("known")) return;
    more = true;
    if (under) return;
    under = true;
    while (more) {
      more = false;
      await again();
    }
    under = false;
  };
  document.addEventListener(VIEW, seen);
  document.addEventListener(NOTICE, fresh);
  document.addEventListener(BACK, fresh);
  // Who answers beside the map comes back to where they looked: the place stays after the #, and leaves with nobody.
  const sent = ({ target }: Event): void => {
    if (props.bare || !(target instanceof HTMLFormElement) || target.method !== "post" || !location.hash) return;
    target.action = target.action.replace(/#.*$/, "") + location.hash;
  };
  document.addEventListener("submit", sent);
  layersButton.addEventListener("click", () => layers(body, layersButton, words, off, parties));
  tell();
  await putting.catch(() => undefined);
  return () => {
    document.removeEventListener(VIEW, seen);
    document.removeEventListener(NOTICE, fresh);
    document.removeEventListener(BACK, fresh);
    document.removeEventListener("submit", sent);
    clearTimeout(rested);
    chart?.close();
    pane.remove();
  };
}

async function facts(asked: Promise<Response>): Promise<Given> {
  const answer = await asked;
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const told = (await answer.json()) as Given | Rows;
  return isRows(told) ? read(told) : told;
}

/** Outlines in full, by ids: what is looked at stands in no address. */
async function outlines(subjects: readonly string[]): Promise<ReadonlyMap<string, readonly Geometry[]>> {
  const found = new Map<string, readonly Geometry[]>();
  for (let i = 0; i < subjects.length; i += CLOSELY) {
    const body = { ...Object.fromEntries(times()), subjects: subjects.slice(i, i + CLOSELY) };
    const told = await post<Readonly<Record<string, Readonly<Record<string, readonly Geometry[]>>>>>("/room/outlines", body);
    for (const [subject, parts] of Object.entries(told)) for (const [number, each] of Object.entries(parts)) found.set(`${subject} ${number}`, each);
  }
  return found;
}

function tab(words: Words, key: string, stroke: string): HTMLButtonElement {
  return make("button", { type: "button", "data-key": stroke, "aria-pressed": "false" }, word(words, key), " ", make("kbd", { "aria-hidden": "true" }, stroke.toUpperCase()));
}

/** Which layers are drawn stands in the address, so that who is sent it sees the same. */
function layers(body: HTMLElement, button: HTMLElement, words: Words, off: () => Set<string>, parties: Parties): void {
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
  box.append(make("h3", {}, word(words, "map.legend")), legend(words, parties));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") layers(body, button, words, off, parties);
  });
  body.append(box);
  box.querySelector("input")?.focus();
}
