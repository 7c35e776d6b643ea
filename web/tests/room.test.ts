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

  /** A line on which each answer comes after `ms`, as the desk was when it was asked. */
  const slowLine = (ms: number, page: () => string): ReturnType<typeof vi.fn> => {
    const asked = vi.fn(() => {
      const html = page();
      return new Promise<Response>((resolve) => setTimeout(() => resolve(new Response(html)), ms));
    });
    vi.stubGlobal("fetch", asked);
    return asked;
  };

  it("shows what came on a slow line though answers of checks overtake it, and does not ask without a pause", async () => {
    vi.useFakeTimers();
    const page = (n: number): string => `<nav data-live="nav">${n}</nav><form id="declare"><p data-live="lead">${n}</p></form>`;
    let n = 1;
    document.body.innerHTML = page(0);
    const asked = slowLine(3000, () => page(n));
    const declare = document.querySelector<HTMLFormElement>("#declare")!;
    void refresh();
    for (let second = 0; second < 20; second++) {
      n += 1;
      exchange(fresh(`<nav data-live="nav">${n}</nav>`), declare); // of the rest it says nothing
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(document.querySelector("[data-live=lead]")!.textContent).toBe("1");
    expect(document.querySelector("nav")!.textContent).toBe(String(n));
    expect(asked).toHaveBeenCalledTimes(1);
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it("rests longer and longer between two questions while more and more comes, and shows each answer", async () => {
    vi.useFakeTimers();
    let n = 0;
    const at: number[] = [];
    const asked = slowLine(100, () => {
      at.push(Date.now());
      return `<section data-live="inbox">${n}</section>`;
    });
    const shown = new Set<string>();
    for (; n < 600; n++) {
      void refresh();
      await vi.advanceTimersByTimeAsync(50);
      shown.add(document.querySelector("section")!.textContent);
    }
    const rests = at.slice(1).map((each, i) => each - (at[i] ?? 0) - 100);
    expect(rests[0]).toBeGreaterThan(150);
    expect(Math.min(...rests.slice(5))).toBeGreaterThan(2900);
    expect(Math.max(...rests)).toBeLessThanOrEqual(4050);
    expect(shown.size).toBeGreaterThanOrEqual(at.length - 1);
    await vi.advanceTimersByTimeAsync(5000);
    expect(document.querySelector("section")!.textContent).toBe("600");
    expect(asked.mock.calls.length).toBeLessThan(20);
    await vi.advanceTimersByTimeAsync(60_000);
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it("tells who waits for it once it shows what was asked for, not while an older answer is under way", async () => {
    vi.useFakeTimers();
    let n = 1;
    slowLine(2000, () => `<section data-live="inbox">${n}</section>`);
    void refresh();
    await vi.advanceTimersByTimeAsync(10);
    n = 2;
    const told: string[] = [];
    void refresh().then(() => told.push(document.querySelector("section")!.textContent));
    await vi.advanceTimersByTimeAsync(2100);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(4000);
    expect(told).toEqual(["2"]);
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it("says since when it is not up to date, until it is", async () => {
    vi.useFakeTimers({ now: Date.parse("2026-03-04T05:06:07Z") });
    document.body.innerHTML = `<script type="application/json" id="island-words">{"stale.since":"Not up to date since {time}."}</script>
      <header class="strip"></header>${document.body.innerHTML}`;
    slowLine(10_000, () => '<b data-clock="0"></b><section data-live="inbox">new</section>');
    const bar = (): string | undefined => document.querySelector(".stale")?.textContent;
    void refresh();
    await vi.advanceTimersByTimeAsync(2000);
    expect(bar()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(2000);
    expect(bar()).toBe("Not up to date since 05:06:07Z.");
    await vi.advanceTimersByTimeAsync(2000);
    void refresh(); // something newer yet, 05:06:13: what comes at :17 is not it
    await vi.advanceTimersByTimeAsync(5000);
    expect([bar(), document.querySelector("section")!.textContent]).toEqual(["Not up to date since 05:06:13Z.", "new"]);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(bar()).toBeUndefined();
    void refresh(Date.now() - 60_000); // the line is back after a minute
    await vi.advanceTimersByTimeAsync(1);
    expect(bar()).toContain("05:05:33Z");
    await vi.advanceTimersByTimeAsync(15_000);
    expect(bar()).toBeUndefined();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it("takes no page of somebody else on the line for its own", async () => {
    vi.useFakeTimers();
    const pages = ["<title>Buy data</title><p>Sign in to the network</p>", '<title>Owed</title><section data-live="inbox">a warning</section>'];
    document.title = "(1) Owed";
    vi.stubGlobal("fetch", vi.fn(() => Promise.resolve(new Response(pages.shift()!))));
    expect(await refresh()).toBe(false);
    expect(document.title).toBe("(1) Owed");
    await vi.advanceTimersByTimeAsync(1000);
    expect([document.title, document.querySelector("section")!.textContent]).toEqual(["Owed", "a warning"]);
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it("lets one of two that stay be what came, and keeps the other with all that stands around it", () => {
    const item = (name: string, by: string, form = true): string =>
      `<article data-item="${name}"><b>${by}</b>${form ? `<form action="/answer"><input name="words"></form>` : ""}</article>`;
    const part = (...items: string[]): string => `<section data-live="inbox">${items.join("")}</section>`;
    document.body.innerHTML = part(`<div><b>one</b><form action="/answer"><input name="words"></form></div><div><b>two</b><form action="/answer"><input name="words"></form></div>`);
    const [one, two] = [...document.querySelectorAll("input")] as [HTMLInputElement, HTMLInputElement];
    one.value = "first words";
    two.value = "second words";
    two.focus();
    exchange(fresh(part(`<div><b>new</b><form action="/answer"><input name="words"></form></div>`)));
    expect([...document.querySelectorAll("input")].map((each) => each.value)).toEqual(["first words", "second words"]);
    expect([...document.querySelectorAll("input")]).toEqual([one, two]);
    expect([...document.querySelectorAll("b")].map((each) => each.textContent)).toEqual(["one", "new"]);
    expect(document.activeElement).toBe(two);

    document.body.innerHTML = part(item("N-1", "asks one"), item("N-2", "asks two"));
    const typed = document.querySelector<HTMLInputElement>('[data-item="N-1"] input')!;
    typed.value = "yes to one";
    typed.focus();
    exchange(fresh(part(item("N-3", "asks three", false), item("N-2", "asks two"))));
    expect(typed.closest("article")?.textContent).toBe("asks one");
    expect(document.querySelectorAll("article").length).toBe(3);
    expect(document.querySelector<HTMLInputElement>('[data-item="N-2"] input')!.value).toBe("");
  });

  it("gives the one whose form came its place, and not the one that only looks alike", () => {
    const part = (html: string): string => `<section data-live="inbox">${html}</section>`;
    const form = (n: number): string => `<div><b>about ${n}</b><form action="/answer/${n}"><input name="words"></form></div>`;
    document.body.innerHTML = part(form(1) + form(2));
    const [one, two] = [...document.querySelectorAll("input")] as [HTMLInputElement, HTMLInputElement];
    two.value = "gone, and written";
    one.focus();
    one.value = "typing";
    exchange(fresh(part(form(1))));
    expect([...document.querySelectorAll("form")].map((each) => [each.previousElementSibling?.textContent, each.querySelector("input")?.value])).toEqual([
      ["about 1", "typing"],
      ["about 2", "gone, and written"],
    ]);
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
