/**
 * An answer given while the line is down stays here, encrypted, with its time, marked as not sent, and goes out when the line
 * is back. The form's own number (`once`) sees to it that it is said once, even if the first try had arrived after all.
 */
import { zuluThen } from "../core/clock";
import { make } from "../core/dom";
import { PLACED } from "../core/island";
import type { Safe } from "../core/safe";
import { type Words, word } from "../core/words";
import { BACK } from "../room/live";
import { refresh } from "../room/refresh";

const LASTS_MS = 12 * 3_600_000; // as long as a session at most: the form's token ends with it
const KEPT = "form.answers, form[data-keep]";

interface Waiting {
  readonly at: number;
  readonly action: string;
  readonly body: string;
  readonly said: string;
}

export function outbox(safe: Safe, words: Words, up: () => boolean): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches(KEPT) || event.defaultPrevented || up()) return;
    event.preventDefault();
    const said = (event.submitter?.querySelector("span") ?? event.submitter)?.textContent?.trim() ?? "";
    const fields = new FormData(form, event.submitter);
    const body = new URLSearchParams([...fields].map(([name, value]) => [name, String(value)])).toString();
    const path = new URL(form.action).pathname;
    const waiting: Waiting = { at: Date.now(), action: path, body, said };
    void safe.put(`out ${String(waiting.at).padStart(16, "0")} ${path}`, waiting, LASTS_MS).then(() => show());
  });

  const show = async (): Promise<void> => {
    for (const each of document.querySelectorAll(".not-sent")) each.remove();
    for (const { value } of await safe.all<Waiting>("out ")) {
      const form = [...document.querySelectorAll<HTMLFormElement>(KEPT)].find((each) => new URL(each.action).pathname === value.action);
      form?.append(make("p", { class: "not-sent flag caution", role: "status" }, make("b", {}, word(words, "outbox.kept", { answer: value.said, time: zuluThen(value.at) }))));
    }
  };

  const send = async (): Promise<void> => {
    const sent: string[] = [];
    for (const { name, value } of await safe.all<Waiting>("out ")) {
      let answer: Response;
      try {
        answer = await fetch(value.action, { method: "POST", body: new URLSearchParams(value.body), redirect: "manual", cache: "no-store" });
      } catch {
        break; // the line is gone again
      }
      if (answer.status === 429 || answer.status >= 500) break;
      await safe.remove(name);
      const key = answer.type === "opaqueredirect" || answer.ok ? "outbox.sent" : "outbox.refused";
      sent.push(word(words, key, { answer: value.said, n: Math.round((Date.now() - value.at) / 60_000) }));
    }
    if (!sent.length) return;
    await refresh();
    await show();
    const told = make("div", { class: "flag information sent", role: "status" }, ...sent.map((text) => make("p", {}, text)));
    document.querySelector("#content")?.prepend(told);
  };
  document.addEventListener(BACK, () => void send());
  document.addEventListener(PLACED, () => void show());
  void show();
  if (up()) void send();
}
