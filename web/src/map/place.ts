/** Where a position is, from what the page was given: the nearest of its towns, how far and in which direction. */
import { distance } from "./words";

export type Town = readonly [name: string, lon: number, lat: number];

/** The words of the messages: `{distance_m} {bearing_deg} of {place}`, `at {place}`, and the sixteen points. */
export interface From {
  readonly off: string;
  readonly at: string;
  readonly compass: readonly string[];
}

export interface Landmarks {
  readonly towns: readonly Town[];
  /** what the ground names, where the reader writes it otherwise: towns by their number, rivers by the source's name */
  readonly names: Readonly<Record<string, string>>;
  readonly from: From;
}

export interface Near {
  readonly name: string;
  readonly metres: number;
  readonly bearing: number;
}

const EARTH_M = 6_371_008.8; // mean radius: within half a percent of the ellipsoid, for what is said to a tenth
const AT_M = 100; // nearer than this a direction is noise, as in the references of the desk
const FAR_M = 300_000; // farther than this no town helps
const rad = (degrees: number): number => (degrees * Math.PI) / 180;

export function nearest(towns: readonly Town[], lon: number, lat: number): Near | null {
  let best: Town | null = null;
  let least = Infinity;
  for (const town of towns) {
    const apart = chord(town, lon, lat);
    if (apart < least) [best, least] = [town, apart];
  }
  if (!best) return null;
  const metres = 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(least)));
  return metres > FAR_M ? null : { name: best[0], metres, bearing: bearing(best, lon, lat) };
}

/** Half the chord, squared (haversine). */
function chord([, west, south]: Town, lon: number, lat: number): number {
  const [across, up] = [Math.sin(rad(lon - west) / 2), Math.sin(rad(lat - south) / 2)];
  return up * up + Math.cos(rad(south)) * Math.cos(rad(lat)) * across * across;
}

/** Of the position as seen from the town, in degrees. */
function bearing([, west, south]: Town, lon: number, lat: number): number {
  const across = rad(lon - west);
  const y = Math.sin(across) * Math.cos(rad(lat));
  const x = Math.cos(rad(south)) * Math.sin(rad(lat)) - Math.sin(rad(south)) * Math.cos(rad(lat)) * Math.cos(across);
  return ((Math.atan2(y, x) * 180) / Math.PI + 360) % 360;
}

export function said({ name, metres, bearing: degrees }: Near, from: From): string {
  const parts: Readonly<Record<string, string>> = {
    place: `\u2068${name}\u2069`,
    distance_m: `\u2068${distance(metres)}\u2069`,
    bearing_deg: from.compass[Math.round(degrees / 22.5) % 16] ?? "",
  };
  return (metres < AT_M ? from.at : from.off).replace(/\{(\w+)\}/g, (whole, key: string) => parts[key] ?? whole);
}
