import { beforeEach, describe, expect, it } from "vitest";
import { exchange } from "../src/room/refresh";
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

  it("leaves alone what somebody is typing in", () => {
    document.querySelector("section")!.innerHTML = '<textarea id="why"></textarea>';
    document.querySelector("textarea")!.focus();
    exchange(fresh('<section data-live="inbox">other</section>'));
    expect(document.activeElement?.id).toBe("why");
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
