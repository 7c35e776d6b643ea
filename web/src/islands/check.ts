/**
 * A form that the server checks while it is filled in: what was typed comes back echoed, with its place, flags and what it
 * would meet. It is the form's own second button (`<button data-check …>`) that is pressed here after each change, and after a
 * notice, since that may be of what it would meet now: the answer is the whole page, of which the parts with `data-live` are
 * taken, so that it says what it would say without a script. An answer to what is no longer asked is none: something newer was
 * typed, the form was sent or is gone.
 */
import { island } from "../core/island";
import { BACK, NOTICE } from "../room/live";
import { exchange, owed, patience, pause, turn, unpressed } from "../room/refresh";

const PAUSE_MS = 500;
const NOTICED_MS = 2000; // several notices at once are one check
/** Fired on the form after a check came back. */
export const CHECKED = "thalweg:checked";

island("check", (element) => {
  if (!(element instanceof HTMLFormElement)) return undefined;
  const button = element.querySelector<HTMLButtonElement>("button[data-check]");
  if (!button) return undefined;
  const answered = `[data-answers="${CSS.escape(element.id)}"]`;
  let waiting = 0;
  let noticed = 0;
  let typed = false; // what is typed is checked; nothing was yet, or it was sent
  let since = 0; // when what stands on the page was no longer the answer to what is typed
  let misses = 0;
  let asking: AbortController | undefined;
  let more = false;

  const drop = (): void => {
    clearTimeout(waiting);
    asking?.abort();
    asking = undefined;
    more = false;
  };
  const had = (): void => {
    since = 0;
    misses = 0;
    owed("check", 0);
  };
  const later = (): void => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => void check(), pause(misses));
    misses += 1;
  };

  const check = async (): Promise<void> => {
    // What is being signed is what was shown: its answer would stand beside it as if it had been signed.
    if (document.querySelector(`${answered} form[aria-busy="true"]`)) return later();
    drop();
    const mine = new AbortController();
    asking = mine;
    typed = true;
    since ||= Date.now();
    owed("check", since);
    const asked = turn();
    const fields = new FormData(element);
    fields.set(button.name, button.value);
    const body = new URLSearchParams([...fields].map(([name, value]) => [name, String(value)]));
    const late = window.setTimeout(() => mine.abort(), patience(misses));
    try {
      const init: RequestInit = { method: "POST", body, cache: "no-store", redirect: "manual", signal: mine.signal };
      const answer = await fetch(button.formAction || element.action, init);
      const type = answer.headers.get("content-type") ?? "";
      const fresh = type.startsWith("text/html") ? new DOMParser().parseFromString(await answer.text(), "text/html") : undefined;
      await unpressed();
      if (asking !== mine) return;
      if (fresh?.querySelector(answered)) {
        had();
        exchange(fresh, element, asked);
        element.dispatchEvent(new CustomEvent(CHECKED));
      } else if (answer.type !== "opaqueredirect") later(); // it is no page of ours, or one that says to come later
    } catch {
      if (asking === mine) later(); // without a line what was typed stays, and the page says since when it is not checked
    } finally {
      clearTimeout(late);
      if (asking === mine) {
        asking = undefined;
        if (more) anew();
        more = false;
      }
    }
  };
  const soon = (event: Event): void => {
    const field = event.target as HTMLInputElement | null;
    if (!field || (event.type === "input" && field.dataset["check"] === undefined)) return;
    drop();
    misses = 0;
    since ||= Date.now();
    owed("check", since);
    waiting = window.setTimeout(() => void check(), event.type === "change" ? 0 : PAUSE_MS);
  };
  const anew = (): void => {
    if (!typed || noticed) return;
    noticed = window.setTimeout(() => {
      noticed = 0;
      if (asking) more = true; // notices that come faster than answers keep none from coming
      else if (typed) void check();
    }, NOTICED_MS);
  };
  const back = (): void => {
    if (typed && since && !asking) void check();
  };
  const sent = (event: Event): void => {
    const form = event.target as Element | null;
    if (form !== element && !form?.closest(answered)) return;
    drop();
    if (event.defaultPrevented) {
      if (since) later(); // it is signed here, and that can be given up
      return;
    }
    typed = false;
    had();
  };
  element.addEventListener("input", soon);
  element.addEventListener("change", soon);
  document.addEventListener("submit", sent);
  document.addEventListener(NOTICE, anew);
  document.addEventListener(BACK, back);
  return () => {
    drop();
    clearTimeout(noticed);
    had();
    document.removeEventListener(NOTICE, anew);
    document.removeEventListener(BACK, back);
    document.removeEventListener("submit", sent);
    element.removeEventListener("input", soon);
    element.removeEventListener("change", soon);
  };
});
