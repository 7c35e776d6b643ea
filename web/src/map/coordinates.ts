/** A position under the pointer in the reader's form, as fine as a pointer is: to some ten metres. Where a grid ends, at
 * the poles, in degrees, minutes and seconds. */
export function written(lon: number, lat: number, form: string): string {
  const east = ((((lon + 180) % 360) + 360) % 360) - 180;
  if (form === "decimal") return `${Math.abs(lat).toFixed(4)}°${lat < 0 ? "S" : "N"} ${Math.abs(east).toFixed(4)}°${east < 0 ? "W" : "E"}`;
  if (form === "ddm") return `${minutes(lat, 2, "N", "S")} ${minutes(east, 3, "E", "W")}`;
  if ((form === "mgrs" || form === "utm") && lat >= -80 && lat <= 84) return form === "mgrs" ? mgrs(east, lat) : utm(east, lat);
  return `${seconds(lat, 2, "N", "S")} ${seconds(east, 3, "E", "W")}`;
}

function seconds(value: number, digits: number, positive: string, negative: string): string {
  const all = Math.round(Math.abs(value) * 3600);
  const two = (part: number): string => String(part).padStart(2, "0");
  return `${String(Math.floor(all / 3600)).padStart(digits, "0")}°${two(Math.floor(all / 60) % 60)}′${two(all % 60)}″${value < 0 ? negative : positive}`;
}

function minutes(value: number, digits: number, positive: string, negative: string): string {
  const all = Math.round(Math.abs(value) * 6000);
  return `${String(Math.floor(all / 6000)).padStart(digits, "0")}°${((all % 6000) / 100).toFixed(2).padStart(5, "0")}′${value < 0 ? negative : positive}`;
}

function utm(lon: number, lat: number): string {
  const { zone, easting, northing } = grid(lon, lat);
  return `UTM ${zone} ${lat < 0 ? "south" : "north"} ${easting.toFixed(0)} ${northing.toFixed(0)}`;
}

const BANDS = "CDEFGHJKLMNPQRSTUVWX";
const COLUMNS = ["STUVWXYZ", "ABCDEFGH", "JKLMNPQR"];
const ROWS = "ABCDEFGHJKLMNPQRSTUV";

/** The square of ten metres that holds the position. */
function mgrs(lon: number, lat: number): string {
  const { zone, easting, northing } = grid(lon, lat);
  const band = BANDS[Math.min(Math.floor((lat + 80) / 8), 19)]!;
  const column = COLUMNS[zone % 3]![Math.floor(easting / 100_000) - 1]!;
  const row = ROWS[(Math.floor(northing / 100_000) + (zone % 2 ? 0 : 5)) % 20]!;
  const four = (metres: number): string => String(Math.floor((metres % 100_000) / 10)).padStart(4, "0");
  return `${String(zone).padStart(2, "0")}${band} ${column}${row} ${four(easting)} ${four(northing)}`;
}

/** With the exceptions of south-west Norway and Svalbard. */
function zoneOf(lon: number, lat: number): number {
  if (lat >= 56 && lat < 64 && lon >= 3 && lon < 12) return 32;
  if (lat >= 72 && lon >= 0 && lon < 42) return lon < 9 ? 31 : lon < 21 ? 33 : lon < 33 ? 35 : 37;
  return Math.min(Math.floor((lon + 180) / 6) + 1, 60);
}

const A = 6_378_137;
const N = (1 / 298.257223563) / (2 - 1 / 298.257223563); // the third flattening of WGS84
const RECTIFYING = (A / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64);
const ALPHA = [
  N / 2 - (2 / 3) * N ** 2 + (5 / 16) * N ** 3,
  (13 / 48) * N ** 2 - (3 / 5) * N ** 3,
  (61 / 240) * N ** 3,
];
const SCALE = 0.9996;

/** UTM by the first three terms of Krüger's series (Karney 2011, eq. 35): below a millimetre in a zone. */
function grid(lon: number, lat: number): { zone: number; easting: number; northing: number } {
  const zone = zoneOf(lon, lat);
  const [phi, lambda] = [(lat * Math.PI) / 180, ((lon - (6 * zone - 183)) * Math.PI) / 180];
  const twice = (2 * Math.sqrt(N)) / (1 + N); // the eccentricity
  const t = Math.sinh(Math.atanh(Math.sin(phi)) - twice * Math.atanh(twice * Math.sin(phi)));
  const [xi, eta] = [Math.atan2(t, Math.cos(lambda)), Math.asinh(Math.sin(lambda) / Math.hypot(t, Math.cos(lambda)))];
  let [north, east] = [xi, eta];
  for (const [i, alpha] of ALPHA.entries()) {
    const j = 2 * (i + 1);
    north += alpha * Math.sin(j * xi) * Math.cosh(j * eta);
    east += alpha * Math.cos(j * xi) * Math.sinh(j * eta);
  }
  return { zone, easting: 500_000 + SCALE * RECTIFYING * east, northing: (lat < 0 ? 10_000_000 : 0) + SCALE * RECTIFYING * north };
}
