/** What is drawn: corners, and how wide. It is written into the form as anybody could type it, and read from there. */
import type { FeatureCollection, Geometry, Position } from "geojson";
import { circle } from "../map/facts";

export type Shape = "point" | "circle" | "polygon" | "corridor";

export interface Figure {
  readonly shape: Shape;
  readonly corners: readonly Position[];
  /** radius of a circle, or how far a corridor reaches to each side; metres */
  readonly wide_m: number;
}

/** One position a line, `35.32500N 040.11500E`: hemispheres stand by their numbers, so that no order can be mistaken. */
export function write(corners: readonly Position[]): string {
  return corners.map(([lon, lat]) => `${part(lat!, 2, "N", "S")} ${part(lon!, 3, "E", "W")}`).join("\n");
}

function part(value: number, digits: number, positive: string, negative: string): string {
  return Math.abs(value).toFixed(5).padStart(digits + 6, "0") + (value < 0 ? negative : positive);
}

/** What `write` wrote; null for anything else, which the server reads. */
export function read(text: string): Position[] | null {
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  const found = lines.map((line) => /^(\d{2}\.\d{5})([NS]) (\d{3}\.\d{5})([EW])$/.exec(line));
  if (found.some((match) => !match)) return null;
  return found.map((match) => [Number(match![3]) * (match![4] === "W" ? -1 : 1), Number(match![1]) * (match![2] === "S" ? -1 : 1)]);
}

/** How many corners a shape has at most. */
export function most(shape: Shape): number {
  return shape === "point" || shape === "circle" ? 1 : 200;
}

export function drawnOf(figure: Figure): FeatureCollection<Geometry, { part: string }> {
  const { shape, corners, wide_m } = figure;
  const features: { geometry: Geometry; part: string }[] = corners.map((at) => ({ geometry: { type: "Point", coordinates: at }, part: "corner" }));
  const first = corners[0];
  if (shape === "circle" && first && wide_m > 0) features.push({ geometry: { type: "Polygon", coordinates: [circle(first, wide_m)] }, part: "area" });
  if (shape === "polygon" && corners.length > 2) features.push({ geometry: { type: "Polygon", coordinates: [[...corners, first!]] }, part: "area" });
  if ((shape === "corridor" && corners.length > 1) || (shape === "polygon" && corners.length === 2)) {
    features.push({ geometry: { type: "LineString", coordinates: [...corners] }, part: "path" });
  }
  return { type: "FeatureCollection", features: features.map(({ geometry, part: name }) => ({ type: "Feature", geometry, properties: { part: name } })) };
}
