/**
 * Parts of a page are put in place anew, as the server renders them: the page is asked for again, and every element with
 * `data-live="name"` gets the content of the one of that name. The focus stays where it was, and in sight where it was in
 * sight; what had been scrolled stays scrolled; what was chosen or filled in and not sent yet stays so. A form that somebody
 * is typing in stays itself, and what is new comes around it: a warning waits for nobody to stop typing. Nothing moves under
 * a finger: whose press began on something lets go of it.
 *
 * A part with `data-answers="id"` is the server's answer to what the form of that id holds. It comes with that answer
 * alone (`check`): the page that is asked for again knows nothing of what was typed.
 */
import { heardTime, zuluThen } from "../core/clock";
import { make, takesText } from "../core/dom";
import { change } from "../core/island";
import { word, wordsOfPage } from "../core/words";

const CLICK_MS = 100; // a click comes after its pointer went up
const HELD_MS = 3000; // a press whose end is never told holds no warning back for longer
const LONG_MS = 20_000; // for an answer; then it is asked for again, and given longer
const LONGEST_MS = 80_000;
const FIRST_MS = 1000;
const RARELY_MS = 30_000;
const REST_MS = 250;
const LONG_REST_MS = 4000; // a warning waits for it
const SAID_MS = 3000;

let chosen = selected(); // of what the card is that stands on the page
let pressed = 0;
const waiting: (() => void)[] = [];

const press = (): void => {
  clearTimeout(pressed);
  pressed = window.setTimeout(free, HELD_MS);
};
const release = (): void => {
  if (!pressed) return;
  clearTimeout(pressed);
  pressed = window.setTimeout(free, CLICK_MS);
};
function free(): void {
  pressed = 0;
  for (const go of waiting.splice(0)) go();
}
addEventListener("pointerdown", press, true);
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, release, true);
addEventListener("blur", release); // of the window: what is let go elsewhere is not told here
addEventListener("keydown", (event) => event.key === " " && !event.repeat && press(), true);
addEventListener("keyup", (event) => event.key === " " && release(), true);

/** Once nothing is pressed, or HELD_MS later: a click is lost where what it began on is gone when it ends. */
export function unpressed(): Promise<void> {
  if (!pressed) return Promise.resolve();
  return new Promise((resolve) => {
    waiting.push(resolve);
    setTimeout(resolve, HELD_MS); // who presses again and again holds nothing back for longer either
  });
}

let turns = 0;
let newest = 0;
const stands = new WeakMap<Element, number>(); // at which turn was asked for what is in a part

/** Pages are asked for in turns: of two, the one that was asked for first may know less, whichever comes first. */
export function turn(): number {
  turns += 1;
  return turns;
}

/** At which turn was asked for what is in `element`; a part can be new with what it stands in. */
function turnOf(element: Element): number {
  let last = 0;
  for (let each: Element | null = element; each; each = each.parentElement) last = Math.max(last, stands.get(each) ?? 0);
  return last;
}

function selected(): string | null {
  return new URLSearchParams(location.search).get("on");
}

/** How long to wait before the try after `tries`, ms: twice as long each time, and of many pages not all at once. */
export function pause(tries: number, first = FIRST_MS, most = RARELY_MS): number {
  return Math.min(most, first * 2 ** tries) * (0.75 + Math.random() / 4);
}

/** How long an answer may take after `tries` that did not come, ms: on a slow line none would ever come in a fixed time. */
export function patience(tries: number): number {
  return Math.min(LONGEST_MS, LONG_MS * (tries + 1));
}

const behind = new Map<string, number>();
let saying = 0;
let bar: HTMLElement | undefined;

/** Since when (this machine's clock) `what` may not be up to date, 0: it is. The page says so if that lasts. */
export function owed(what: string, since: number): void {
  if (since) behind.set(what, since);
  else behind.delete(what);
  say();
}

