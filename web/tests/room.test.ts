import { beforeEach, describe, expect, it, vi } from "vitest";
import { exchange, refresh, turn, unpressed } from "../src/room/refresh";
import { first, tones } from "../src/room/sounds";

describe("sounds", () => {
  it("are fewer the less it presses, and none for information", () => {
    expect(["emergency", "warning", "caution", "information", ""].map(tones)).toEqual([3, 2, 1, 0, 0]);
  });

  it("are made once for an event, in one tab of several", () => {
    const kept = new Map<string, string>();
    const store = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) };
    expect([first(4, store), first(4, store), first(3, store), first(5, store)]).toEqual([true, false, false, true]);
  });
});

describe("a page put right in place", () => {
  const fresh = (html: string): Document => new DOMParser().parseFromString(`<title>(2) Owed</title>${html}`, "text/html");

  beforeEach(() => {
    document.body.innerHTML = '<section data-live="inbox"><article data-item="N-1"><a href="/notices/N-1">one</a></article></section><p>else</p>';
  });

  it("changes what is live, the title, and nothing else", () => {
    exchange(fresh('<section data-live="inbox"><article data-item="N-2"><a href="/notices/N-2">two</a></article></section><p>other</p>'));
    expect(document.body.textContent).toBe("twoelse");
    expect(document.title).toBe("(2) Owed");
  });

  it("keeps the focus where it was", () => {
    document.querySelector("a")!.focus();
    exchange(fresh('<section data-live="inbox"><a href="/notices/N-9">new</a><article data-item="N-1"><a href="/notices/N-1">one</a></article></section>'));
    expect(document.activeElement?.getAttribute("href")).toBe("/notices/N-1");
  });

  const asks = (n: number, by = "alpha", form = true): string =>
    `<li id="a${n}" class="${by}"><b>${by} asks ${n}</b>${form ? `<form action="/agreements/a${n}"><input name="words"><button>accept</button></form>` : "<p>settled</p>"}</li>`;
  const list = (...rows: string[]): string => `<ul data-live="asked">${rows.join("")}</ul>`;
  const words = (n: number): HTMLInputElement => document.querySelector<HTMLInputElement>(`#a${n} [name=words]`)!;
  const told = (): string[] => [...document.querySelectorAll("li")].map((each) => `${each.className}: ${each.textContent}`);

  it("puts what is new around what somebody is typing in, which stays itself", () => {
    document.body.innerHTML = list(asks(1), asks(2));
    const typed = words(2);
    words(1).value = "not after dark";
    typed.value = "until no";
    typed.focus();
    typed.setSelectionRange(2, 4);
    exchange(fresh(list(asks(3, "bravo"), asks(1), asks(2, "carol"), asks(4))));
    expect(told()).toEqual(["bravo: bravo asks 3accept", "alpha: alpha asks 1accept", "carol: carol asks 2accept", "alpha: alpha asks 4accept"]);
    expect([words(1).value, words(2).value]).toEqual(["not after dark", "until no"]);
    expect(words(2)).toBe(typed);
    expect([document.activeElement, typed.selectionStart, typed.selectionEnd]).toEqual([typed, 2, 4]);
  });

  it("loses no words whose form is gone, and has what was left alone once it was left", async () => {
    const page = list(asks(4), asks(2, "alpha", false));
    const asked = vi.fn(() => Promise.resolve(new Response(page)));
    vi.stubGlobal("fetch", asked);
    document.body.innerHTML = list(asks(1), asks(2), asks(3));
    words(1).value = "not after dark";
    words(2).focus();
    for (const _ of "again") exchange(fresh(page));
    expect(told()).toEqual(["alpha: alpha asks 4accept", "alpha: alpha asks 1accept", "alpha: alpha asks 2settledaccept"]);
    expect([document.activeElement === words(2), words(1).value]).toEqual([true, "not after dark"]);
    words(2).blur();
    await vi.waitFor(() => expect(told()).toEqual(["alpha: alpha asks 4accept", "alpha: alpha asks 2settled", "alpha: alpha asks 1accept"]));
    expect(asked).toHaveBeenCalledTimes(1);
    vi.unstubAllGlobals();
  });

  it("is not put back to what it was by a page that was asked for before and came after", () => {
    const page = (count: number, at: string): Document =>
      fresh(`<nav data-live="nav">${count}</nav><div data-live="where" data-answers="declare">${at}</div>`);
    document.body.innerHTML = '<nav data-live="nav">0</nav><form id="declare"></form><div data-live="where" data-answers="declare"></div>';
    const check = turn();
    const later = page(2, "");
    later.title = "(2) Owed";
    exchange(later);
    const answer = page(1, "35.1 N");
    answer.title = "(1) Owed";
    exchange(answer, document.querySelector<HTMLFormElement>("#declare")!, check);
    expect([document.title, document.body.textContent]).toEqual(["(2) Owed", "235.1 N"]);
  });

  it("keeps what was chosen and written and not sent, and what was unfolded", () => {
    const page = (n: number, more = ""): string => `<ul data-live="asked">${more}<li id="a${n}"><details><summary>would read</summary>x</details>
      <form action="/agreements/a${n}"><input name="words"><select name="level"><option>full<option>coarse</select>
      <label><input type="radio" name="side" value="left" checked></label><label><input type="radio" name="side" value="right"></label>
      <input type="checkbox" name="to" value="bravo"><input type="checkbox" name="to" value="carol" checked></form></li></ul>`;
    document.body.innerHTML = page(1);
    const field = (name: string): HTMLInputElement => document.querySelector<HTMLInputElement>(`#a1 [name="${name}"]`)!;
    const box = (value: string): HTMLInputElement => document.querySelector<HTMLInputElement>(`#a1 [value="${value}"]`)!;
    field("words").value = "until noon";
    field("level").value = "coarse";
    box("right").checked = true;
    box("bravo").checked = true;
    box("carol").checked = false;
    document.querySelector("details")!.open = true;
    exchange(fresh(page(1, page(2).replace(/<\/?ul[^>]*>/g, ""))));
    expect(document.querySelectorAll("li").length).toBe(2);
    expect([field("words").value, field("level").value]).toEqual(["until noon", "coarse"]);
    expect(["left", "right", "bravo", "carol"].map((value) => box(value).checked)).toEqual([false, true, true, false]);
    expect([...document.querySelectorAll("details")].map((each) => each.open)).toEqual([false, true]);
    expect(document.querySelector<HTMLInputElement>("#a2 [name=words]")!.value).toBe("");
  });

  it("keeps no box ticked that now says something else", () => {
    const page = (token: string): string => `<div data-live="where"><input type="checkbox" form="send" name="sure" value="${token}"></div>`;
    document.body.innerHTML = page("one");
    document.querySelector("input")!.checked = true;
    exchange(fresh(page("one")));
    expect(document.querySelector("input")!.checked).toBe(true);
    exchange(fresh(page("two")));
    expect(document.querySelector("input")!.checked).toBe(false);
  });

  it("leaves what answers a form to the answer, which says what that form holds, and keeps what another one holds", () => {
    const page = (at: string, hidden: string): string => `<form id="declare" action="/declare"><div data-live="points" data-answers="declare">
      <input name="at1" value="${at}"></div></form><div data-live="before" data-answers="declare"><form id="send" action="/declare">
      <input type="hidden" name="at1" value="${hidden}"><input name="consent"></form></div>`;
    document.body.innerHTML = page("", "");
    const at = (): HTMLInputElement => document.querySelector<HTMLInputElement>("#declare input")!;
    at().value = "40.1 35.1";
    exchange(fresh(page("", "")));
    expect(at().value).toBe("40.1 35.1");
    const consent = (): HTMLInputElement => document.querySelector<HTMLInputElement>("[name=consent]")!;
    consent().value = "given";
    consent().focus();
    exchange(fresh(page("35.1 N 40.1 E", "35.1 N 40.1 E")), document.querySelector<HTMLFormElement>("#declare")!);
    expect([at().value, consent().value]).toEqual(["35.1 N 40.1 E", "given"]);
    expect(document.activeElement).toBe(consent());
    expect(document.querySelector<HTMLInputElement>("#send [type=hidden]")!.value).toBe("35.1 N 40.1 E");
  });

  it("leaves a form alone that is being signed, and what it stands in stays around it", () => {
    const page = (warned: string): string => `<section data-live="card"><h2>${warned}</h2><section class="ways">${warned}</section></section>`;
    document.body.innerHTML = page("");
    document.querySelector(".ways")!.innerHTML = '<ol><li><form action="/propose" aria-busy="true"><button>propose</button></form></li></ol>';
    const signed = document.querySelector("form");
    exchange(fresh(page("a warning")));
    expect(document.querySelector("form")).toBe(signed);
    expect(document.body.textContent).toBe("a warninga warningpropose");
    signed?.removeAttribute("aria-busy");
    exchange(fresh(page("another")));
    expect(document.body.textContent).toBe("anotheranother");
  });

  it("is asked for again when it did not come, until it comes", async () => {
    vi.useFakeTimers();
    const page = '<section data-live="inbox">a warning</section>';
    const answers = [() => Promise.reject(new TypeError("no line")), () => Promise.resolve(new Response("", { status: 503 })), () => Promise.resolve(new Response(page))];
    const asked = vi.fn(() => answers.shift()!());
    vi.stubGlobal("fetch", asked);
    expect(await refresh()).toBe(false);
    await vi.advanceTimersByTimeAsync(1000);
    expect(document.querySelector("section")!.textContent).toBe("one");
    await vi.advanceTimersByTimeAsync(2000);
    expect(document.querySelector("section")!.textContent).toBe("a warning");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveBeenCalledTimes(3);
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it("waits while something is pressed, for its click too, and not for ever", async () => {
    vi.useFakeTimers();
    const told: string[] = [];
    const passing = async (ms: number): Promise<void> => void (await vi.advanceTimersByTimeAsync(ms));
    void unpressed().then(() => told.push("free"));
    await passing(0);
    dispatchEvent(new Event("pointerdown"));
    void unpressed().then(() => told.push("clicked"));
    await passing(500);
    dispatchEvent(new Event("pointerup"));
    document.body.addEventListener("click", () => told.push("click"));
    setTimeout(() => document.body.click(), 20);
    await passing(200);
    dispatchEvent(new Event("pointerdown"));
    void unpressed().then(() => told.push("given up"));
    await passing(2500);
    expect(told).toEqual(["free", "click", "clicked"]);
    await passing(1000);
    expect(told.at(-1)).toBe("given up");
    dispatchEvent(new Event("pointerdown"));
    void unpressed().then(() => told.push("pressed again and again"));
    for (let press = 0; press < 7; press++) {
      await passing(500);
      dispatchEvent(new Event("pointerdown"));
    }
    expect(told.at(-1)).toBe("pressed again and again");
    await passing(4000);
    vi.useRealTimers();
  });

  it("keeps what was scrolled where it was, and the focus in sight where it was in sight", () => {
    const page = (more: string): string => `<section data-live="owed"><h2>Owed</h2><div class="body">${more}<a href="/notices/N-1">one</a></div></section>`;
    document.body.innerHTML = page("");
    const shown: string[] = [];
    Element.prototype.scrollTo = function scrollTo(this: Element, left?: unknown, top?: number) {
      shown.push(`${this.className} to ${String(left)}, ${String(top)}`);
    } as typeof Element.prototype.scrollTo;
    Element.prototype.scrollIntoView = function scrollIntoView(this: Element) {
      shown.push(this.textContent);
    };
    const boxes = (top: number): void => {
      document.querySelector("section")!.getBoundingClientRect = () => new DOMRect(0, 0, 400, 600);
      document.querySelector("a")!.getBoundingClientRect = () => new DOMRect(0, top, 100, 20);
      document.querySelector(".body")!.scrollTop = 240;
      document.querySelector("a")!.focus();
    };
    boxes(500);
    exchange(fresh(page("<p>new</p>")));
    expect(shown).toEqual(["body to 0, 240", "one"]);
    boxes(700);
    exchange(fresh(page("<p>newer</p>")));
    expect(shown.slice(2)).toEqual(["body to 0, 240"]);
  });
});
