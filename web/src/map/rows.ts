/**
 * What the room's map is given (`/room/map`): rows as the desk joins them, read only as far as somebody looks. A shape is
 * as it was stated, and becomes an outline here when it is drawn.
 */
import type { Feature, FeatureCollection, Geometry, Position } from "geojson";
import type { Facts, Given } from "./facts";

type Shape =
  | readonly ["c", readonly number[], number]
  | readonly ["p", readonly number[]]
  | readonly ["l", readonly (readonly number[])[], number]
  | readonly ["a" | "x", readonly (readonly (readonly number[])[])[]];
type Part = readonly [start: number | null, end: number | null, doubt: number, status: string | 0, number: number, coarse: 0 | 1, shape: Shape];
export type Row = readonly [
  subject: string,
  of: string,
  level: string,
  kind: string | null,
  medium: string,
  title: string,
  flags: number,
  sides: 0 | readonly [readonly string[], readonly string[]],
  parts: readonly Part[],
  stale: 0 | 1,
];
export interface Rows {
  readonly thalweg: { readonly known: string; readonly left_out: number };
  readonly rows: readonly Row[];
  readonly features: Given["features"];
}

export const isRows = (given: Given | Rows): given is Rows => "rows" in given;

const [OWN, HYPOTHETICAL, LATE, RUMOURED] = [1, 2, 4, 8];
const MILLIONTH = 1e-6;
const METRES_PER_DEGREE = 111_319.5;
const CORNERS = 96; // as the desk draws a circle

/** The facts of one part, each read when it is asked for. */
class RowFacts implements Facts {
  readonly record = "declaration";
  readonly #row: Row;
  readonly #part: Part;

  constructor(row: Row, part: Part) {
    this.#row = row;
    this.#part = part;
  }

