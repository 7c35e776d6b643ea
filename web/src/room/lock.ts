/**
 * Nothing of a session that ended stays: what this browser had kept is gone, and so is what the screen showed, before
 * anything else is tried. It ends by a word of the desk (signed out from elsewhere, rights taken), or by "sign out" here,
 * which does so at once with no line, too, and tells the desk as soon as there is one.
 */
import { make } from "../core/dom";
import { wipe } from "../core/safe";
import { type Words, word } from "../core/words";

const AGAIN_MS = 5000;

/** Wipes and leaves for `path`. */
export async function lock(path: string): Promise<void> {
  blank();
  await wipe();
  location.replace(path);
}

/** What "sign out" does. */
export function locking(words: Words): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || new URL(form.action).pathname !== "/sign-out") return;
    event.preventDefault();
    const body = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    void end(form.action, body, words);
  });
}

async function end(action: string, body: URLSearchParams, words: Words): Promise<void> {
  blank(make("main", {}, make("h1", {}, word(words, "lock.title")), make("p", { role: "status" }, word(words, "lock.waits"))));
  await wipe();
  for (;;) {
    try {
      const answer = await fetch(action, { method: "POST", body, redirect: "manual", cache: "no-store" });
      if (answer.status < 500 && answer.status !== 429) break;
    } catch {
      // No line. Who takes the machine meanwhile has a blank page; the session is asked to end again and again.
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
  location.replace("/sign-in");
}

function blank(...instead: readonly Node[]): void {
  document.title = "Thalweg";
  document.body.replaceChildren(...instead);
}
