/** The map itself: the renderer with its worker from this desk, the basemap of the package, and what is declared. */
import { AttributionControl, type LayerSpecification, Map as Renderer, NavigationControl, ScaleControl, setWorkerUrl, type GeoJSONSource, type MapMouseEvent, type StyleSpecification } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import "./map.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import type { Feature, FeatureCollection, Geometry } from "geojson";
import { calm } from "../core/dom";
import { type Words, word } from "../core/words";
import { type Drawn, doubts } from "./facts";
import { images, PIXEL_RATIO } from "./images";
import { LAYERS } from "./layers/all";
import { basemapLayers, basemapSources, CREDIT } from "./layers/basemap";
import { DOUBTS, SELECTED, SOURCE } from "./layers/layer";
import { selected } from "./layers/selected";
import { inSoftware } from "./software";
import { theme, whenThemeChanges } from "./theme";


const FONT = ["Plex", "sans-serif"]; // as the style sheet of the pages names it
const CROWD = 1500; // features from which on the far view shows only what can be told apart
const NEAR = 8;
const MOVING = 0.5; // pixels to a pixel while a map moves that the processor draws
const SETTLED_MS = 160;
const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };

export interface ChartOptions {
  readonly words: Words;
  readonly bounds: readonly [number, number, number, number];
  /** keep the position after the # of the address */
  readonly keep: boolean;
  readonly chosen: (key: string) => void;
  readonly pointer?: (lon: number, lat: number) => void;
}

export class Chart {
  readonly renderer: Renderer;
  #off: ReadonlySet<string> = new Set();
  #selected = "";
  #far = 0;
  #data: FeatureCollection<Geometry, Drawn> = { type: "FeatureCollection", features: [] };
  #points: Feature<Geometry, Drawn>[] = [];
  #doubts = "";
  #extra: LayerSpecification[] = [];
  readonly #letGo: (() => void)[] = [];

  private constructor(element: HTMLElement, options: ChartOptions, ground: StyleSpecification["sources"], software: boolean) {
    const { words } = options;
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
      // Without a fade labels would be placed anew for each frame.
      fadeDuration: software ? 300 : calm() ? 0 : 120,
      ...(software ? { pixelRatio: Math.min(1, devicePixelRatio) } : {}),
      maxZoom: 16,
      minZoom: 2,
      canvasContextAttributes: { antialias: false },
      locale: {
        "NavigationControl.ZoomIn": word(words, "map.zoom_in"),
        "NavigationControl.ZoomOut": word(words, "map.zoom_out"),
        "NavigationControl.ResetBearing": word(words, "map.north"),
        "AttributionControl.ToggleAttribution": word(words, "map.credit"),
        "Map.Title": word(words, "map.title"),
      },
    });
    this.renderer.touchZoomRotate.disableRotation();
    this.renderer.keyboard.disableRotation();
    this.renderer.addControl(new NavigationControl({ visualizePitch: false }), "top-right");
    this.renderer.addControl(new ScaleControl({ maxWidth: 120 }), "bottom-right");
    this.renderer.addControl(new AttributionControl({ compact: true, customAttribution: CREDIT }), "bottom-left");
    this.#paint();
    this.renderer.on("click", (event) => this.#clicked(event, options.chosen));
    const { pointer } = options;
    if (pointer) this.renderer.on("mousemove", ({ lngLat }) => pointer(lngLat.lng, lngLat.lat));
    this.#letGo.push(whenThemeChanges(() => this.#recolour()));
    this.renderer.on("moveend", () => this.#unsure());
    if (software) this.#spare();
    let before: Element | null = null;
    const canvas = this.renderer.getCanvas();
    canvas.addEventListener("focus", (event) => (before = event.relatedTarget as Element | null));
    canvas.addEventListener("keydown", (event) => {
      if (event.key === "Escape") ((before as HTMLElement | null) ?? document.querySelector<HTMLElement>("#content"))?.focus();
    });
  }

  static async open(element: HTMLElement, options: ChartOptions): Promise<Chart> {
    setWorkerUrl(workerUrl);
    const [ground] = await Promise.all([basemapSources(), fontsReady()]);
    const chart = new Chart(element, options, ground, inSoftware());
    await new Promise<void>((resolve) => chart.renderer.once("style.load", () => resolve()));
    element.querySelector(".maplibregl-compact-show")?.classList.remove("maplibregl-compact-show"); // one press away
    return chart;
  }

  close(): void {
    for (const each of this.#letGo) each();
    this.renderer.remove();
  }

  async put(given: FeatureCollection<Geometry, Drawn>): Promise<void> {
    const far = given.features.length > CROWD ? NEAR : 0;
    if (far !== this.#far) {
      this.#far = far;
      this.#restyle();
    }
    this.#data = given;
    this.#points = given.features.filter(({ geometry, properties }) => geometry.type === "Point" && properties.doubt_px0 > 0);
    this.#doubts = "";
    this.#unsure();
    this.#choose();
    await this.renderer.getSource<GeoJSONSource>(SOURCE)?.setData(given);
  }

  /** Layers whose names are in `off` are not drawn. */
  show(off: ReadonlySet<string>): void {
    this.#off = off;
    this.#restyle();
  }

  select(key: string): void {
    if (key === this.#selected) return;
    this.#selected = key;
    this.#choose();
  }

  #choose(): void {
    const features = this.#selected ? this.#data.features.filter((each) => each.properties.key === this.#selected) : [];
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
    this.#restyle();
  }

  #paint(): void {
    for (const [name, data] of images(theme())) {
      if (this.renderer.hasImage(name)) this.renderer.updateImage(name, data);
      else this.renderer.addImage(name, data, { pixelRatio: PIXEL_RATIO });
    }
  }

  #clicked(event: MapMouseEvent, chosen: (key: string) => void): void {
    const { x, y } = event.point;
    const ids = LAYERS.flatMap((layer) => layer.drawn(theme(), FONT, this.#far)).map((each) => each.id);
    const layers = ids.filter((id) => !id.startsWith("doubt") && this.renderer.getLayer(id)).reverse();
    const found = this.renderer.queryRenderedFeatures([[x - 6, y - 6], [x + 6, y + 6]], { layers });
    const order = ["finding", "emergency", "incident", "crossing", "declaration", "finding_region"];
    const best = found.sort((a, b) => order.indexOf(String(a.properties["record"])) - order.indexOf(String(b.properties["record"])))[0];
    chosen(best ? String(best.properties["key"]) : "");
  }
}

async function fontsReady(): Promise<void> {
  if (!document.fonts) return;
  await Promise.allSettled([document.fonts.load("12px Plex"), document.fonts.load("12px Plex", "ع")]);
}
