import { inked, isDeclaration, isRumour, type Layer, notLine, notRumour, SOURCE } from "./layer";

/** Areas: the hatch says the kind, the edge whose it is. A rumour is thin dots without a fill: it has no effect. */
export const areas: Layer = {
  name: "areas",
  drawn: (theme, _font, far) => [
    {
      id: "areas-fill",
      type: "fill",
      source: SOURCE,
      filter: ["all", isDeclaration, notRumour, ["==", ["geometry-type"], "Polygon"]],
      paint: { "fill-color": inked(theme), "fill-opacity": ["step", ["zoom"], far ? 0.35 : 0.1, far, 0.1], "fill-antialias": !far },
    },
    {
      id: "areas-hatch",
      type: "fill",
      source: SOURCE,
      minzoom: Math.max(5, far),
      filter: ["all", isDeclaration, notRumour, ["==", ["geometry-type"], "Polygon"], ["!=", ["get", "hatch"], ""]],
      paint: { "fill-pattern": ["concat", "hatch-", ["get", "hatch"], "-", ["get", "ink"]] },
    },
    {
      id: "areas-edge",
      type: "line",
      source: SOURCE,
      minzoom: far,
      filter: ["all", isDeclaration, notRumour, notLine, ["==", ["geometry-type"], "Polygon"], ["!", ["in", ["get", "ink"], ["literal", ["p2", "p0"]]]], ["!=", ["get", "hatch"], "none"], ["!=", ["get", "hypothetical"], true]],
      paint: { "line-color": inked(theme), "line-width": ["match", ["get", "hatch"], "zone", 2.4, 1.4] },
    },
    {
      id: "areas-edge-dashed",
      type: "line",
      source: SOURCE,
      minzoom: far,
      filter: ["all", isDeclaration, notRumour, notLine, ["==", ["geometry-type"], "Polygon"], ["any", ["in", ["get", "ink"], ["literal", ["p2", "p0"]]], ["==", ["get", "hatch"], "none"], ["==", ["get", "hypothetical"], true]]],
      paint: { "line-color": inked(theme), "line-width": ["match", ["get", "hatch"], "zone", 2.4, 1.4], "line-dasharray": [4, 3] },
    },
    {
      id: "rumours",
      type: "line",
      source: SOURCE,
      filter: ["all", isDeclaration, isRumour],
      paint: { "line-color": theme.p0, "line-width": 1, "line-dasharray": [1, 3] },
    },
  ],
};
