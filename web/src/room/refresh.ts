/**
 * Parts of a page are put in place anew, as the server renders them: the page is asked for again, and every element with
 * `data-live="name"` gets the content of the one of that name. The focus stays where it was, and in sight where it was in
 * sight; what had been scrolled stays scrolled; what somebody is typing in is left alone until they have done.
 */
import { heardTime } from "../core/clock";
import { takesText } from "../core/dom";
import { place } from "../core/island";

let under = false;
let again = false;
let chosen = new URLSearchParams(location.search).get("on");

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
  const before = chosen;
  chosen = new URLSearchParams(location.search).get("on");
  for (const element of document.querySelectorAll<HTMLElement>("[data-live]")) {
    const name = element.dataset["live"] ?? "";
    const source = fresh.querySelector(`[data-live="${CSS.escape(name)}"]`);
    if (!source) continue;
    const focused = element.contains(document.activeElement) ? document.activeElement : null;
    if (focused && takesText(focused)) continue;
    const back = focused ? address(focused, element) : "";
    const seen = focused !== null && inSight(focused, element);
    const scrolled = scrolledIn(element);
    for (const each of source.querySelectorAll("script:not([type='application/json'])")) each.remove();
    place(element, [...source.childNodes].map((node) => document.importNode(node, true)));
    // The card of something else is read from its beginning.
    const other = name === "card" && chosen !== before;
    for (const [path, top, left] of scrolled) at(element, path)?.scrollTo(left, other ? 0 : top);
    const found = back ? element.querySelector<HTMLElement>(back) : null;
    found?.focus({ preventScroll: true });
    // What came anew above it may have pushed it out; who had scrolled away from it is left where they read.
    if (seen) found?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

/** What is scrolled in `element`, itself among it: the way down to each by the number of the child, and how far. */
function scrolledIn(element: Element): [path: number[], top: number, left: number][] {
  return [element, ...element.querySelectorAll("*")]
    .filter((each) => each.scrollTop !== 0 || each.scrollLeft !== 0)
    .map((each) => [way(each, element), each.scrollTop, each.scrollLeft]);
}

function way(to: Element, from: Element): number[] {
  const path: number[] = [];
  for (let each = to; each !== from && each.parentElement; each = each.parentElement)
    path.unshift([...each.parentElement.children].indexOf(each));
  return path;
}

function at(element: Element, path: readonly number[]): Element | undefined {
  return path.reduce<Element | undefined>((within, index) => within?.children[index], element);
}

/** Whether a part of it can be seen, of the window and of the live part that it is in. */
function inSight(each: Element, within: Element): boolean {
  const [box, around] = [each.getBoundingClientRect(), within.getBoundingClientRect()];
  return box.bottom > Math.max(0, around.top) && box.top < Math.min(innerHeight, around.bottom);
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
