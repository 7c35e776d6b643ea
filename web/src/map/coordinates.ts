/** A position under the pointer, in the reader's form where that needs no tables; degrees, minutes and seconds elsewhere. */
export function written(lon: number, lat: number, form: string): string {
  const east = ((((lon + 180) % 360) + 360) % 360) - 180;
  if (form === "decimal") return `${lat.toFixed(4)}, ${east.toFixed(4)}`;
  if (form === "ddm") return `${minutes(lat, 2, "N", "S")} ${minutes(east, 3, "E", "W")}`;
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
