import type { GeoJSONSourceSpecification, LayerSpecification } from "maplibre-gl";
import borders from "basemap:borders";
import countries from "basemap:countries";
import lakes from "basemap:lakes";
import places from "basemap:places_ne";
import rivers from "basemap:rivers_wdbii";
import riversFar from "basemap:rivers_ne";
import type { Theme } from "../theme";

/** What the package carries: countries, borders, water, towns. Borders are the source's, and say nothing of whose they are. */
export const CREDIT = "Natural Earth; World Data Bank II (GSHHG, LGPL-3.0)";

const FILES: Readonly<Record<string, string>> = { borders, countries, lakes, places, rivers, riversFar };

/** Read by the page: what the desk gives as a script may ask nobody, and so the worker may not. */
export async function basemapSources(): Promise<Record<string, GeoJSONSourceSpecification>> {
  const read = async (name: string, url: string): Promise<[string, GeoJSONSourceSpecification]> => {
    const answer = await fetch(url);
    return [`base-${name}`, { type: "geojson", data: await answer.json(), tolerance: 0.5, maxzoom: 9 }];
  };
  return Object.fromEntries(await Promise.all(Object.entries(FILES).map(([name, url]) => read(name, url))));
}

export function basemapLayers(theme: Theme, font: readonly string[]): LayerSpecification[] {
  return [
    { id: "ground", type: "background", paint: { "background-color": theme.sunk } },
    { id: "land", type: "fill", source: "base-countries", paint: { "fill-color": theme.land } },
    { id: "lakes", type: "fill", source: "base-lakes", paint: { "fill-color": theme.water } },
    { id: "rivers-far", type: "line", source: "base-riversFar", maxzoom: 6.5, paint: { "line-color": theme.water, "line-width": 1.2 } },
    {
      id: "rivers",
      type: "line",
      source: "base-rivers",
      minzoom: 6.5,
      paint: { "line-color": theme.water, "line-width": ["interpolate", ["linear"], ["zoom"], 6.5, 1.2, 10, ["match", ["get", "level"], 1, 4, 1.5]] },
    },
    { id: "borders", type: "line", source: "base-borders", paint: { "line-color": theme.ink3, "line-width": 1, "line-dasharray": [4, 2, 1, 2] } },
    {
      id: "towns",
      type: "symbol",
      source: "base-places",
      layout: {
        "icon-image": "town",
        "text-field": ["coalesce", ["get", "name_en"], ["get", "name"]],
        "text-font": [...font],
        "text-size": 12,
        "text-anchor": "left",
        "text-offset": [0.6, 0],
        "text-optional": true,
        "symbol-sort-key": ["get", "scalerank"],
      },
      paint: { "text-color": theme.ink2, "text-halo-color": theme.land, "text-halo-width": 1.6 },
    },
    {
      id: "river-names",
      type: "symbol",
      source: "base-riversFar",
      layout: { "text-field": ["get", "name"], "text-font": [...font], "text-size": 12, "symbol-placement": "line", "symbol-spacing": 500 },
      paint: { "text-color": theme.info, "text-halo-color": theme.land, "text-halo-width": 1.6 },
    },
  ];
}
