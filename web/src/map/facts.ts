/** What the desk gives to draw (`/v1/as-of/map`), and what is added here so that layers need not compute. */
import type { Feature, FeatureCollection, Geometry, Position } from "geojson";

export type Side = "own" | "other" | "relief" | "third";

export interface Party {
  /** two or three letters, in the reader's script or Latin */
  readonly tag: string;
  readonly name: string;
  readonly side: Side;
}

export type Parties = Readonly<Record<string, Party>>;

export interface Facts {
  readonly record: "declaration" | "finding" | "finding_region" | "crossing" | "emergency" | "incident";
  readonly subject?: string;
  readonly version?: string;
  readonly of?: string;
  readonly own?: boolean;
  readonly level?: string;
  readonly kind?: string | null;
  readonly title?: string;
  readonly medium?: string;
  readonly part?: "point" | "path" | "area" | "cells";
  readonly start?: string | null;
  readonly end?: string | null;
  /** the same in seconds since the epoch, where they came so */
  readonly start_s?: number | null;
  readonly end_s?: number | null;
  readonly uncertainty_m?: number | null;
  readonly lower_m?: number | null;
  readonly upper_m?: number | null;
  readonly line_status?: string | null;
  readonly sides?: readonly [readonly string[], readonly string[]] | undefined;
  readonly standing?: string;
  readonly hypothetical?: boolean;
  readonly marks?: readonly string[];
  readonly late?: boolean;
  readonly finding?: string;
  readonly severity?: string;
  readonly sentence?: string;
  readonly first?: string;
  readonly last?: string;
  readonly line?: string;
  readonly at?: string;
  readonly id?: string;
  readonly by?: string;
  readonly open?: boolean | null;
  readonly radius_m?: number | null;
  readonly notice?: string;
}

export type Given = FeatureCollection<Geometry, Facts>;

/** As it is drawn, and no more than that: thousands of them go to the worker. `key` is what is selected. */
export interface Drawn {
  readonly record: Facts["record"];
  readonly key: string;
  readonly ink: "p0" | "p1" | "p2" | "p3" | "pr";
  readonly shape: string;
  readonly hatch: string;
  readonly label: string;
  /** the width in pixels at zoom 0 of what lies within the uncertainty either way */
  readonly doubt_px0: number;
  readonly kind?: string;
  readonly standing?: string;
  readonly hypothetical?: boolean;
  readonly line_status?: string;
  readonly open?: boolean;
  readonly severity?: string;
  /** who is on that side of a line */
  readonly left?: string;
  readonly right?: string;
}

const INKS: Readonly<Record<Side, Drawn["ink"]>> = { own: "p1", other: "p2", relief: "p3", third: "p0" };
const EARTH_M = 40_075_016.686;
const TILE_PX = 512;

export function keyOf(facts: Facts): string {
  return facts.finding ?? facts.id ?? facts.subject ?? facts.notice ?? "";
}

/** A feature as it is drawn, with an outline that may be another than its own. */
export type Dress = (feature: Feature<Geometry, Facts>, geometry: Geometry) => Feature<Geometry, Drawn>;

export function dresser(parties: Parties, said: (facts: Facts, tag: string) => string): Dress {
  return (feature, geometry) => drawnOne(feature.properties, geometry, parties, said);
}

export function drawn(given: Given, parties: Parties, said: (facts: Facts, tag: string) => string): FeatureCollection<Geometry, Drawn> {
  const dress = dresser(parties, said);
  return { type: "FeatureCollection", features: given.features.map((each) => dress(each, each.geometry)) };
}

/** The colour of whose it is. */
export function inkOf(facts: Facts, parties: Parties): Drawn["ink"] {
  return facts.standing === "rumoured" ? "pr" : INKS[partyOf(facts, parties).side];
}

function drawnOne(facts: Facts, geometry: Geometry, parties: Parties, said: (facts: Facts, tag: string) => string): Feature<Geometry, Drawn> {
  const party = partyOf(facts, parties);
  const doubt = Math.max(facts.uncertainty_m ?? 0, facts.radius_m ?? 0);
  const first = doubt > 0 ? firstPosition(geometry) : null;
  const properties: Drawn = {
    record: facts.record,
    key: keyOf(facts),
    ink: inkOf(facts, parties),
    shape: shapeOf(facts),
    hatch: hatchOf(facts, party.side),
    label: said(facts, party.tag),
    doubt_px0: first ? (2 * doubt * TILE_PX) / around(first[1]!) : 0,
    ...(facts.kind ? { kind: facts.kind } : {}),
    ...(facts.standing === "rumoured" ? { standing: "rumoured" } : {}),
    ...(facts.hypothetical ? { hypothetical: true } : {}),
    ...(facts.line_status ? { line_status: facts.line_status } : {}),
    ...(facts.open ? { open: true } : {}),
    ...(facts.severity ? { severity: facts.severity } : {}),
    ...sidesOf(facts, parties),
  };
  return { type: "Feature", geometry, properties };
}

