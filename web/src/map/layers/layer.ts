import type { ExpressionSpecification, LayerSpecification } from "maplibre-gl";
import type { Theme } from "../theme";

/** One layer as a person switches it on and off; it may take several of the renderer. */
export interface Layer {
  /** in the words `layer.<name>`, and in the query `without=` */
  readonly name: string;
  /** `far` is the zoom below which only what can be told apart is drawn: with thousands, no labels, hatches and soft edges */
  drawn(theme: Theme, font: readonly string[], far: number): readonly LayerSpecification[];
}

export const SOURCE = "declared";
/** how far points may be off, made here; with thousands only those in view, and near */
export const DOUBTS = "doubts";
export const SELECTED = "selected";

/** The colour of the party that a feature is of. */
export function inked(theme: Theme): ExpressionSpecification {
  return ["match", ["get", "ink"], "p1", theme.p1, "p2", theme.p2, "p3", theme.p3, theme.p0];
}

/** A width in pixels that follows the ground: `doubt_px0` is what it is at zoom 0. */
export function onGround(share = 1): ExpressionSpecification {
  const at = (zoom: number): ExpressionSpecification => ["min", 4000, ["*", ["get", "doubt_px0"], share * 2 ** zoom]];
  return ["interpolate", ["exponential", 2], ["zoom"], 0, at(0), 18, at(18)];
}

export function all(...parts: readonly ExpressionSpecification[]): ExpressionSpecification {
  return ["all", ...parts];
}

export function is(name: string, value: string | boolean): ExpressionSpecification {
  return ["==", ["get", name], value];
}

export const isPoint: ExpressionSpecification = ["==", ["geometry-type"], "Point"];
export const isPath: ExpressionSpecification = ["==", ["geometry-type"], "LineString"];
export const isArea: ExpressionSpecification = ["==", ["geometry-type"], "Polygon"];

export function not(part: ExpressionSpecification): ExpressionSpecification {
  return ["!", part];
}

export const isDeclaration: ExpressionSpecification = ["==", ["get", "record"], "declaration"];
export const isLine: ExpressionSpecification = ["==", ["get", "kind"], "line"];
export const notLine: ExpressionSpecification = ["!=", ["get", "kind"], "line"];
export const isRumour: ExpressionSpecification = ["==", ["get", "standing"], "rumoured"];
export const notRumour: ExpressionSpecification = ["!=", ["get", "standing"], "rumoured"];

export function text(theme: Theme, font: readonly string[], size = 12): { layout: object; paint: object } {
  return {
    layout: { "text-font": [...font], "text-size": size, "text-max-width": 14, "text-padding": 4 },
    paint: { "text-halo-color": theme.land, "text-halo-width": 1.6 },
  };
}
