/**
 * A form that the server checks while it is filled in: what was typed comes back echoed, with its place, flags and what it
 * would meet. It is the form's own second button (`<button data-check …>`) that is pressed here after each change: the answer
 * is the whole page, of which the parts with `data-live` are taken, so that it says what it would say without a script.
 */
import { island } from "../core/island";
import { exchange, unpressed } from "../room/refresh";

const PAUSE_MS = 500;
/** Fired on the form after a check came back. */
export const CHECKED = "thalweg:checked";

island("check", (element) => {
  if (!(element instanceof HTMLFormElement)) return undefined;
  const button = element.querySelector<HTMLButtonElement>("button[data-check]");
  if (!button) return undefined;
  let waiting = 0;
  let asked = 0;

  const check = async (): Promise<void> => {
    const mine = (asked += 1);
    const fields = new FormData(element);
    fields.set(button.name, button.value);
    const body = new URLSearchParams([...fields].map(([name, value]) => [name, String(value)]));
    try {
      const answer = await fetch(button.formAction || element.action, { method: "POST", body, cache: "no-store", redirect: "manual" });
      const type = answer.headers.get("content-type") ?? "";
      if (!type.startsWith("text/html")) return; // it is no page of ours
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      await unpressed();
      if (mine !== asked) return; // something newer was typed
      exchange(fresh, element);
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
  element.addEventListener("input", soon);
  element.addEventListener("change", soon);
  return () => {
    clearTimeout(waiting);
    element.removeEventListener("input", soon);
    element.removeEventListener("change", soon);
  };
});
