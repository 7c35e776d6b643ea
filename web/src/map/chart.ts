/** The map itself: the renderer with its worker from this desk, the basemap of the package, and what is declared. */
import { AttributionControl, type LayerSpecification, Map as Renderer, NavigationControl, ScaleControl, setWorkerUrl, type GeoJSONSource, type MapMouseEvent, type StyleSpecification } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import "./map.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import type { Feature, FeatureCollection, Geometry } from "geojson";
import { calm, make } from "../core/dom";
import { unitOf, type Words, word } from "../core/words";
import { type Dot, Dots } from "./dots";
import { bounds, type Dress, type Drawn, doubts, type Facts, type Given, inkOf, keyOf, type Parties } from "./facts";
import { images, PIXEL_RATIO } from "./images";
import { LAYERS } from "./layers/all";
import { basemapLayers, basemapSources, CREDIT, detail, fetchGround, RIVERS_FROM } from "./layers/basemap";
import { DOUBTS, SELECTED, SOURCE } from "./layers/layer";
import { selected } from "./layers/selected";
import type { Landmarks } from "./place";
import { RowFeature } from "./rows";
import { inSoftware } from "./software";
import { theme, whenThemeChanges } from "./theme";

const FONT = ["Plex", "sans-serif"]; // as the style sheet of the pages names it
const CROWD = 1500; // features from which on the far view shows only what can be told apart
const NEAR = 8;
const AT_ONCE = 3000; // of a crowd, so many at most are drawn with their signs and outlines
const SMALL_DEG = 0.012; // what is no wider is a dot in the far view: some five pixels at `NEAR`
const OUTLINED = 12; // from which zoom on what is small has an outline that can be seen
const HIT_PX = 8;
const FINE_PX = 10;
const STEPS: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const MOVING = 0.5; // pixels to a pixel while a map moves that the processor draws
const SETTLED_MS = 160;
const FADE_MS = 300; // without a fade labels would be placed anew for each frame
const BELOW = "sites"; // the layer over the dots
const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };

export interface ChartOptions {
  readonly words: Words;
  readonly bounds: readonly [number, number, number, number];
  /** keep the position after the # of the address */
  readonly keep: boolean;
  readonly chosen: (key: string) => void;
  /** where the pointer is; or, for who moves the map by keys, its middle: `rests` once it has come to rest there */
  readonly pointer?: (lon: number, lat: number, rests: boolean) => void;
  /** the id of what tells the keys */
  readonly describedBy?: string;
  readonly landmarks?: Landmarks | undefined;
  /** about how many features there will be */
  readonly expected?: number;
  readonly off?: ReadonlySet<string>;
  /** what was asked for already */
  readonly ground?: Promise<Response> | undefined;
}

/** Outlines in full of what is only coarse here: by subject and number of the part. */
export type Finer = (subjects: readonly string[]) => Promise<ReadonlyMap<string, readonly Geometry[]>>;

type Box = readonly [west: number, south: number, east: number, north: number];
type Declared = Feature<Geometry, Facts>;
type Shown = Feature<Geometry, Drawn>;
interface Item {
  readonly feature: Declared;
  readonly box: Box;
}

export class Chart {
  readonly renderer: Renderer;
  #off: ReadonlySet<string> = new Set();
  #selected = "";
  #far = 0;
  #given: readonly Declared[] = [];
  #dress: Dress | undefined;
  #finer: Finer | undefined;
  #exact = new Map<string, readonly Geometry[]>();
  #always: readonly Shown[] = []; // of a crowd: what is drawn far and near alike
  #bigger: readonly Shown[] = []; // and what in the far view is no dot
  #items: readonly Item[] = []; // and all declarations, for the near view
  #near: Box | null = null; // what is drawn near reaches so far
  #turn = 0;
  readonly #dots: Dots;
  #images = images(theme());
  #specks: readonly Dot[] = [];
  #speckled = "";
  #whole = false; // whether all in view have their signs
  #points: Shown[] = [];
  #doubts = "";
  #extra: LayerSpecification[] = [];
  readonly #letGo: (() => void)[] = [];

