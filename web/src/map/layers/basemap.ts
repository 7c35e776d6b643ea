import type { ExpressionSpecification, GeoJSONSource, GeoJSONSourceSpecification, LayerSpecification, Map as Renderer } from "maplibre-gl";
import ground from "basemap:countries+lakes+rivers_ne+borders+places_ne";
import rivers from "basemap:rivers_wdbii";
import type { Landmarks } from "../place";
import type { Theme } from "../theme";

/** What the package carries: countries, borders, water, towns. Borders are the source's, and say nothing of whose they are. */
export const CREDIT = "Natural Earth; World Data Bank II (GSHHG, LGPL-3.0)";

const GROUND = "ground";
const RIVERS = "rivers";
const TOWNS = "towns";
/** from which zoom on the smaller towns are named, which the page gives */
const TOWNS_FROM = 8.5;
/** from which zoom on the rivers are drawn in detail, and fetched */
export const RIVERS_FROM = 6.5;

/** Asked for early, by who knows that there will be a map. */
export function fetchGround(): Promise<Response> {
  return fetch(ground);
}

/** Read by the page: what the desk gives as a script may ask nobody, and so the worker may not. */
export async function basemapSources(asked: Promise<Response>, landmarks?: Landmarks): Promise<Record<string, GeoJSONSourceSpecification>> {
  const data = (await (await asked).json()) as GeoJSON.FeatureCollection;
  const big = new Set<string>();
  for (const { properties } of data.features) {
    if (!properties) continue;
    const known = properties["of"] === "places_ne" ? String(properties["geonameid"]) : String(properties["name"]);
    properties["name"] = landmarks?.names[known] ?? (properties["name_en"] as string | undefined) ?? (properties["name"] as string);
    if (properties["of"] === "places_ne") big.add(String(properties["name"]));
  }
  const towns = (landmarks?.towns ?? []).filter(([name]) => !big.has(name)).map(([name, lon, lat], rank) => (
    { type: "Feature" as const, properties: { name, rank }, geometry: { type: "Point" as const, coordinates: [lon, lat] } }
  ));
  const rivers: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
  return {
    [GROUND]: { type: "geojson", data, tolerance: 0.5, maxzoom: 9 },
    [RIVERS]: { type: "geojson", data: rivers, tolerance: 0.5, maxzoom: 9 },
    [TOWNS]: { type: "geojson", data: { type: "FeatureCollection", features: towns }, maxzoom: 9 },
  };
}

/** The rivers in detail, once somebody looks so closely. */
export async function detail(renderer: Renderer): Promise<void> {
  const answer = await fetch(rivers);
  if (answer.ok) await renderer.getSource<GeoJSONSource>(RIVERS)?.setData((await answer.json()) as GeoJSON.FeatureCollection);
}

const of = (name: string): ExpressionSpecification => ["==", ["get", "of"], name];

export function basemapLayers(theme: Theme, font: readonly string[]): LayerSpecification[] {
  const place = { "icon-image": "town", "text-field": ["get", "name"] as ExpressionSpecification, "text-font": [...font], "text-size": 12, "text-variable-anchor": ["left", "right", "top", "bottom"] as ("left" | "right" | "top" | "bottom")[], "text-radial-offset": 0.6, "text-justify": "auto" as const, "icon-optional": true };
  return [
    { id: "land", type: "fill", source: GROUND, filter: of("countries"), paint: { "fill-color": theme.land, "fill-antialias": false } },
    { id: "lakes", type: "fill", source: GROUND, filter: of("lakes"), paint: { "fill-color": theme.water, "fill-antialias": false } },
    { id: "rivers-far", type: "line", source: GROUND, filter: of("rivers_ne"), maxzoom: RIVERS_FROM, paint: { "line-color": theme.water, "line-width": 1.2 } },
    {
      id: "rivers",
      type: "line",
      source: RIVERS,
      minzoom: RIVERS_FROM,
      paint: { "line-color": theme.water, "line-width": ["interpolate", ["linear"], ["zoom"], RIVERS_FROM, 1.2, 10, ["match", ["get", "level"], 1, 4, 1.5]] },
    },
    { id: "borders", type: "line", source: GROUND, filter: of("borders"), paint: { "line-color": theme.ink3, "line-width": 1, "line-dasharray": [4, 2, 1, 2] } },
    {
      id: "towns-near",
      type: "symbol",
      source: TOWNS,
      minzoom: TOWNS_FROM,
      filter: ["<", ["get", "rank"], ["step", ["zoom"], 25, 9, 80, 10, 1000]],
      layout: { ...place, "symbol-sort-key": ["+", 100, ["get", "rank"]] },
      paint: { "text-color": theme.ink3, "text-halo-color": theme.land, "text-halo-width": 1.6 },
    },
    {
      id: "towns",
      type: "symbol",
      source: GROUND,
      filter: of("places_ne"),
      layout: { ...place, "text-optional": true, "symbol-sort-key": ["get", "scalerank"] },
      paint: { "text-color": theme.ink2, "text-halo-color": theme.land, "text-halo-width": 1.6 },
    },
    {
      id: "river-names",
      type: "symbol",
      source: GROUND,
      filter: of("rivers_ne"),
      layout: { "text-field": ["get", "name"], "text-font": [...font], "text-size": 12, "symbol-placement": "line", "symbol-spacing": 500 },
      paint: { "text-color": theme.info, "text-halo-color": theme.land, "text-halo-width": 1.6 },
    },
  ];
}
