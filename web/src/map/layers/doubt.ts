import type { ExpressionSpecification } from "maplibre-gl";
import type { Theme } from "../theme";
import { all, DOUBTS, inked, is, isDeclaration, isPoint, isRumour, type Layer, not, onGround, SOURCE } from "./layer";

const unsure = all(isDeclaration, not(isRumour), [">", ["get", "doubt_px0"], 0], not(isPoint));
const happened = ["emergency", "incident"];
const shaded = (theme: Theme, events: string): ExpressionSpecification => ["match", ["get", "record"], happened, events, inked(theme)];

/** Uncertainty as uncertainty: a fill that fades outward, and a dotted outer edge; never a hard edge round a guess. */
export const doubt: Layer = {
  name: "doubt",
  drawn: (theme, _font, far) => [
    {
      id: "doubt-soft",
      type: "line",
      source: SOURCE,
      minzoom: far,
      filter: unsure,
      layout: { "line-join": "round", "line-cap": "round" },
      paint: { "line-color": inked(theme), "line-opacity": 0.3, "line-width": onGround(), "line-blur": onGround(0.4) },
    },
    {
      id: "doubt-soft-points",
      type: "fill",
      source: DOUBTS,
      filter: is("shape", "soft"),
      paint: { "fill-color": shaded(theme, theme.ink3), "fill-opacity": 0.12, "fill-antialias": false },
    },
    {
      id: "doubt-edge",
      type: "line",
      source: SOURCE,
      minzoom: Math.max(6, far),
      filter: unsure,
      layout: { "line-join": "round" },
      paint: { "line-color": inked(theme), "line-width": 1.2, "line-gap-width": onGround(), "line-dasharray": [1, 2.5] },
    },
    {
      id: "doubt-ring",
      type: "line",
      source: DOUBTS,
      filter: is("shape", "ring"),
      paint: { "line-color": shaded(theme, theme.ink), "line-width": 1.4, "line-dasharray": [1, 2.5] },
    },
  ],
};
