import type { LayerSpecification } from "maplibre-gl";
import type { Theme } from "../theme";
import { all, is, isMade, isPoint, not, SOURCE } from "./layer";

/** What is selected, ringed in the colour of the focus. */
export function selected(theme: Theme, key: string): LayerSpecification[] {
  const chosen = all(is("key", key), not(isMade));
  return [
    {
      id: "selected-line",
      type: "line",
      source: SOURCE,
      filter: all(chosen, not(isPoint)),
      layout: { "line-join": "round", "line-cap": "round" },
      paint: { "line-color": theme.focus, "line-width": 3, "line-gap-width": 4 },
    },
    {
      id: "selected-point",
      type: "circle",
      source: SOURCE,
      filter: all(chosen, isPoint),
      paint: { "circle-radius": 16, "circle-opacity": 0, "circle-stroke-color": theme.focus, "circle-stroke-width": 3 },
    },
  ];
}
