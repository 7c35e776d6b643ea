import { all, isPoint, type Layer, SOURCE } from "./layer";

/** What happened, or is said to have happened: a star. Red only while somebody calls for help. */
export const incidents: Layer = {
  name: "incidents",
  drawn: () => [
    {
      id: "incidents",
      type: "symbol",
      source: SOURCE,
      filter: all(isPoint, ["in", ["get", "record"], ["literal", ["emergency", "incident"]]]),
      layout: {
        "icon-image": ["case", ["all", ["==", ["get", "record"], "emergency"], ["==", ["get", "open"], true]], "star-emergency", "star"],
        "icon-allow-overlap": true,
      },
    },
  ],
};
