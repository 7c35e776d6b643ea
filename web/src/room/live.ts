/** New notices: the page is put right in place, once, with one sound; islands that draw are told (`thalweg:notice`). */
import { announce, make } from "../core/dom";
import { follow } from "../core/stream";
import { type Words, word } from "../core/words";
import { Line } from "./line";
import { lock } from "./lock";
import { refresh } from "./refresh";
import { first, repeat, silent, sound, tones } from "./sounds";

/** Fired on `document`, with the notice as the interface gives it, after the page shows it. */
export const NOTICE = "thalweg:notice";
/** Fired on `document` when the line is there again after it was not. */
export const BACK = "thalweg:back";

interface Notice {
  readonly id: string;
  readonly n: number;
  readonly severity: string;
  readonly what: string;
}

/** Follows the line; what is returned says whether it is up. */
export function live(words: Words): () => boolean {
  const cell = document.querySelector<HTMLElement>('[data-island="connection"]');
  if (!cell || !document.querySelector("[data-clock]")) return () => true; // nobody has signed in
  const line = new Line(cell, words);
  const begin = Number(cell.dataset["after"]);
  void start(Number.isInteger(begin) && cell.dataset["after"] ? begin : null, line, words);
  repeat(() => document.title.startsWith("!"));
  askForSound(words);
  return () => line.up && navigator.onLine;
}

async function start(after: number | null, line: Line, words: Words): Promise<void> {
  const newest = after ?? (await count());
  let was = true;
  follow("/v1/stream", newest, {
    alive: () => {
      const since = line.since;
      line.alive();
      if (!was) {
        was = true;
        void refresh(since || Date.now()); // what came meanwhile does not stand on the page yet
        document.dispatchEvent(new CustomEvent(BACK));
      }
    },
    heard: (event) => {
      const notice = JSON.parse(event.data) as Notice;
      if (first(event.id)) sound(tones(notice.severity));
      void refresh().then(() => {
        if (tones(notice.severity)) announce(word(words, `new.${notice.severity}`));
        document.dispatchEvent(new CustomEvent(NOTICE, { detail: notice }));
      });
    },
    lost: (out) => {
      was = false;
      if (out) void lock("/sign-in"); // the session was ended, here or from elsewhere: nothing of it stays
      else line.lost();
    },
  });
}

async function count(): Promise<number> {
  const answer = await fetch("/v1/me", { cache: "no-store" });
  return answer.ok ? ((await answer.json()) as { notices: number }).notices : 0;
}

/** A warning that nobody hears is worse than none that is promised: the page says when it is silent. */
function askForSound(words: Words): void {
  if (!silent()) return;
  const button = make("button", { type: "button", class: "sound" }, word(words, "sound.off"));
  document.querySelector(".strip .tools")?.prepend(button);
  const heard = (): void => {
    if (silent()) return;
    button.remove();
    document.removeEventListener("pointerup", heard);
    document.removeEventListener("keydown", heard);
  };
  document.addEventListener("pointerup", heard);
  document.addEventListener("keydown", heard);
}
