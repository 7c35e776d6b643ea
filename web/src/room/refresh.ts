/**
 * Parts of a page are put in place anew, as the server renders them: the page is asked for again, and every element with
 * `data-live="name"` gets the content of the one of that name. The focus stays where it was, and what somebody is typing
 * in is left alone until they have done.
 */
import { heardTime } from "../core/clock";
import { takesText } from "../core/dom";
import { place } from "../core/island";

let under = false;
let again = false;

/** Asks for the page anew; several calls at once are two requests at most. Whether it came. */
export async function refresh(): Promise<boolean> {
  if (under) {
    again = true;
    return true;
  }
  under = true;
  try {
    do {
      again = false;
      const answer = await fetch(location.pathname + location.search, { cache: "no-store", headers: { accept: "text/html" } });
      if (!answer.ok || answer.redirected) return false;
      exchange(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } while (again);
    return true;
  } catch {
    return false;
  } finally {
    under = false;
  }
}

export function exchange(fresh: Document): void {
  const clock = Number(fresh.querySelector<HTMLElement>("[data-clock]")?.dataset["clock"]);
  if (clock) heardTime(clock);
  document.title = fresh.title;
  for (const element of document.querySelectorAll<HTMLElement>("[data-live]")) {
    const name = element.dataset["live"] ?? "";
    const source = fresh.querySelector(`[data-live="${CSS.escape(name)}"]`);
    if (!source) continue;
    const focused = element.contains(document.activeElement) ? document.activeElement : null;
    if (focused && takesText(focused)) continue;
    const back = focused ? address(focused, element) : "";
    for (const each of source.querySelectorAll("script:not([type='application/json'])")) each.remove();
    place(element, [...source.childNodes].map((node) => document.importNode(node, true)));
    if (back) element.querySelector<HTMLElement>(back)?.focus({ preventScroll: true });
  }
}

/** A selector by which the same thing is found again after its surroundings were rendered anew. */
function address(element: Element, within: Element): string {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const parts: string[] = [];
  for (let each: Element | null = element; each && each !== within; each = each.parentElement) {
    if (each.id) {
      parts.unshift(`#${CSS.escape(each.id)}`);
      break;
    }
    const marked = ["href", "name", "value", "action", "data-item"].filter((name) => each?.hasAttribute(name));
    if (marked.length) {
      const tests = marked.map((name) => `[${name}="${CSS.escape(each?.getAttribute(name) ?? "")}"]`);
      parts.unshift(each.localName + tests.join(""));
    }
  }
  return parts.join(" ");
}
