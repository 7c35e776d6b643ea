/** Drawing on the map, by pointer and by keyboard alike: the figure goes into the fields of the form, as if it were typed. */
import { make } from "../core/dom";
import { type Words, word } from "../core/words";
import { Chart } from "../map/chart";
import { written } from "../map/coordinates";
import { dresser, type Given, type Parties } from "../map/facts";
import { theme } from "../map/theme";
import { label } from "../map/words";
import { drawnOf, type Figure, most, read, type Shape, write } from "./figure";

export interface DrawProps {
  readonly bounds?: readonly [number, number, number, number];
  readonly parties?: Parties;
  readonly coordinates?: string;
  /** selectors of the fields: positions (a text area), shape, and width in metres */
  readonly positions: string;
  readonly shape?: string;
  readonly wide?: string;
  /** what is shown beneath, as the map of the room has it; nothing if left out */
  readonly url?: string;
  /** as the server read what was typed: shown, to be confirmed */
  readonly read?: Given;
}

const REGION = [38.5, 33.8, 42.5, 36.8] as const;
const SHAPES: readonly Shape[] = ["point", "circle", "polygon", "corridor"];

export async function openDrawing(element: HTMLElement, props: DrawProps, words: Words): Promise<() => void> {
  const form = element.closest("form") ?? document;
  const positions = form.querySelector<HTMLTextAreaElement>(props.positions);
  const shapeField = props.shape ? form.querySelector<HTMLSelectElement>(props.shape) : null;
  const wideField = props.wide ? form.querySelector<HTMLInputElement>(props.wide) : null;
  const canvas = make("div", { class: "map-canvas" });
  const told = make("p", { class: "map-sentence", role: "status" });
  const buttons = new Map(SHAPES.map((shape) => [shape, make("button", { type: "button", "aria-pressed": "false" }, word(words, `draw.${shape}`))]));
  const undo = make("button", { type: "button" }, word(words, "draw.undo"));
  const clear = make("button", { type: "button" }, word(words, "draw.clear"));
  const aim = make("span", { class: "draw-aim", "aria-hidden": "true" });
  const pane = make("div", { class: "map-pane drawing" },
    make("div", { class: "map-head" }, make("span", { role: "group", "aria-label": word(words, "draw.title") }, ...buttons.values()), undo, clear),
    make("div", { class: "map-body" }, canvas, aim),
    told,
  );
  for (const child of [...element.children]) if (child.localName !== "script") child.remove();
  element.append(pane);

  const chart = await Chart.open(canvas, { words, bounds: props.bounds ?? REGION, keep: false, chosen: () => undefined });
  const colours = theme();
  const put = chart.add("drawing", { type: "FeatureCollection", features: [] }, [
    { id: "drawing-area", type: "fill", source: "drawing", filter: ["==", ["get", "part"], "area"], paint: { "fill-color": colours.focus, "fill-opacity": 0.16 } },
    { id: "drawing-edge", type: "line", source: "drawing", filter: ["!=", ["get", "part"], "corner"], paint: { "line-color": colours.focus, "line-width": 2.5 } },
    { id: "drawing-corner", type: "circle", source: "drawing", filter: ["==", ["get", "part"], "corner"], paint: { "circle-radius": 6, "circle-color": colours.surface, "circle-stroke-color": colours.focus, "circle-stroke-width": 3 } },
  ]);

  let figure: Figure = { shape: shapeOf(shapeField), corners: [], wide_m: wideOf(wideField) };
  const show = (): void => {
    for (const [shape, button] of buttons) button.setAttribute("aria-pressed", String(shape === figure.shape));
    put(drawnOf(figure));
    const last = figure.corners.at(-1);
    told.textContent = last
      ? word(words, "draw.last", { n: figure.corners.length, at: written(last[0]!, last[1]!, props.coordinates ?? "dms") })
      : word(words, "draw.how");
    undo.disabled = clear.disabled = figure.corners.length === 0;
  };
  /** From the map into the form. */
  const set = (changed: Partial<Figure>): void => {
    figure = { ...figure, ...changed };
    show();
    if (shapeField) shapeField.value = figure.shape;
    if (!positions) return;
    positions.value = write(figure.corners);
    positions.dispatchEvent(new Event("change", { bubbles: true }));
  };
  /** From the form onto the map: what is written here at once; anything else when the server has read it. */
  const take = (): void => {
    const corners = positions ? read(positions.value) : null;
    figure = { shape: shapeOf(shapeField), corners: corners ?? figure.corners, wide_m: wideOf(wideField) };
    show();
  };
  const add = (lon: number, lat: number): void => {
    const corners = [...figure.corners, [lon, lat]];
    set({ corners: corners.slice(-most(figure.shape)) });
  };

  chart.renderer.on("click", ({ lngLat }) => add(lngLat.lng, lngLat.lat));
  chart.renderer.getCanvas().addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      const { lng, lat } = chart.renderer.getCenter();
      add(lng, lat);
    } else if (event.key === "Backspace") set({ corners: figure.corners.slice(0, -1) });
    else return;
    event.preventDefault();
  });
  for (const [shape, button] of buttons) button.addEventListener("click", () => set({ shape, corners: figure.corners.slice(0, most(shape)) }));
  undo.addEventListener("click", () => set({ corners: figure.corners.slice(0, -1) }));
  clear.addEventListener("click", () => set({ corners: [] }));
  for (const field of [positions, shapeField, wideField]) field?.addEventListener("input", take);

  const parties = props.parties ?? {};
  const dress = dresser(parties, label(words));
  if (props.read) await chart.put(props.read, dress, parties);
  else if (props.url) {
    const answer = await fetch(props.url, { headers: { accept: "application/geo+json" } }).catch(() => null);
    if (answer?.ok) await chart.put((await answer.json()) as Given, dress, parties);
  }
  take();
  pane.dataset["shown"] = "1";
  return () => {
    for (const field of [positions, shapeField, wideField]) field?.removeEventListener("input", take);
    chart.close();
    pane.remove();
  };
}

function shapeOf(field: HTMLSelectElement | null): Shape {
  return SHAPES.find((shape) => shape === field?.value) ?? "point";
}

function wideOf(field: HTMLInputElement | null): number {
  const metres = Number(field?.value);
  return Number.isFinite(metres) ? metres : 0;
}