/** How far the points among them may be off: soft areas, one over the other so that they fade outward, and an edge. */
export function doubts(points: readonly Feature<Geometry, Drawn>[]): FeatureCollection<Geometry, Pick<Drawn, "record" | "ink" | "shape">> {
  const features = points.flatMap(({ geometry, properties }) => {
    if (geometry.type !== "Point" || !properties.doubt_px0) return [];
    const { record, ink, doubt_px0 } = properties;
    const doubt = (doubt_px0 * around(geometry.coordinates[1]!)) / (2 * TILE_PX);
    const soft: Geometry = { type: "MultiPolygon", coordinates: [1, 0.67, 0.33].map((share) => [circle(geometry.coordinates, doubt * share)]) };
    const edge: Geometry = { type: "LineString", coordinates: circle(geometry.coordinates, doubt) };
    const made = (shape: string, of: Geometry) => ({ type: "Feature" as const, geometry: of, properties: { record, ink, shape } });
    return ink === "pr" ? [made("ring", edge)] : [made("soft", soft), made("ring", edge)];
  });
  return { type: "FeatureCollection", features };
}

/** The length in metres of the parallel at a latitude. */
function around(lat: number): number {
  return EARTH_M * Math.cos((lat * Math.PI) / 180);
}

export function partyOf(facts: Facts, parties: Parties): Party {
  const id = facts.of ?? facts.by ?? "";
  return parties[id] ?? { tag: id.slice(0, 2).toUpperCase(), name: id, side: facts.own ? "own" : "third" };
}

function sidesOf(facts: Facts, parties: Parties): { left?: string; right?: string } {
  if (!facts.sides) return {};
  const [left, right] = facts.sides.map((side) => side.map((id) => parties[id]?.tag ?? id).join(", "));
  return { ...(left ? { left } : {}), ...(right ? { right } : {}) };
}

/** Which sign and which hatch stand for it: by kind, never by colour alone. */
function shapeOf(facts: Facts): string {
  if (facts.record !== "declaration") return facts.record === "finding" ? `finding-${facts.severity ?? "information"}` : facts.record;
  if (facts.standing === "rumoured") return "rumour";
  if (facts.kind === "line") return `line-${facts.line_status ?? "disputed"}`;
  return facts.kind ?? "unstated";
}

function hatchOf(facts: Facts, side: Side): string {
  if (facts.record !== "declaration" || facts.standing === "rumoured") return "";
  if (facts.level === "exists" || facts.level === "coarse" || !facts.kind) return "any";
  if (facts.kind === "restricted_zone") return "zone";
  if (facts.kind === "negative") return "none";
  if (facts.kind === "static_site") return "site";
  if (facts.medium === "air") return side === "other" ? "air-r" : "air-l";
  return facts.medium === "ground" ? "ground" : "any";
}

export function firstPosition(geometry: Geometry): Position | null {
  if (geometry.type === "GeometryCollection") return geometry.geometries[0] ? firstPosition(geometry.geometries[0]) : null;
  let found: unknown = geometry.coordinates;
  while (Array.isArray(found) && Array.isArray(found[0])) found = found[0];
  return Array.isArray(found) && typeof found[0] === "number" ? (found as Position) : null;
}

/** The corners of a circle of a radius in metres, on a sphere: for the eye. */
export function circle(centre: Position, radius_m: number, corners = 48): Position[] {
  const [lon, lat] = [(centre[0]! * Math.PI) / 180, (centre[1]! * Math.PI) / 180];
  const angle = (2 * Math.PI * radius_m) / EARTH_M;
  return Array.from({ length: corners + 1 }, (_, i) => {
    const bearing = ((i % corners) * 2 * Math.PI) / corners;
    const y = Math.asin(Math.sin(lat) * Math.cos(angle) + Math.cos(lat) * Math.sin(angle) * Math.cos(bearing));
    const x = lon + Math.atan2(Math.sin(bearing) * Math.sin(angle) * Math.cos(lat), Math.cos(angle) - Math.sin(lat) * Math.sin(y));
    return [(x * 180) / Math.PI, (y * 180) / Math.PI];
  });
}

export function bounds(given: FeatureCollection): [number, number, number, number] | null {
  const box: [number, number, number, number] = [180, 90, -180, -90];
  const take = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    if (typeof part[0] === "number") {
      const [x, y] = part as [number, number];
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    } else part.forEach(take);
  };
  for (const { geometry } of given.features) if (geometry && "coordinates" in geometry) take(geometry.coordinates);
  return box[0] <= box[2] ? box : null;
}
