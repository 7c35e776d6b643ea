import type { LayerSpecification } from "maplibre-gl";
import type { Theme } from "../theme";
import { isPoint, not, SELECTED } from "./layer";

/** What is selected, ringed in the colour of the focus; it is a source of its own, so that the others stay as they are. */
export function selected(theme: Theme): LayerSpecification[] {
  return [
    {
      id: "selected-line",
      type: "line",
      source: SELECTED,
      filter: not(isPoint),
      layout: { "line-join": "round", "line-cap": "round" },
      paint: { "line-color": theme.focus, "line-width": 3, "line-gap-width": 4 },
    },
    {
      id: "selected-point",
      type: "circle",
      source: SELECTED,
      filter: isPoint,
      paint: { "circle-radius": 16, "circle-opacity": 0, "circle-stroke-color": theme.focus, "circle-stroke-width": 3 },
    },
  ];
}
