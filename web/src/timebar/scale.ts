/** From instants to places on the bar, and back; milliseconds since the epoch. */
export type Span = "1h" | "7h" | "7d";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How long the bar is, one step of a handle, and how far apart the ticks are. */
export const SPANS: Readonly<Record<Span, { readonly long: number; readonly step: number; readonly tick: number }>> = {
  "1h": { long: HOUR, step: MINUTE, tick: 10 * MINUTE },
  "7h": { long: 7 * HOUR, step: 5 * MINUTE, tick: HOUR },
  "7d": { long: 7 * 24 * HOUR, step: HOUR, tick: 24 * HOUR },
};

export interface Bar {
  readonly from: number;
  readonly until: number;
}

/** The bar around an instant, begun at a tick so that it does not creep. */
export function around(at: number, span: Span): Bar {
  const { long, tick } = SPANS[span];
  const from = Math.floor((at - long / 2) / tick) * tick;
  return { from, until: from + long };
}

export function share(bar: Bar, at: number): number {
  return Math.min(1, Math.max(0, (at - bar.from) / (bar.until - bar.from)));
}

/** The instant at a share of the bar, on a whole step, and never beyond `latest`. */
export function instant(bar: Bar, part: number, step: number, latest = Infinity): number {
  const at = bar.from + Math.min(1, Math.max(0, part)) * (bar.until - bar.from);
  return Math.min(latest, Math.round(at / step) * step);
}

/** Where along the bar a pointer is: from the left, or from the right where the bar is mirrored. */
export function along(x: number, left: number, width: number, mirrored: boolean): number {
  const part = width > 0 ? (x - left) / width : 0;
  return mirrored ? 1 - part : part;
}

/** The tallest is 1. */
export function heights(counts: readonly number[]): number[] {
  const most = Math.max(1, ...counts);
  return counts.map((each) => each / most);
}

export function ticks(bar: Bar, span: Span): number[] {
  const { tick } = SPANS[span];
  const found: number[] = [];
  for (let at = Math.ceil(bar.from / tick) * tick; at <= bar.until; at += tick) found.push(at);
  return found;
}
