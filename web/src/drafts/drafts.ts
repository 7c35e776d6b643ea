/**
 * A form with `data-draft="name"` is kept while it is filled in, and given back when its page is opened again. The desk knows
 * nothing of a draft. Passwords, codes and the hidden fields of the page are never kept.
 */
import { zuluThen } from "../core/clock";
import { make } from "../core/dom";
import { PLACED } from "../core/island";
import type { Safe } from "../core/safe";
import { type Words, word } from "../core/words";

const LASTS_MS = 24 * 3_600_000;
const PAUSE_MS = 600;

interface Draft {
  readonly at: number;
  readonly fields: readonly (readonly [string, string])[];
}

export function drafts(safe: Safe, words: Words): void {
  const held = new WeakSet<HTMLFormElement>();
  const look = (): void => {
    for (const form of document.querySelectorAll<HTMLFormElement>("form[data-draft]")) {
      if (held.has(form)) continue;
      held.add(form);
      void keep(form, safe, words);
    }
  };
  document.addEventListener(PLACED, look);
  look();
}

async function keep(form: HTMLFormElement, safe: Safe, words: Words): Promise<void> {
  const name = `draft ${form.dataset["draft"] ?? ""}`;
  const told = make("p", { class: "note draft", role: "status" });
  form.prepend(told);
  const draft = await safe.get<Draft>(name);
  if (draft && !filled(form) && !holds(form, draft)) offer(form, draft, told, words, () => void safe.remove(name));

  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => {
      const fields = fieldsOf(form);
      void safe.put(name, { at: Date.now(), fields } satisfies Draft, LASTS_MS).then(() => {
        told.textContent = word(words, "draft.kept", { time: zuluThen(Date.now()) });
      });
    }, PAUSE_MS);
  });
  form.addEventListener("submit", () => clearTimeout(waiting));
  form.addEventListener(SENT, () => void safe.remove(name));
}

/** Fired on a form when the desk has what was in it. */
export const SENT = "thalweg:sent";

export function fieldsOf(form: HTMLFormElement): [string, string][] {
  const found: [string, string][] = [];
  for (const each of form.elements) {
    if (!(each instanceof HTMLInputElement || each instanceof HTMLTextAreaElement || each instanceof HTMLSelectElement)) continue;
    if (!each.name || ["hidden", "password", "submit", "file"].includes(each.type) || each.autocomplete === "one-time-code") continue;
    if (each instanceof HTMLInputElement && ["checkbox", "radio"].includes(each.type) && !each.checked) continue;
    found.push([each.name, each.value]);
  }
  return found;
}

function filled(form: HTMLFormElement): boolean {
  return [...form.elements].some(
    (each) => (each instanceof HTMLInputElement || each instanceof HTMLTextAreaElement) && each.type !== "hidden" && !["checkbox", "radio"].includes(each.type) && each.value !== each.defaultValue,
  );
}

/** Whether everything of the draft stands in the form already: the desk has read it back. */
function holds(form: HTMLFormElement, draft: Draft): boolean {
  const there = new Set(fieldsOf(form).map(([name, value]) => `${name}=${value}`));
  return draft.fields.every(([name, value]) => value === "" || there.has(`${name}=${value}`));
}

function offer(form: HTMLFormElement, draft: Draft, told: HTMLElement, words: Words, forget: () => void): void {
  const back = make("button", { type: "button" }, word(words, "draft.back"));
  const drop = make("button", { type: "button" }, word(words, "draft.drop"));
  told.replaceChildren(word(words, "draft.found", { time: zuluThen(draft.at), n: Math.round((Date.now() - draft.at) / 60_000) }), " ", back, " ", drop);
  back.addEventListener("click", () => {
    fillIn(form, draft.fields);
    told.textContent = word(words, "draft.kept", { time: zuluThen(draft.at) });
    form.dispatchEvent(new Event("change", { bubbles: true }));
  });
  drop.addEventListener("click", () => {
    forget();
    told.textContent = "";
  });
}

export function fillIn(form: HTMLFormElement, fields: readonly (readonly [string, string])[]): void {
  const values = new Map<string, string[]>();
  for (const [name, value] of fields) values.set(name, [...(values.get(name) ?? []), value]);
  for (const each of form.elements) {
    if (!(each instanceof HTMLInputElement || each instanceof HTMLTextAreaElement || each instanceof HTMLSelectElement)) continue;
    const held = values.get(each.name);
    if (each instanceof HTMLInputElement && ["checkbox", "radio"].includes(each.type)) {
      if (held) each.checked = held.includes(each.value);
    } else if (held?.length && each.type !== "hidden") each.value = held.shift()!;
  }
}
