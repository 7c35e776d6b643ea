/**
 * Single keys, for who has not switched them off (`<html data-keys>`). They rest while a field has the focus.
 *
 *     data-item="N-12"     something one moves to with J and K, and answers with 1 to 4
 *     data-key="m"         something that key presses, or follows
 */
import { announce, make, takesText } from "../core/dom";
import { type Words, word } from "../core/words";

/** Fired on `document` with the key, for what has no button: `[` and `]` step *valid at*, `{` and `}` *known at*. */
export const STEP = "thalweg:step";
const YOUNG_MS = 10_000;
const TWICE_MS = 5000;
const SHOWN = {
  move: "J K", open: "Enter", answer: "1 2 3 4", map: "M", table: "T", cursor: "← ↑ ↓ →", layers: "L", now: "N", valid: "[ ]", known: "{ }",
  propose: "P", declare: "D", emergency: "E", find: "/", all: "?",
} as const;

export function keys(words: Words): void {
  if (!document.documentElement.hasAttribute("data-keys")) return;
  const seen = new Seen();
  let asked = { key: "", item: "", at: 0 };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (takesText(document.activeElement) || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    const item = current();
    if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
    else if (/^[1-4]$/.test(key) && item) {
      const name = item.dataset["item"] ?? "";
      const button = item.querySelectorAll<HTMLButtonElement>("form.answers button")[Number(key) - 1];
      if (!button) return;
      const young = performance.timeOrigin + performance.now() - seen.since(name) < YOUNG_MS;
      const repeated = asked.key === key && asked.item === name && event.timeStamp - asked.at < TWICE_MS;
      if (young && !repeated) {
        asked = { key, item: name, at: event.timeStamp };
        announce(word(words, "keys.again", { key, answer: button.textContent.trim() }));
        button.focus();
      } else button.click();
    } else if (["[", "]", "{", "}"].includes(event.key)) {
      document.dispatchEvent(new CustomEvent(STEP, { detail: event.key }));
    } else if (key === "?") help(words);
    else if (!press(key)) return;
    event.preventDefault();
  });
}

/** What stands for this key on the page; D and E lead to their pages from everywhere. */
function press(key: string): boolean {
  const found =
    document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`) ??
    (key === "d" ? document.querySelector<HTMLElement>('a[href="/declare"]') : null) ??
    (key === "e" ? document.querySelector<HTMLElement>('a[href="/emergency"]') : null);
  if (!found) return false;
  if (takesText(found)) found.focus();
  else found.click();
  return true;
}

function items(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-item]")].filter((each) => each.offsetParent !== null);
}

/** The item with the focus in it; else the first, which is the most pressing. */
function current(): HTMLElement | undefined {
  return document.activeElement?.closest<HTMLElement>("[data-item]") ?? items()[0];
}

function move(by: number): void {
  const all = items();
  const here = document.activeElement?.closest<HTMLElement>("[data-item]");
  const next = here ? all.indexOf(here) + by : by > 0 ? 0 : all.length - 1;
  const item = all[Math.max(0, Math.min(all.length - 1, next))];
  const target = item?.querySelector<HTMLElement>("a[href]") ?? item;
  if (!target) return;
  if (target === item) item.tabIndex = -1;
  target.focus();
  item?.scrollIntoView({ block: "nearest" });
}

/** Since when an item stands before whoever sits here: over the pages of this tab. */
class Seen {
  readonly #key = "thalweg-seen";

  constructor() {
    this.#look();
    new MutationObserver(() => this.#look()).observe(document.body, { childList: true, subtree: true });
  }

  since(item: string): number {
    return this.#held()[item] ?? performance.timeOrigin + performance.now();
  }

  #look(): void {
    const held = this.#held();
    const now = performance.timeOrigin + performance.now();
    const there = items().map((each) => each.dataset["item"] ?? "");
    if (there.every((each) => each in held) && Object.keys(held).length === there.length) return;
    if (there.length === 0) return;
    sessionStorage.setItem(this.#key, JSON.stringify(Object.fromEntries(there.map((each) => [each, held[each] ?? now]))));
  }

  #held(): Record<string, number> {
    return JSON.parse(sessionStorage.getItem(this.#key) ?? "{}") as Record<string, number>;
  }
}

function help(words: Words): void {
  const rows = Object.entries(SHOWN).map(([name, strokes]) => {
    const each = strokes.split(" ").flatMap((stroke) => [make("kbd", {}, stroke), " "]);
    return make("li", {}, make("span", { dir: "ltr" }, ...each), make("span", {}, word(words, `key.${name}`)));
  });
  const title = make("h2", { id: "keys-title" }, word(words, "keys.title"));
  const close = make("button", { type: "submit" }, word(words, "keys.close"));
  const box = make("dialog", { class: "keys", "aria-labelledby": "keys-title" }, title, make("ul", {}, ...rows), make("p", {}, word(words, "keys.off")), make("form", { method: "dialog" }, close));
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
}
