import { all, inked, is, isDeclaration, isPath, type Layer, not, notLine, notRumour, SOURCE } from "./layer";

const path = all(isDeclaration, notRumour, notLine, isPath);

/** Routes: own and relief solid, the other desk's dashed; chevrons say which way, a pictogram what. */
export const paths: Layer = {
  name: "paths",
  drawn: (theme, _font, far) => [
    ...(far
      ? [
          {
            id: "paths-far",
            type: "line" as const,
            source: SOURCE,
            maxzoom: far,
            filter: path,
            paint: { "line-color": inked(theme), "line-width": 1.2 },
          },
        ]
      : []),
    {
      id: "paths-solid",
      type: "line",
      source: SOURCE,
      minzoom: far,
      filter: all(path, ["in", ["get", "ink"], ["literal", ["p1", "p3"]]], not(is("hypothetical", true))),
      layout: { "line-join": "round", "line-cap": "round" },
      paint: { "line-color": inked(theme), "line-width": 2 },
    },
    {
      id: "paths-dashed",
      type: "line",
      source: SOURCE,
      minzoom: far,
      filter: all(path, ["any", ["in", ["get", "ink"], ["literal", ["p2", "p0"]]], is("hypothetical", true)]),
      layout: { "line-join": "round" },
      paint: { "line-color": inked(theme), "line-width": 2, "line-dasharray": [4, 2.5] },
    },
    {
      id: "paths-chevrons",
      type: "symbol",
      source: SOURCE,
      minzoom: Math.max(6, far),
      filter: path,
      layout: {
        "symbol-placement": "line",
        "symbol-spacing": 60,
        "icon-image": ["concat", "chevron-", ["get", "ink"]],
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
      },
    },
  ],
};
