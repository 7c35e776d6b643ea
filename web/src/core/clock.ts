/**
 * The desk's clock, not this machine's: deadlines are the desk's, and a replay runs in another year. The strip of every
 * page says what it was when the page was written, `<b data-clock="1505521818000">`; how long the page took to come is
 * taken off.
 */
let ahead = 0;
if (typeof document !== "undefined") setFrom(document.querySelector<HTMLElement>("[data-clock]")?.dataset["clock"]);

function setFrom(written: string | undefined): void {
  const then = Number(written);
  if (!written || !Number.isFinite(then)) return;
  const entries = performance.getEntriesByType?.("navigation") ?? [];
  const first = (entries[0] as PerformanceNavigationTiming | undefined)?.responseStart ?? 0;
  ahead = then - (performance.timeOrigin + first);
}

export function deskNow(): number {
  return Date.now() + ahead;
}

/** The desk said that it is `then` now. */
export function heardTime(then: number): void {
  ahead = then - Date.now();
}

/** 00:30:18Z; without seconds if they are not asked for. */
export function zulu(at: number, seconds = true): string {
  return `${new Date(at).toISOString().slice(11, seconds ? 19 : 16)}Z`;
}

/** When something happened by this machine's clock, as the desk's clock had it. */
export function zuluThen(at: number): string {
  return zulu(at + ahead);
}

/** 2017-09-16T00:30:18Z, as the desk writes instants in addresses. */
export function iso(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