function say(): void {
  clearTimeout(saying);
  const since = Math.min(...behind.values());
  if (behind.size && Date.now() - since < SAID_MS) saying = window.setTimeout(say, since + SAID_MS - Date.now());
  else void unpressed().then(show);
}

function show(): void {
  const since = Math.min(...behind.values());
  if (!behind.size || Date.now() - since < SAID_MS) {
    bar?.remove();
    bar = undefined;
    return;
  }
  const text = word(wordsOfPage(), "stale.since", { time: zuluThen(since) });
  if (!bar) {
    bar = make("div", { class: "offline stale", role: "status" }, make("b"));
    const strip = document.querySelector("header.strip");
    if (strip) strip.after(bar);
    else document.body.prepend(bar);
  }
  const told = bar.querySelector("b");
  if (told && told.textContent !== text) told.textContent = text;
}

let misses = 0;
let retry = 0;

/** What did not come is asked for again, soon at first: else a warning that was heard would not stand on the page. */
function later(): false {
  clearTimeout(retry);
  retry = window.setTimeout(() => void refresh(), pause(misses));
  misses += 1;
  return false;
}

let under: Promise<boolean> | undefined;
let after: Promise<boolean> | undefined;
let rounds = 0;
let address = ""; // that was asked for last
let wake: () => void = () => undefined;
let since = 0;
let next = 0;

/**
 * Asks for the page anew; several calls at once are two requests at most, with a rest between them. Whether it came. `from`:
 * since when the page may not be up to date, by this machine's clock.
 */
export function refresh(from = Date.now()): Promise<boolean> {
  since = Math.min(since || from, from);
  owed("page", since);
  if (after) {
    if (location.search !== address) wake();
    return after;
  }
  if (!under) {
    rounds = 0;
    return ask();
  }
  next ||= from;
  after = under.then(rest).then(() => {
    after = undefined;
    return ask();
  });
  return after;
}

/** What comes in a burst on a slow line is not asked for without a pause; what somebody chose to see is. */
function rest(): Promise<void> {
  if (location.search !== address) return Promise.resolve();
  return new Promise((resolve) => {
    wake = resolve;
    setTimeout(resolve, pause(rounds, REST_MS, LONG_REST_MS));
    rounds += 1;
  });
}

function ask(): Promise<boolean> {
  next = 0;
  address = location.search;
  under = once(turn(), selected()).finally(() => (under = undefined));
  return under;
}

async function once(asked: number, on: string | null): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(patience(misses));
    const answer = await fetch(location.pathname + location.search, { cache: "no-store", headers: { accept: "text/html" }, signal });
    if (answer.status === 429 || answer.status >= 500) return later();
    if (!answer.ok || answer.redirected) return false;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!fresh.querySelector("[data-live]")) return later(); // of somebody else on the line
    clearTimeout(retry);
    misses = 0;
    await unpressed();
    exchange(fresh, undefined, asked, on);
    since = next;
    owed("page", since);
    return true;
  } catch {
    return later();
  }
}

const left = (): void => void refresh();

/**
 * `posted`: the form that `fresh` is the answer to, whose own fields it gives back as they were sent. `asked`: at which turn,
 * with `on` selected. Each part is taken that was asked for later than what stands there: one that a later answer left out
 * does not wait for the next.
 */
