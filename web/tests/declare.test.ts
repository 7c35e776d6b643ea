import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PLACED, place } from "../src/core/island";
import { drawnOf, most, read, write } from "../src/declare/figure";
import { fieldsOf, fillIn } from "../src/drafts/drafts";
import { NOTICE } from "../src/room/live";
import "../src/islands/check";

describe("what is drawn", () => {
  it("is written so that no order can be mistaken, and read back as it was", () => {
    const corners = [[40.115, 35.325], [-0.5, -7.25]];
    expect(write(corners)).toBe("35.32500N 040.11500E\n07.25000S 000.50000W");
    expect(read(write(corners))).toEqual(corners);
  });

  it("leaves what others type to the server", () => {
    expect(read("40.4515, 35.0198")).toBeNull();
    expect(read("35.32500N 040.11500E\n37S FV 0134 0965")).toBeNull();
  });

  it("is as much as there are corners for", () => {
    const parts = (shape: "circle" | "polygon" | "corridor", n: number) =>
      drawnOf({ shape, corners: Array.from({ length: n }, (_, i) => [40 + i, 35 + (i % 2)]), wide_m: 1000 }).features.map((each) => each.geometry.type);
    expect(parts("circle", 1)).toEqual(["Point", "Polygon"]);
    expect(parts("polygon", 2)).toEqual(["Point", "Point", "LineString"]);
    expect(parts("polygon", 3).at(-1)).toBe("Polygon");
    expect(parts("corridor", 1)).toEqual(["Point"]);
    expect(most("point")).toBe(1);
  });
});

describe("a draft", () => {
  beforeEach(() => {
    document.body.innerHTML = `<form><input type="hidden" name="csrf" value="secret"><input name="title" value="Convoy">
      <input type="password" name="password" value="p"><input name="code" autocomplete="one-time-code" value="123456">
      <input type="radio" name="kind" value="a"><input type="radio" name="kind" value="b" checked>
      <textarea name="positions">35.0N 040.0E</textarea></form>`;
  });

  it("holds what was filled in, and no secret", () => {
    expect(fieldsOf(document.querySelector("form")!)).toEqual([["title", "Convoy"], ["kind", "b"], ["positions", "35.0N 040.0E"]]);
  });

  it("comes back into its fields, and changes no hidden one", () => {
    const form = document.querySelector("form")!;
    fillIn(form, [["title", "Other"], ["kind", "a"], ["csrf", "planted"]]);
    expect(new FormData(form).get("title")).toBe("Other");
    expect(new FormData(form).get("kind")).toBe("a");
    expect(new FormData(form).get("csrf")).toBe("secret");
  });
});

