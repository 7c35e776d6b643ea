import { all, isDeclaration, isPoint, type Layer, notRumour, SOURCE } from "./layer";

const points = all(isDeclaration, notRumour, isPoint);

/** Points: the pictogram of the kind, in the party's colour; while there are too many to tell apart, `dots.ts` draws them. */
export const sites: Layer = {
  name: "sites",
  drawn: (_theme, _font, far) => [
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
