/**
 * A form that the server checks while it is filled in: what was typed comes back echoed, with its place, flags and what it
 * would meet. It is the form's own second button (`<button data-check …>`) that is pressed here after each change, and after a
 * notice, since that may be of what it would meet now: the answer is the whole page, of which the parts with `data-live` are
 * taken, so that it says what it would say without a script.
 */
import { island } from "../core/island";
import { NOTICE } from "../room/live";
import { exchange, turn, unpressed } from "../room/refresh";

const PAUSE_MS = 500;
const NOTICED_MS = 2000; // several notices at once are one check
/** Fired on the form after a check came back. */
export const CHECKED = "thalweg:checked";

island("check", (element) => {
  if (!(element instanceof HTMLFormElement)) return undefined;
  const button = element.querySelector<HTMLButtonElement>("button[data-check]");
  if (!button) return undefined;
  let waiting = 0;
  let noticed = 0;
  let last = 0; // 0: nothing was checked yet, so nothing was typed

  const check = async (): Promise<void> => {
    const mine = turn();
    last = mine;
    const fields = new FormData(element);
    fields.set(button.name, button.value);
    const body = new URLSearchParams([...fields].map(([name, value]) => [name, String(value)]));
    try {
      const answer = await fetch(button.formAction || element.action, { method: "POST", body, cache: "no-store", redirect: "manual" });
      const type = answer.headers.get("content-type") ?? "";
      if (!type.startsWith("text/html")) return; // it is no page of ours
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      await unpressed();
      if (mine !== last) return; // something newer was typed
      exchange(fresh, element, mine);
      element.dispatchEvent(new CustomEvent(CHECKED));
    } catch {
      // Without a line what was typed stays; the bar says that there is none.
    }
  };
  const soon = (event: Event): void => {
    const field = event.target as HTMLInputElement | null;
    if (!field || (event.type === "input" && field.dataset["check"] === undefined)) return;
    clearTimeout(waiting);
    waiting = window.setTimeout(() => void check(), event.type === "change" ? 0 : PAUSE_MS);
  };
  const anew = (): void => {
    if (!last || noticed) return;
    noticed = window.setTimeout(() => {
      noticed = 0;
      void check();
    }, NOTICED_MS);
  };
  element.addEventListener("input", soon);
  element.addEventListener("change", soon);
  document.addEventListener(NOTICE, anew);
  return () => {
    clearTimeout(waiting);
    clearTimeout(noticed);
    document.removeEventListener(NOTICE, anew);
    element.removeEventListener("input", soon);
    element.removeEventListener("change", soon);
  };
});
