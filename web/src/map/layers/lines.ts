import { all, is, isDeclaration, isLine, type Layer, SOURCE, text } from "./layer";

const of = (status: string) => all(isDeclaration, isLine, is("line_status", status));

/** Lines between parties: agreed a double line, tacit dash and dot, disputed dashed with question marks; their word beside. */
export const lines: Layer = {
  name: "lines",
  drawn: (theme, font) => [
    { id: "lines-agreed", type: "line", source: SOURCE, filter: of("agreed"), paint: { "line-color": theme.ink, "line-width": 1.4, "line-gap-width": 2.6 } },
    { id: "lines-tacit", type: "line", source: SOURCE, filter: of("tacit"), paint: { "line-color": theme.ink, "line-width": 1.8, "line-dasharray": [5, 2, 1, 2] } },
    { id: "lines-disputed", type: "line", source: SOURCE, filter: of("disputed"), paint: { "line-color": theme.ink, "line-width": 1.8, "line-dasharray": [4, 4] } },
    {
      id: "lines-asked",
      type: "symbol",
      source: SOURCE,
      filter: of("disputed"),
      layout: { ...text(theme, font, 14).layout, "text-field": "?", "symbol-placement": "line", "symbol-spacing": 90, "text-keep-upright": true, "text-allow-overlap": true },
      paint: { "text-color": theme.ink, ...text(theme, font).paint },
    },
    ...(["left", "right"] as const).map((side) => ({
      id: `lines-${side}`,
      type: "symbol" as const,
      source: SOURCE,
      filter: all(isDeclaration, isLine, ["has", side]),
      layout: {
        ...text(theme, font).layout,
        "text-field": ["get", side] as ["get", string],
        "symbol-placement": "line" as const,
        "symbol-spacing": 260,
        // The offset turns with the line; the label must not turn over with it.
        "text-keep-upright": false,
        "text-offset": [0, side === "left" ? -1.1 : 1.1] as [number, number],
      },
      paint: { "text-color": theme.ink2, ...text(theme, font).paint },
    })),
  ],
};
