import type { ExpressionSpecification } from "maplibre-gl";
import { inked, isDeclaration, isLine, type Layer, SOURCE, text } from "./layer";

/** Letters of the party first, then what it is; marks in words. Where there is no room the most pressing stay. */
export const labels: Layer = {
  name: "labels",
  drawn: (theme, font, far) => {
    const { layout, paint } = text(theme, font);
    const colour: ExpressionSpecification = ["case", isDeclaration, ["case", isLine, theme.ink, inked(theme)], theme.ink];
    return [
      {
        id: "labels-points",
        type: "symbol",
        source: SOURCE,
        minzoom: far,
        filter: ["all", ["!=", ["get", "label"], ""], ["!=", ["geometry-type"], "LineString"], ["!=", ["get", "record"], "finding_region"]],
        layout: {
          ...layout,
          "text-field": ["get", "label"],
          "text-variable-anchor": ["left", "right", "top", "bottom"],
          "text-radial-offset": 1.1,
          "text-justify": "auto",
          "symbol-sort-key": ["match", ["get", "record"], "finding", 0, "emergency", 0, "incident", 1, 2],
        },
        paint: { "text-color": colour, ...paint },
      },
      {
        id: "labels-paths",
        type: "symbol",
        source: SOURCE,
        minzoom: Math.max(6, far),
        filter: ["all", ["!=", ["get", "label"], ""], ["==", ["geometry-type"], "LineString"]],
        layout: { ...layout, "text-field": ["get", "label"], "symbol-placement": "line-center", "text-rotation-alignment": "viewport", "text-offset": [0, 1.2] },
        paint: { "text-color": colour, ...paint },
      },
    ];
  },
};
