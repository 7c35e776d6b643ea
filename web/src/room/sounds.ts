/**
 * One sound for an event, by its severity: emergency three tones, and again each 30 s until it is answered; warning two;
 * caution one; information none. Of several tabs, one sounds.
 */
const TONES: Readonly<Record<string, number>> = { emergency: 3, warning: 2, caution: 1 };
const AGAIN_MS = 30_000;
const KEPT = "thalweg-sounded"; // the number of the newest notice that has sounded; nothing else

let context: AudioContext | undefined;

/** How many tones an event of this severity has. */
export function tones(severity: string): number {
  return TONES[severity] ?? 0;
}

/** Whether a notice of this number has not sounded yet, in this tab or in another; it has from now on. */
export function first(n: number, kept: Pick<Storage, "getItem" | "setItem"> = localStorage): boolean {
  if (Number(kept.getItem(KEPT) ?? 0) >= n) return false;
  kept.setItem(KEPT, String(n));
  return true;
}

export function sound(count: number): void {
  if (count === 0 || silent()) return;
  context ??= new AudioContext();
  const begin = context.currentTime + 0.02;
  for (let i = 0; i < count; i += 1) {
    const at = begin + i * 0.32;
    const tone = context.createOscillator();
    const loudness = context.createGain();
    tone.frequency.value = count === 3 ? 880 : 660;
    loudness.gain.setValueAtTime(0, at);
    loudness.gain.linearRampToValueAtTime(0.35, at + 0.02);
    loudness.gain.setValueAtTime(0.35, at + 0.2);
    loudness.gain.linearRampToValueAtTime(0, at + 0.24);
    tone.connect(loudness).connect(context.destination);
    tone.start(at);
    tone.stop(at + 0.26);
  }
}

/** Browsers are silent until somebody has touched the page: whether that is so now. */
export function silent(): boolean {
  return navigator.userActivation ? !navigator.userActivation.hasBeenActive : context?.state !== "running";
}

/** Sounds again while an emergency waits for an answer. */
export function repeat(open: () => boolean): void {
  setInterval(() => {
    if (open()) sound(tones("emergency"));
  }, AGAIN_MS);
}
