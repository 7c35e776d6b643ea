import { type Layer, SOURCE } from "./layer";

/** Somebody crossed a line: a plain arrow over it, in no colour of severity. */
export const crossings: Layer = {
  name: "crossings",
  drawn: () => [
    { id: "crossings", type: "symbol", source: SOURCE, filter: ["==", ["get", "record"], "crossing"], layout: { "icon-image": "crossing", "icon-allow-overlap": true } },
  ],
};