describe("a form that is checked while it is filled in", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it("is checked again after notices, once it was: what it would meet may have come just now", async () => {
    vi.useFakeTimers();
    const page = '<title>Declare</title><div data-live="before" data-answers="declare">would meet one</div>';
    const asked = vi.fn(() => Promise.resolve(new Response(page, { headers: { "content-type": "text/html" } })));
    vi.stubGlobal("fetch", asked);
    document.body.innerHTML = `<form id="declare" action="/declare" data-island="check"><button name="do" value="look" data-check></button>
      <input name="title"></form><div data-live="before" data-answers="declare"></div>`;
    document.dispatchEvent(new CustomEvent(PLACED, { detail: document.body }));
    const noticed = async (): Promise<number> => {
      for (const n of [1, 2]) document.dispatchEvent(new CustomEvent(NOTICE, { detail: { n } }));
      await vi.advanceTimersByTimeAsync(5000);
      return asked.mock.calls.length;
    };
    expect(await noticed()).toBe(0);
    document.querySelector("input[name=title]")!.dispatchEvent(new Event("change", { bubbles: true }));
    await vi.advanceTimersByTimeAsync(100);
    document.querySelector("[data-live]")!.textContent = "";
    expect(await noticed()).toBe(2);
    expect(document.querySelector("[data-live]")!.textContent).toBe("would meet one");
  });

  const placed = (): HTMLFormElement => {
    document.body.innerHTML = `<main data-live="around"><form id="declare" action="/declare" data-island="check"><button name="do" value="look" data-check></button>
      <input name="title" data-check></form></main><div data-live="before" data-answers="declare"><form id="send" action="/declare"></form></div>`;
    document.dispatchEvent(new CustomEvent(PLACED, { detail: document.body }));
    return document.querySelector<HTMLFormElement>("#declare")!;
  };
  const answers = (text: string): Response =>
    new Response(`<title>Declare</title><div data-live="before" data-answers="declare">${text}<form id="send" action="/declare"></form></div>`, { headers: { "content-type": "text/html" } });
  const shown = (): string => document.querySelector("[data-live=before]")!.textContent;
  const type = (form: HTMLFormElement, text: string): void => {
    const field = form.querySelector("input")!;
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  /** Each answer comes after `ms` and says what was typed, aborted or not. */
  const slowLine = (ms: number): ReturnType<typeof vi.fn> => {
    const asked = vi.fn((_: string, init: RequestInit) => {
      const text = String((init.body as URLSearchParams).get("title"));
      return new Promise<Response>((resolve) => setTimeout(() => resolve(answers(`of ${text}`)), ms));
    });
    vi.stubGlobal("fetch", asked);
    return asked;
  };

  it("takes no answer after it was sent, nor after it is gone, nor of what was typed before", async () => {
    vi.useFakeTimers();
    slowLine(5000);
    const form = placed();
    type(form, "one");
    await vi.advanceTimersByTimeAsync(1000);
    type(form, "two");
    await vi.advanceTimersByTimeAsync(5100);
    expect(shown()).toBe(""); // the answer to "one" came
    await vi.advanceTimersByTimeAsync(1000);
    expect(shown()).toBe("of two");
    type(form, "three");
    await vi.advanceTimersByTimeAsync(1000);
    document.querySelector("#send")!.dispatchEvent(new Event("submit", { bubbles: true }));
    document.dispatchEvent(new CustomEvent(NOTICE, { detail: { n: 1 } }));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(shown()).toBe("of two"); // which is what was sent
    type(form, "four");
    await vi.advanceTimersByTimeAsync(1000);
    place(document.querySelector("main")!, []);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(shown()).toBe("of two");
  });

  it("is checked on a slow line though notices come faster than answers", async () => {
    vi.useFakeTimers();
    const asked = slowLine(8000);
    type(placed(), "one");
    for (let second = 0; second < 30; second++) {
      document.dispatchEvent(new CustomEvent(NOTICE, { detail: { n: second } }));
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(shown()).toBe("of one");
    expect(asked.mock.calls.length).toBeLessThan(5);
    await vi.advanceTimersByTimeAsync(60_000);
  });

  it("is asked for again where the answer is none of the desk's, and is not lost when signing is given up", async () => {
    vi.useFakeTimers();
    const given = [() => Promise.reject(new TypeError("no line")), () => Promise.resolve(new Response("<title>429</title>slow down", { status: 429, headers: { "content-type": "text/html" } }))];
    document.title = "Declare";
    const asked = vi.fn(() => (given.shift() ?? (() => Promise.resolve(answers("checked"))))());
    vi.stubGlobal("fetch", asked);
    const form = placed();
    type(form, "one");
    await vi.advanceTimersByTimeAsync(10_000);
    expect([shown(), document.title, asked.mock.calls.length]).toEqual(["checked", "Declare", 3]);
    document.querySelector("[data-live=before]")!.innerHTML = '<form id="send" action="/declare" aria-busy="true"></form>';
    type(form, "two");
    const signing = new Event("submit", { bubbles: true, cancelable: true });
    signing.preventDefault();
    document.querySelector("#send")!.dispatchEvent(signing);
    await vi.advanceTimersByTimeAsync(10_000);
    expect([shown(), asked.mock.calls.length]).toEqual(["", 3]);
    document.querySelector("#send")!.removeAttribute("aria-busy");
    await vi.advanceTimersByTimeAsync(30_000);
    expect(shown()).toBe("checked");
  });
});