  get subject(): string {
    return this.#row[0];
  }
  get of(): string {
    return this.#row[1];
  }
  get level(): string {
    return this.#row[2];
  }
  get kind(): string | null {
    return this.#row[3];
  }
  get medium(): string {
    return this.#row[4];
  }
  get title(): string {
    return this.#row[5];
  }
  get own(): boolean {
    return (this.#row[6] & OWN!) !== 0;
  }
  get hypothetical(): boolean {
    return (this.#row[6] & HYPOTHETICAL!) !== 0;
  }
  get late(): boolean {
    return (this.#row[6] & LATE!) !== 0;
  }
  get standing(): string {
    return this.#row[6] & RUMOURED! ? "rumoured" : "declared";
  }
  get sides(): readonly [readonly string[], readonly string[]] | undefined {
    return this.#row[7] || undefined;
  }
  get marks(): readonly string[] {
    return this.#row[9] ? ["stale"] : [];
  }
  get start_s(): number | null {
    return this.#part[0];
  }
  get end_s(): number | null {
    return this.#part[1];
  }
  get start(): string | null {
    return instant(this.#part[0]);
  }
  get end(): string | null {
    return instant(this.#part[1]);
  }
  get uncertainty_m(): number {
    return this.#part[2];
  }
  get line_status(): string | null {
    return this.#part[3] || null;
  }
}

/** One part as a feature; its outline is made when it is asked for. */
export class RowFeature implements Feature<Geometry, Facts> {
  readonly type = "Feature";
  readonly properties: Facts;
  readonly #part: Part;

  constructor(row: Row, part: Part) {
    this.properties = new RowFacts(row, part);
    this.#part = part;
  }

  get number(): number {
    return this.#part[4];
  }
  /** whether the desk has a finer outline of it */
  get coarse(): boolean {
    return this.#part[5] === 1;
  }
  /** where it begins, or its middle */
  get at(): Position {
    const flat = firstOf(this.#part[6]);
    return [flat[0]! * MILLIONTH, flat[1]! * MILLIONTH];
  }
  /** how far a corridor reaches to either side, in metres */
  get half_m(): number {
    return this.#part[6][0] === "l" ? this.#part[6][2] : 0;
  }
  /** west, south, east, north in degrees, a little wide */
  get box(): [number, number, number, number] {
    const shape = this.#part[6];
    const box: [number, number, number, number] = [180, 90, -180, -90];
    const take = (flat: readonly number[]): void => {
      let [x, y] = [0, 0];
      for (let i = 0; i < flat.length; i += 2) {
        x += flat[i]!;
        y += flat[i + 1]!;
        box[0] = Math.min(box[0], x * MILLIONTH);
        box[1] = Math.min(box[1], y * MILLIONTH);
        box[2] = Math.max(box[2], x * MILLIONTH);
        box[3] = Math.max(box[3], y * MILLIONTH);
      }
    };
    if (shape[0] === "c" || shape[0] === "p") take(shape[1]);
    else if (shape[0] === "l") shape[1].forEach(take);
    else for (const rings of shape[1]) take(rings[0] ?? []);
    const wider = ((shape[0] === "c" || shape[0] === "l" ? shape[2] : 0) / METRES_PER_DEGREE) * 1.01;
    const along = wider / Math.cos((Math.min(85, Math.max(Math.abs(box[1]), Math.abs(box[3]))) * Math.PI) / 180);
    return [box[0] - along, box[1] - wider, box[2] + along, box[3] + wider];
  }
  get geometry(): Geometry {
    return outline(this.#part[6], CORNERS);
  }
  /** the outline for a far view */
  get far(): Geometry {
    return outline(this.#part[6], 16);
  }
}

export function read(rows: Rows): Given {
  const features: Feature<Geometry, Facts>[] = [];
  for (const row of rows.rows) for (const part of row[8]) features.push(new RowFeature(row, part));
  return { type: "FeatureCollection", features: features.concat(rows.features) } satisfies FeatureCollection<Geometry, Facts>;
}

function instant(epoch_s: number | null): string | null {
  return epoch_s === null ? null : new Date(epoch_s * 1000).toISOString().replace(".000Z", "Z");
}

function firstOf(shape: Shape): readonly number[] {
  let found: unknown = shape[1];
  while (Array.isArray(found) && Array.isArray(found[0])) found = found[0];
  return found as readonly number[];
}

function line(flat: readonly number[]): Position[] {
  const found: Position[] = [];
  let [x, y] = [0, 0];
  for (let i = 0; i < flat.length; i += 2) found.push([(x += flat[i]!) * MILLIONTH, (y += flat[i + 1]!) * MILLIONTH]);
  return found;
}

function outline(shape: Shape, corners: number): Geometry {
  switch (shape[0]) {
    case "p":
      return { type: "Point", coordinates: line(shape[1])[0]! };
    case "c":
      return { type: "Polygon", coordinates: [circleAround(line(shape[1])[0]!, shape[2], corners)] };
    case "l":
      return shape[1].length === 1 ? { type: "LineString", coordinates: line(shape[1][0]!) } : { type: "MultiLineString", coordinates: shape[1].map(line) };
    default: {
      const polygons = shape[1].map((rings) => rings.map(line));
      return polygons.length === 1 ? { type: "Polygon", coordinates: polygons[0]! } : { type: "MultiPolygon", coordinates: polygons };
    }
  }
}

const [A, E2] = [6_378_137, 0.00669437999014];

/**
 * The polygon around a circle on the ground: on the sphere, stretched by how the ellipsoid is curved there to the north
 * and to the east. Within a metre of the geodesic circle up to 20 km, within three up to 50.
 */
export function circleAround(centre: Position, radius_m: number, corners: number): Position[] {
  const [lon, lat] = [centre[0]!, (centre[1]! * Math.PI) / 180];
  const bent = 1 - E2 * Math.sin(lat) ** 2;
  const [north, east] = [(A * (1 - E2)) / bent ** 1.5, A / Math.sqrt(bent)];
  const middle = Math.sqrt(north * east);
  const angle = radius_m / Math.cos(Math.PI / corners) / middle;
  return Array.from({ length: corners + 1 }, (_, i) => {
    const bearing = ((i % corners) * 2 * Math.PI) / corners;
    const y = Math.asin(Math.sin(lat) * Math.cos(angle) + Math.cos(lat) * Math.sin(angle) * Math.cos(bearing));
    const x = Math.atan2(Math.sin(bearing) * Math.sin(angle) * Math.cos(lat), Math.cos(angle) - Math.sin(lat) * Math.sin(y));
    return [lon + ((x * 180) / Math.PI) * (middle / east), ((lat + (y - lat) * (middle / north)) * 180) / Math.PI];
  });
}