  private constructor(element: HTMLElement, options: ChartOptions, ground: StyleSpecification["sources"]) {
    const { words } = options;
    this.#off = options.off ?? this.#off;
    this.#far = (options.expected ?? 0) > CROWD ? NEAR : 0;
    this.#dots = new Dots(theme());
    const empty = { type: "geojson", data: EMPTY } as const;
    const sources: StyleSpecification["sources"] = {
      ...ground,
      [SOURCE]: { ...empty, tolerance: 0.4, buffer: 64, maxzoom: 13 },
      [DOUBTS]: { ...empty, maxzoom: 13 },
      [SELECTED]: { ...empty, maxzoom: 13 },
    };
    this.renderer = new Renderer({
      container: element,
      style: { version: 8, sources, layers: this.#layers() },
      bounds: [...options.bounds],
      fitBoundsOptions: { padding: 24 },
      hash: options.keep,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: FADE_MS,
      maxZoom: 16,
      minZoom: 2,
      canvasContextAttributes: { antialias: false },
      locale: {
        "NavigationControl.ZoomIn": word(words, "map.zoom_in"),
        "NavigationControl.ZoomOut": word(words, "map.zoom_out"),
        "NavigationControl.ResetBearing": word(words, "map.north"),
        "AttributionControl.ToggleAttribution": word(words, "map.credit"),
        "Map.Title": word(words, "map.title"),
        "ScaleControl.Meters": unitOf("meter"),
        "ScaleControl.Kilometers": unitOf("kilometer"),
      },
    });
    this.renderer.touchZoomRotate.disableRotation();
    this.renderer.keyboard.disableRotation();
    this.renderer.addControl(new NavigationControl({ visualizePitch: false }), "top-right");
    this.renderer.addControl(new ScaleControl({ maxWidth: 120 }), "bottom-right");
    this.renderer.addControl(new AttributionControl({ compact: true, customAttribution: CREDIT }), "bottom-left");
    this.renderer.setMissingStyleImageResolver((name) => this.#missing(name));
    this.renderer.on("click", (event) => this.#clicked(event, options.chosen));
    this.#aim(element, options);
    this.#letGo.push(whenThemeChanges(() => this.#recolour()));
    this.renderer.on("moveend", () => this.#follow());
    this.#detailed();
    const { gl } = this.renderer.painter.context;
    if (inSoftware(gl)) {
      if (devicePixelRatio > 1) this.renderer.setPixelRatio(1);
      this.#spare();
    } else if (calm()) this.renderer._fadeDuration = 0;
    let before: Element | null = null;
    const canvas = this.renderer.getCanvas();
    canvas.addEventListener("focus", (event) => (before = event.relatedTarget as Element | null));
    canvas.addEventListener("keydown", (event) => {
      if (event.key === "Escape") ((before as HTMLElement | null) ?? document.querySelector<HTMLElement>("#content"))?.focus();
    });
  }

  /** The pointer's place. By keys it is the middle of the map, which moves below: a hundred pixels at an arrow, ten with
   * Shift; Enter chooses what lies there. */
  #aim(element: HTMLElement, { chosen, pointer, describedBy }: ChartOptions): void {
    if (!pointer) return;
    const canvas = this.renderer.getCanvas();
    const cross = make("span", { class: "map-aim", "aria-hidden": "true" });
    element.append(cross);
    if (describedBy) canvas.setAttribute("aria-describedby", describedBy);
    const tell = (rests: boolean): void => {
      if (!element.classList.contains("by-keys")) return;
      const { lng, lat } = this.renderer.getCenter();
      pointer(lng, lat, rests);
    };
    const byKeys = (on: boolean): void => {
      element.classList.toggle("by-keys", on);
    };
    canvas.addEventListener("focus", () => {
      byKeys(canvas.matches(":focus-visible"));
      tell(false);
    });
    canvas.addEventListener("blur", () => byKeys(false));
    canvas.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (step || event.key === "Enter" || event.key === "+" || event.key === "-") byKeys(true);
      if (event.key === "Enter") this.#pick(this.renderer.project(this.renderer.getCenter()), this.renderer.getCenter(), chosen);
      if (!step || !event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      this.renderer.panBy([step[0] * FINE_PX, step[1] * FINE_PX], { animate: false });
    });
    this.renderer.on("move", () => tell(false));
    this.renderer.on("moveend", () => tell(true));
    this.renderer.on("mousemove", ({ lngLat }) => {
      byKeys(false);
      pointer(lngLat.lng, lngLat.lat, false);
    });
  }

  static async open(element: HTMLElement, options: ChartOptions): Promise<Chart> {
    setWorkerUrl(workerUrl);
    const ground = await basemapSources(options.ground ?? fetchGround(), options.landmarks);
    const chart = new Chart(element, options, ground);
    await new Promise<void>((resolve) => chart.renderer.once("style.load", () => resolve()));
    chart.renderer.addLayer(chart.#dots, chart.renderer.getLayer(BELOW) ? BELOW : undefined);
    element.querySelector(".maplibregl-compact-show")?.classList.remove("maplibregl-compact-show"); // one press away
    return chart;
  }

  close(): void {
    for (const each of this.#letGo) each();
    this.renderer.remove();
  }

  /** What there is to draw. Thousands are dots, and what is wider than that, until somebody looks at a part of them. */
  async put(given: Given, dress: Dress, parties: Parties, finer?: Finer): Promise<void> {
    const crowd = given.features.length > CROWD;
    const far = crowd ? NEAR : 0;
    this.#given = given.features;
    this.#dress = dress;
    this.#finer = finer;
    this.#exact = new Map();
    this.#near = null;
    const dots: Dot[] = [];
    const always: Shown[] = [];
    const bigger: Shown[] = [];
    const items: Item[] = [];
    if (crowd) {
      for (const feature of given.features) {
        const facts = feature.properties;
        if (facts.record !== "declaration" || facts.kind === "line" || facts.standing === "rumoured") always.push(dress(feature, feature.geometry));
        else {
          const box = boxOf(feature);
          items.push({ feature, box });
          if (Math.max(box[2] - box[0], box[3] - box[1]) > SMALL_DEG) bigger.push(dress(feature, feature instanceof RowFeature ? feature.far : feature.geometry));
          else dots.push({ lon: (box[0] + box[2]) / 2, lat: (box[1] + box[3]) / 2, ink: inkOf(facts, parties), key: keyOf(facts), layer: box[0] < box[2] ? "areas" : "sites" });
        }
      }
    } else for (const feature of given.features) always.push(...this.#full(feature));
    [this.#always, this.#bigger, this.#items] = [always, bigger, items];
    this.#specks = dots;
    this.#whole = false;
    this.#speckle(true);
    if (far !== this.#far) {
      this.#far = far;
      this.#restyle();
    }
    this.#choose();
    await this.#follow(true);
    this.renderer.triggerRepaint();
    await new Promise<void>((resolve) => this.renderer.once("render", () => resolve()));
    if (!crowd) void this.#finish(given.features);
  }

  /** Of a crowd, near by: those in view and around it, as they are. Farther off the dots. */
  async #follow(fresh = false): Promise<void> {
    if (!this.#far) {
      if (fresh) await this.#draw(this.#always);
      else this.#unsure();
      return;
    }
    if (this.renderer.getZoom() < NEAR) {
      if (!fresh && !this.#near) return;
      this.#near = null;
      this.#whole = false;
      this.#speckle();
      await this.#draw([...this.#always, ...this.#bigger]);
      return;
    }
    const seen = this.#seen(0);
    if (!fresh && this.#near && covers(this.#near, seen)) {
      this.#speckle();
      this.#unsure();
      return;
    }
    let around = this.#seen(0.5);
    let some = this.#items.filter(({ box }) => meet(box, around));
    if (some.length > AT_ONCE) {
      around = seen;
      some = this.#items.filter(({ box }) => meet(box, around));
    }
    const features = some.slice(0, AT_ONCE).map(({ feature }) => feature);
    const turn = (this.#turn += 1);
    this.#near = around;
    await this.#draw([...this.#always, ...features.flatMap((each) => this.#full(each))]);
    if (turn !== this.#turn || !this.#near) return;
    this.#whole = some.length === features.length;
    this.#speckle();
    await this.#finish(features);
  }

  /** Asks for the outlines that are coarse here, once, and draws them when they have come. */
  async #finish(features: readonly Declared[]): Promise<void> {
    const lacking = features.filter((each) => each instanceof RowFeature && each.coarse && !this.#exact.has(partOf(each)));
    const subjects = [...new Set(lacking.map((each) => each.properties.subject ?? ""))];
    if (!subjects.length || !this.#finer) return;
    const [given, turn] = [this.#given, this.#turn];
    const found = await this.#finer(subjects).catch(() => null);
    if (!found || given !== this.#given) return;
    for (const [part, outlines] of found) this.#exact.set(part, outlines);
    if (turn !== this.#turn) return;
    this.#choose();
    await this.#draw(this.#far ? [...this.#always, ...features.flatMap((each) => this.#full(each))] : this.#given.flatMap((each) => this.#full(each)));
  }

  /** One as it is, by its outlines in full where they are here. */
  #full(feature: Declared): Shown[] {
    if (!this.#dress) return [];
    const exact = feature instanceof RowFeature ? this.#exact.get(partOf(feature)) : undefined;
    return (exact ?? [feature.geometry]).map((outline) => this.#dress!(feature, outline));
  }

  async #draw(features: readonly Shown[]): Promise<void> {
    this.#points = features.filter(({ geometry, properties }) => geometry.type === "Point" && properties.doubt_px0 > 0);
    this.#doubts = "";
    this.#unsure();
    await this.renderer.getSource<GeoJSONSource>(SOURCE)?.setData({ type: "FeatureCollection", features: features as Shown[] });
  }

  /** What is in view, and some of its size to each side. */
  #seen(more: number): Box {
    const seen = this.renderer.getBounds();
    const [west, south, east, north] = [seen.getWest(), seen.getSouth(), seen.getEast(), seen.getNorth()];
    return [west - more * (east - west), south - more * (north - south), east + more * (east - west), north + more * (north - south)];
  }

  /** The rivers come when somebody looks so closely. */
  #detailed(): void {
    const look = (): void => {
      if (this.renderer.getZoom() < RIVERS_FROM) return;
      this.renderer.off("idle", look);
      void detail(this.renderer).catch(() => undefined);
    };
    this.renderer.on("idle", look);
  }

  /** Layers whose names are in `off` are not drawn. */
  show(off: ReadonlySet<string>): void {
    this.#off = off;
    this.#restyle();
    this.#speckle();
  }

  /** Dots for what has no sign and no outline that could be seen yet. */
  #speckle(fresh = false): void {
    const [signs, outlines] = [this.#whole, this.#whole && this.renderer.getZoom() >= OUTLINED];
    const which = `${signs} ${outlines} ${[...this.#off].join()}`;
    if (!fresh && which === this.#speckled) return;
    this.#speckled = which;
    this.#dots.put(this.#specks.filter((each) => !this.#off.has(each.layer) && !(each.layer === "areas" ? outlines : signs)));
    this.renderer.triggerRepaint();
  }

  select(key: string): void {
    if (key === this.#selected) return;
    this.#selected = key;
    this.#choose();
  }

  #choose(): void {
    const chosen = this.#selected ? this.#given.filter((each) => keyOf(each.properties) === this.#selected) : [];
    const features = chosen.flatMap((each) => this.#full(each));
    void this.renderer.getSource<GeoJSONSource>(SELECTED)?.setData({ type: "FeatureCollection", features });
  }

  /** How far points may be off: of all of them, or with thousands of those in view, and only near. */
  #unsure(): void {
    let points = this.#points;
    if (this.#far) {
      const seen = this.renderer.getBounds();
      const near = this.renderer.getZoom() >= this.#far;
      points = near ? points.filter(({ geometry }) => geometry.type === "Point" && seen.contains(geometry.coordinates as [number, number])) : [];
    }
    const which = this.#far ? points.map((each) => each.properties.key).join() : "all";
    if (which === this.#doubts) return;
    this.#doubts = which;
    void this.renderer.getSource<GeoJSONSource>(DOUBTS)?.setData(doubts(points));
  }

  /** Where the processor draws, a map that moves is drawn coarser, and sharp again where it comes to rest. */
  #spare(): void {
    let rest: ReturnType<typeof setTimeout> | undefined;
    const full = this.renderer.getPixelRatio();
    let ratio = full;
    // Of the canvas and the painter alone: a new size of the map (`setPixelRatio`) would end the drag that asks for it.
    const draw = (wanted: number): void => {
      if (ratio === wanted) return;
      ratio = wanted;
      const { clientWidth, clientHeight } = this.renderer.getContainer();
      this.renderer._resizeCanvas(clientWidth, clientHeight, ratio);
      this.renderer.painter.resize(clientWidth, clientHeight, ratio);
    };
    this.renderer.on("resize", () => (ratio = full));
    this.renderer.on("move", () => {
      if (!this.renderer.isMoving()) return;
      clearTimeout(rest);
      draw(full * MOVING);
    });
    this.renderer.on("moveend", () => {
      clearTimeout(rest);
      rest = setTimeout(() => {
        draw(full);
        this.renderer.redraw(); // before anybody sees the canvas empty
      }, SETTLED_MS);
    });
    this.#letGo.push(() => clearTimeout(rest));
  }

  /** More to draw above everything, by another source of its own: what is being declared. */
  add(name: string, data: FeatureCollection, layers: LayerSpecification[]): (data: FeatureCollection) => void {
    this.renderer.addSource(name, { type: "geojson", data });
    this.#extra = [...this.#extra, ...layers];
    for (const layer of layers) this.renderer.addLayer(layer);
    return (fresh) => void this.renderer.getSource<GeoJSONSource>(name)?.setData(fresh);
  }

  #layers(): LayerSpecification[] {
    const colours = theme();
    const shown = LAYERS.filter((layer) => !this.#off.has(layer.name)).flatMap((layer) => [...layer.drawn(colours, FONT, this.#far)]);
    return [...basemapLayers(colours, FONT), ...shown, ...selected(colours), ...this.#extra];
  }

  #restyle(): void {
    this.renderer.setStyle({ ...this.renderer.getStyle(), layers: this.#layers() }, { diff: true });
  }

  #recolour(): void {
    this.#paint();
    this.#dots.colour(theme());
    this.#restyle();
  }

  /** Signs are drawn when the map first needs them, and again in other colours. */
  #paint(): void {
    this.#images = images(theme());
    for (const [name, draw] of this.#images) if (this.renderer.hasImage(name)) this.renderer.updateImage(name, draw());
  }

  #missing(name: string): void {
    const draw = this.#images.get(name);
    if (draw && !this.renderer.hasImage(name)) this.renderer.addImage(name, draw(), { pixelRatio: PIXEL_RATIO });
  }

  #clicked(event: MapMouseEvent, chosen: (key: string) => void): void {
    this.#pick(event.point, event.lngLat, chosen);
  }

  #pick({ x, y }: Readonly<{ x: number; y: number }>, at: Readonly<{ lng: number; lat: number }>, chosen: (key: string) => void): void {
    const ids = LAYERS.flatMap((layer) => layer.drawn(theme(), FONT, this.#far)).map((each) => each.id);
    const layers = ids.filter((id) => !id.startsWith("doubt") && this.renderer.getLayer(id)).reverse();
    const found = this.renderer.queryRenderedFeatures([[x - 6, y - 6], [x + 6, y + 6]], { layers });
    const order = ["finding", "emergency", "incident", "crossing", "declaration", "finding_region"];
    const best = found.sort((a, b) => order.indexOf(String(a.properties["record"])) - order.indexOf(String(b.properties["record"])))[0];
    const within_deg = (HIT_PX * 360) / (512 * 2 ** this.renderer.getZoom());
    const dot = best ? null : this.#dots.near(at.lng, at.lat, within_deg);
    chosen(best ? String(best.properties["key"]) : (dot?.key ?? ""));
  }
}

function partOf(feature: Declared): string {
  return `${feature.properties.subject ?? ""} ${feature instanceof RowFeature ? feature.number : 0}`;
}

function boxOf(feature: Declared): Box {
  if (feature instanceof RowFeature) return feature.box;
  return bounds({ type: "FeatureCollection", features: [feature] }) ?? [0, 0, 0, 0];
}

function meet(a: Box, b: Box): boolean {
  return a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];
}

function covers(a: Box, b: Box): boolean {
  return a[0] <= b[0] && a[1] <= b[1] && a[2] >= b[2] && a[3] >= b[3];
}
