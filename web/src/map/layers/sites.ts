import { all, inked, isDeclaration, isPoint, type Layer, notRumour, SOURCE } from "./layer";

const points = all(isDeclaration, notRumour, isPoint);

/** Points: the pictogram of the kind, in the party's colour; a disc while there are too many to tell apart. */
export const sites: Layer = {
  name: "sites",
  drawn: (theme, _font, far) => [
    ...(far
      ? [
          {
            id: "sites-far",
            type: "circle" as const,
            source: SOURCE,
            maxzoom: far,
            filter: points,
            paint: { "circle-color": inked(theme), "circle-radius": 2.5 },
          },
        ]
      : []),
    {
      id: "sites",
      type: "symbol",
      source: SOURCE,
      minzoom: far,
      filter: points,
      layout: {
        "icon-image": ["concat", "kind-", ["coalesce", ["get", "kind"], "negative"], "-", ["get", "ink"]],
        "icon-size": 0.9,
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
      },
    },
  ],
};
