import type { ExpressionSpecification } from "maplibre-gl";
import { type Layer, SOURCE } from "./layer";
import type { Theme } from "../theme";

const severe = (theme: Theme): ExpressionSpecification => ["match", ["get", "severity"], "emergency", theme.emerg, "warning", theme.warn, "caution", theme.caut, theme.info];

/** Where two come too close: the region, the shortest link, and the sign of the severity. */
export const findings: Layer = {
  name: "findings",
  drawn: (theme) => [
    { id: "findings-region", type: "fill", source: SOURCE, filter: ["==", ["get", "record"], "finding_region"], paint: { "fill-color": severe(theme), "fill-opacity": 0.16 } },
    { id: "findings-edge", type: "line", source: SOURCE, filter: ["==", ["get", "record"], "finding_region"], paint: { "line-color": severe(theme), "line-width": 1.6, "line-dasharray": [4, 3] } },
    { id: "findings-link", type: "line", source: SOURCE, filter: ["all", ["==", ["get", "record"], "finding"], ["==", ["geometry-type"], "LineString"]], paint: { "line-color": severe(theme), "line-width": 3 } },
    {
      id: "findings-sign",
      type: "symbol",
      source: SOURCE,
      filter: ["==", ["get", "record"], "finding"],
      layout: {
        "icon-image": ["concat", "finding-", ["coalesce", ["get", "severity"], "information"]],
        "icon-allow-overlap": true,
        "symbol-placement": "point",
        "symbol-sort-key": ["match", ["get", "severity"], "emergency", 0, "warning", 1, "caution", 2, 3],
      },
    },
  ],
};