export function exchange(fresh: Document, posted?: HTMLFormElement, asked = turn(), on = selected()): void {
  if (asked >= newest) {
    newest = asked;
    const clock = Number(fresh.querySelector<HTMLElement>("[data-clock]")?.dataset["clock"]);
    if (clock) heardTime(clock);
    document.title = fresh.title;
  }
  for (const element of document.querySelectorAll<HTMLElement>("[data-live]")) {
    const name = element.dataset["live"] ?? "";
    const source = fresh.querySelector(`[data-live="${CSS.escape(name)}"]`);
    if (!source || !element.isConnected) continue; // not there any more, or new with what it stood in
    if (asked < turnOf(element) || (element.closest("[data-answers]") && !posted)) continue;
    if (name === "card" && on !== selected()) continue; // it is of what was looked at before
    if (posted && element.querySelector('form[aria-busy="true"]')) continue; // signed as it was read
    const active = element.contains(document.activeElement) ? document.activeElement : null;
    const typing = active && takesText(active) ? (active as Field) : null;
    if (posted && typing?.form === posted) continue;
    // The card of something else is read from its beginning, and nothing was filled in on it yet.
    const other = name === "card" && chosen !== on;
    if (other) chosen = on;
    stands.set(element, asked);
    const stays = posted || other ? new Map<Element, Element | null>() : staying(element, source, typing);
    const within = (each: Element): boolean => [...stays.keys()].some((one) => one.contains(each));
    if (typing && within(typing)) typing.addEventListener("focusout", left, { once: true }); // then it comes anew too
    const focused = active && !within(active) ? active : null;
    const back = focused ? selector(focused, element) : "";
    const seen = active !== null && inSight(active, element);
    const scrolled = scrolledIn(element);
    const filled = other ? [] : filledIn(element, posted).filter(([, field]) => !within(field));
    const unfolded = other ? [] : [...element.querySelectorAll("details")].map((each) => [fold(each, element), each.open] as const);
    for (const each of source.querySelectorAll("script:not([type='application/json'])")) each.remove();
    change(element, [...stays.keys()], () => around(element, source, stays));
    for (const [form, field] of filled) fillAgain(form, field, element, within);
    for (const each of element.querySelectorAll("details"))
      each.open = unfolded.find(([which]) => which === fold(each, element))?.[1] ?? each.open;
    for (const [path, top, left] of scrolled) at(element, path)?.scrollTo(left, other ? 0 : top);
    const found = back ? element.querySelector<HTMLElement>(back) : (active as HTMLElement | null);
    if (focused) found?.focus({ preventScroll: true });
    if (focused && typing && !(typing instanceof HTMLSelectElement) && found instanceof typing.constructor && typing.selectionStart !== null)
      (found as HTMLInputElement).setSelectionRange(typing.selectionStart, typing.selectionEnd);
    // What came anew above it may have pushed it out; who had scrolled away from it is left where they read.
    if (seen) found?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

/**
 * What stays itself in `element` while all around it comes anew, each with what it is on the page that came: the form that
 * somebody is typing in or that is being signed, since what is moved loses the focus; and one that is gone from that page with
 * words in it that were not sent.
 */
function staying(element: Element, source: Element, typing: Field | null): Map<Element, Element | null> {
  const stays = new Map<Element, Element | null>();
  const form = typing?.closest("form");
  const alone = typing && !(form && element.contains(form)) ? [typing] : [];
  const used = (each: Element): boolean => each.contains(typing) || each.getAttribute("aria-busy") === "true";
  const all = [...element.querySelectorAll("form"), ...alone];
  // Only one can be what came, and who is typing has it first.
  for (const each of [...all.filter(used), ...all.filter((one) => !used(one))]) {
    const by = selector(each, element);
    const alike = by ? [...element.querySelectorAll(by)] : [];
    const there = by ? [...source.querySelectorAll(by)].filter((one) => way(one, source).length === way(each, element).length) : [];
    const free = (one: Element | undefined): boolean => !!one && ![...stays.values()].includes(one);
    const facing = alike.length === there.length ? there[alike.indexOf(each)] : undefined;
    const same = (free(facing) ? facing : there.find(free)) ?? null;
    if (used(each) || (written(each) && (!same || alike.length > 1))) stays.set(each, same);
  }
  return stays;
}

/** Whether words stand in it that nobody has sent. */
function written(form: Element): boolean {
  return [...form.querySelectorAll<Field>("input, textarea")].some((each) => takesText(each) && changed(each));
}

/** Puts in `old` what is in `fresh`, around what stays: neither that nor what it stands in is taken out. */
function around(old: Element, fresh: Element, stays: ReadonlyMap<Element, Element | null>): void {
  const holds = [...old.children].filter((child) => [...stays.keys()].some((each) => child.contains(each)));
  const goesOn = new Map<Node, Element>();
  const known = (child: Element): boolean => [...stays].some(([each, same]) => same && child.contains(each));
  for (const child of [...holds.filter(known), ...holds.filter((each) => !known(each))]) {
    const there = counterpart(child, fresh, stays);
    if (there && !goesOn.has(there)) goesOn.set(there, child); // another one that would be the same is kept beside it
  }
  for (const node of [...old.childNodes]) if (!holds.includes(node as Element)) node.remove();
  let next: ChildNode | null = old.firstChild;
  for (const node of [...fresh.childNodes]) {
    const child = goesOn.get(node);
    if (!child) {
      old.insertBefore(document.importNode(node, true), next);
      continue;
    }
    next = child.nextSibling;
    if (stays.has(child)) continue;
    const dressed = node as Element;
    for (const name of child.getAttributeNames()) if (!dressed.hasAttribute(name)) child.removeAttribute(name);
    for (const name of dressed.getAttributeNames()) child.setAttribute(name, dressed.getAttribute(name) ?? "");
    around(child, dressed, stays);
  }
}

/** What `child`, in which something stays, is among the children of `fresh`; an item of a list only if it is of the same. */
function counterpart(child: Element, fresh: Element, stays: ReadonlyMap<Element, Element | null>): Element | undefined {
  const those = [...fresh.children];
  const known = [...stays].filter(([each, same]) => same && child.contains(each));
  if (known.length) return those.find((each) => each.contains(known[0]?.[1] ?? null));
  const item = child.getAttribute("data-item");
  if (stays.has(child) || (["li", "article"].includes(child.localName) && !child.id && !item)) return undefined;
  return those.find((each) => each.localName === child.localName && each.id === child.id && each.getAttribute("data-item") === item);
}

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** What was chosen or written in `element` and not sent, by its form; what went with `posted` comes back with its answer. */
function filledIn(element: Element, posted?: HTMLFormElement): [form: string, field: Field][] {
  const fields = element.querySelectorAll<Field>("input:not([type='hidden'], [type='file']), textarea, select");
  return [...fields].filter((each) => (!posted || each.form !== posted) && changed(each)).map((each) => [formOf(each), each]);
}

function changed(field: Field): boolean {
  if (field instanceof HTMLSelectElement) {
    const options = [...field.options];
    return field.value !== (options.find((each) => each.defaultSelected) ?? options[0])?.value;
  }
  return ticked(field) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
}

function ticked(field: Field): field is HTMLInputElement {
  return field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type);
}

/** The same field of the same form has the same again; a box only where it says the same as before (its `value`). */
function fillAgain(form: string, old: Field, element: Element, within: (each: Element) => boolean): void {
  for (const each of element.querySelectorAll<Field>(`${old.localName}[name="${CSS.escape(old.name)}"]`)) {
    if (within(each) || each.getAttribute("type") !== old.getAttribute("type") || formOf(each) !== form) continue;
    if (each instanceof HTMLSelectElement && ![...each.options].some((option) => option.value === old.value)) continue;
    if (!ticked(each)) each.value = old.value;
    else if (each.value === old.value && (each.type !== "radio" || (old as HTMLInputElement).checked)) each.checked = (old as HTMLInputElement).checked;
  }
}

/** By what a form is the same after it came anew. (Its `action` may be a field of that name.) */
function formOf(field: Field): string {
  return field.getAttribute("form") ?? field.form?.getAttribute("action") ?? "";
}

/** By which name something to unfold is the same after it came anew. */
function fold(details: HTMLDetailsElement, within: Element): string {
  return `${details.parentElement ? selector(details.parentElement, within) : ""} ${details.querySelector("summary")?.textContent ?? ""}`;
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
function selector(element: Element, within: Element): string {
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
