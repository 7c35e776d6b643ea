/**
 * One bar of time for map, inbox and plots, with two handles: *valid at*, a hollow marker above, and *known at*, a filled
 * one below. Beyond known at it is hatched. Both stand in the address (`valid`, `known`); without them it is now.
 */
import "./timebar.css";
import { deskNow, iso, zulu } from "../core/clock";
import { calm, make } from "../core/dom";
import { PLACED } from "../core/island";
import { spaced } from "../core/spaced";
import { look, VIEW, view } from "../core/view";
import { unit, type Words, word } from "../core/words";
import { STEP } from "../room/keys";
import { NOTICE } from "../room/live";
import { along, around, type Bar, heights, instant, type Span, SPANS, share, ticks } from "./scale";

export interface TimebarProps {
  /** where the counts are; `known`, `from`, `until` and `buckets` are added */
  readonly url?: string;
  readonly span?: Span;
  readonly buckets?: number;
}

interface Times {
  readonly valid: readonly number[];
  readonly known_counts: readonly number[];
}

type Name = "valid" | "known";
const COUNTS_MS = 1000; // notices come in bursts; the counts need not keep up with each

export class Timebar {
  readonly #element: HTMLElement;
  readonly #props: TimebarProps;
  readonly #words: Words;
  readonly #bars = make("div", { class: "tb-bars", "aria-hidden": "true" });
  readonly #ticks = make("div", { class: "tb-ticks", "aria-hidden": "true" });
  readonly #beyond = make("div", { class: "tb-beyond", "aria-hidden": "true" });
  readonly #track: HTMLElement;
  readonly #handles: Readonly<Record<Name, HTMLElement>>;
  readonly #now: HTMLButtonElement;
  readonly #play: HTMLButtonElement;
  readonly #spans: ReadonlyMap<Span, HTMLButtonElement>;
  #span: Span;
  #bar: Bar;
  #playing = 0;
  #told = 0;
  readonly #stop = new AbortController();

  constructor(element: HTMLElement, props: TimebarProps, words: Words) {
    this.#element = element;
    this.#props = props;
    this.#words = words;
    this.#span = props.span ?? "7h";
    this.#bar = around(this.#at("known"), this.#span);
    this.#handles = { valid: this.#handle("valid"), known: this.#handle("known") };
    this.#track = make("div", { class: "tb-track" }, this.#bars, this.#beyond, this.#handles.valid, this.#handles.known);
    // What was found stands on the bar where it begins: the server renders it, and renders it anew with the rest.
    const found = document.querySelector<HTMLElement>('.pane-time [data-live="found"]');
    if (found) {
      found.hidden = false;
      this.#track.prepend(found);
    }
    this.#now = this.#button("now", "n", () => this.now());
    this.#play = this.#button("play", "", () => this.#toggle());
    this.#play.setAttribute("aria-pressed", "false");
    this.#spans = new Map(
      (Object.keys(SPANS) as Span[]).map((span) => [span, this.#plain(unit(Number.parseInt(span, 10), span.endsWith("d") ? "day" : "hour"), () => this.#stretch(span))]),
    );
    const spans = make("div", { class: "tb-spans", role: "group", "aria-label": word(words, "time.span") }, ...this.#spans.values());
    const caption = make("p", { class: "tb-caption" }, make("span", {}, word(words, "time.counts")), make("span", {}, word(words, "time.later")));
    const arrow = make("span", { class: "tb-arrow", "aria-hidden": "true" }, document.documentElement.dir === "rtl" ? "← Z" : "Z →");
    element.append(
      make("div", { class: "timebar", role: "group", "aria-label": word(words, "time.title") },
        make("div", { class: "tb-tools" }, make("div", { class: "tb-buttons" }, this.#now, this.#play), spans),
        make("div", { class: "tb-main" }, caption, this.#track, this.#ticks, arrow),
      ),
    );
    const { signal } = this.#stop;
    document.addEventListener(VIEW, () => this.#show(), { signal });
    document.addEventListener(PLACED, () => this.#mark(), { signal });
    const counting = spaced(() => void this.#count(), COUNTS_MS);
    document.addEventListener(NOTICE, counting.call, { signal });
    signal.addEventListener("abort", counting.stop);
    document.addEventListener(STEP, (event) => this.#step((event as CustomEvent<string>).detail), { signal });
    this.#track.addEventListener("pointerdown", (event) => this.#drag(event), { signal });
    const moving = setInterval(() => this.#show(), calm() ? 10_000 : 1000);
    signal.addEventListener("abort", () => clearInterval(moving));
    this.#stretch(this.#span);
  }

  close(): void {
    this.#stop.abort();
    clearInterval(this.#playing);
    const found = this.#track.querySelector<HTMLElement>('[data-live="found"]');
    if (found) {
      found.hidden = true;
      this.#element.before(found);
    }
    this.#element.querySelector(".timebar")?.remove();
  }

  now(): void {
    this.#pause();
    look({ known: null, valid: null });
    this.#stretch(this.#span, around(deskNow(), this.#span));
  }

  /** What a handle stands at: *known at* is now unless told, *valid at* is known at unless told. */
  #at(name: Name): number {
    const told = Date.parse(view(name).split("/")[0] ?? "");
    if (!Number.isNaN(told)) return told;
    return name === "valid" ? this.#at("known") : deskNow();
  }

  #button(key: string, stroke: string, press: () => void): HTMLButtonElement {
    const hint = stroke ? [" ", make("kbd", { "aria-hidden": "true" }, stroke.toUpperCase())] : [];
    const button = make("button", { type: "button", "data-key": stroke || undefined }, word(this.#words, `time.${key}`), ...hint);
    button.addEventListener("click", press);
    return button;
  }

  #plain(text: string, press: () => void): HTMLButtonElement {
    const button = make("button", { type: "button" }, text);
    button.addEventListener("click", press);
    return button;
  }

  #handle(name: Name): HTMLElement {
    const label = make("span", { class: "tb-label", "aria-hidden": "true" });
    const handle = make("div", { class: `tb-handle tb-${name}`, role: "slider", tabindex: "0", "aria-label": word(this.#words, `time.${name}_name`), "aria-orientation": "horizontal" }, make("span", { class: "tb-mark" }), label);
    handle.addEventListener("keydown", (event) => this.#key(event, name));
    return handle;
  }

  #show(): void {
    const [valid, known] = [this.#at("valid"), this.#at("known")];
    const past = view("known") !== "";
    for (const [name, at] of [["valid", valid], ["known", known]] as const) {
      const handle = this.#handles[name];
      const part = share(this.#bar, at);
      handle.style.insetInlineStart = `${(part * 100).toFixed(3)}%`;
      handle.classList.toggle("tb-turned", part > 0.6);
      const text = word(this.#words, name === "known" && !past ? "time.known_now" : `time.${name}`, { time: zulu(at) });
      handle.setAttribute("aria-valuemin", String(Math.round(this.#bar.from / 1000)));
      handle.setAttribute("aria-valuemax", String(Math.round(this.#bar.until / 1000)));
      handle.setAttribute("aria-valuenow", String(Math.round(at / 1000)));
      handle.setAttribute("aria-valuetext", text);
      const label = handle.querySelector(".tb-label")!;
      if (label.textContent !== text) label.textContent = text;
    }
    this.#beyond.style.insetInlineStart = `${(share(this.#bar, known) * 100).toFixed(3)}%`;
    document.documentElement.toggleAttribute("data-past", past);
    this.#now.disabled = !past && !view("valid");
  }

  #mark(): void {
    for (const each of this.#track.querySelectorAll<HTMLElement>("[data-at]")) {
      const at = Number(each.dataset["at"]);
      each.hidden = at < this.#bar.from || at > this.#bar.until;
      each.style.insetInlineStart = `${(share(this.#bar, at) * 100).toFixed(3)}%`;
    }
  }

  async #count(): Promise<void> {
    const mine = (this.#told += 1);
    const buckets = this.#props.buckets ?? 84;
    const query = new URLSearchParams({ from: iso(this.#bar.from), until: iso(this.#bar.until), buckets: String(buckets) });
    if (view("known")) query.set("known", view("known"));
    const answer = await fetch(`${this.#props.url ?? "/v1/as-of/times"}?${query}`).catch(() => null);
    if (!answer?.ok || mine !== this.#told) return; // the bars that there are stay
    const times = (await answer.json()) as Times;
    const known = share(this.#bar, this.#at("known")) * buckets;
    this.#bars.replaceChildren(
      ...heights(times.valid).map((height, i) => {
        const bar = make("i", { class: i >= known ? "tb-later" : undefined });
        bar.style.blockSize = `${Math.round(height * 100)}%`;
        return bar;
      }),
    );
    const most = Math.max(0, ...times.valid);
    this.#bars.parentElement?.setAttribute("data-most", String(most));
  }

  #stretch(span: Span, bar: Bar = around(this.#at("known"), span)): void {
    this.#span = span;
    this.#bar = bar;
    for (const [name, button] of this.#spans) button.setAttribute("aria-pressed", String(name === span));
    this.#ticks.replaceChildren(
      ...ticks(this.#bar, span).filter((at) => share(this.#bar, at) > 0.02 && share(this.#bar, at) < 0.96).map((at) => {
        const midnight = at % 86_400_000 === 0;
        const text = midnight ? new Date(at).toISOString().slice(5, 10) : zulu(at, false);
        const tick = make("span", { class: midnight ? "tb-day" : undefined }, make("bdi", { dir: "ltr" }, text));
        tick.style.insetInlineStart = `${(share(this.#bar, at) * 100).toFixed(3)}%`;
        return tick;
      }),
    );
    this.#show();
    this.#mark();
    void this.#count();
  }

  #set(name: Name, at: number, rendered = true): void {
    const latest = deskNow();
    const value = name === "known" && at >= latest - 1000 ? null : iso(at);
    look({ [name]: value }, rendered);
    this.#show();
    if (at < this.#bar.from || at > this.#bar.until) {
      const half = (this.#bar.until - this.#bar.from) / 2;
      const { tick } = SPANS[this.#span];
      const from = Math.floor((at - half) / tick) * tick;
      this.#stretch(this.#span, { from, until: from + 2 * half });
    } else if (name === "known" && rendered) void this.#count();
  }

  #key(event: KeyboardEvent, name: Name): void {
    const { step, long } = SPANS[this.#span];
    const later = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    const earlier = later === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
    const at = this.#at(name);
    const moved: Readonly<Record<string, number>> = {
      [later]: at + step, ArrowUp: at + step, [earlier]: at - step, ArrowDown: at - step, PageUp: at + long / 7,
      PageDown: at - long / 7, Home: this.#bar.from, End: name === "known" ? Math.min(this.#bar.until, deskNow()) : this.#bar.until,
    };
    const to = moved[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#pause();
    this.#set(name, name === "known" ? Math.min(to, deskNow()) : to);
  }

  #step(key: string): void {
    const { step } = SPANS[this.#span];
    const name: Name = key === "{" || key === "}" ? "known" : "valid";
    this.#pause();
    this.#set(name, this.#at(name) + (key === "]" || key === "}" ? step : -step));
  }

  #drag(event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault();
    const box = this.#track.getBoundingClientRect();
    const mirrored = document.documentElement.dir === "rtl";
    const handle = (event.target as Element).closest(".tb-handle");
    const name: Name = handle ? (handle === this.#handles.known ? "known" : "valid") : event.clientY > box.top + box.height * 0.8 ? "known" : "valid";
    const { step } = SPANS[this.#span];
    const fine = Math.max(1000, step / 5);
    const to = (x: number): number => instant(this.#bar, along(x, box.left, box.width, mirrored), fine, name === "known" ? deskNow() : Infinity);
    this.#pause();
    this.#handles[name].focus();
    let last = event.clientX;
    let waiting = 0;
    const moving = new AbortController();
    const move = (moved: PointerEvent): void => {
      last = moved.clientX;
      waiting ||= window.setTimeout(() => {
        waiting = 0;
        this.#set(name, to(last), false);
      }, 120);
    };
    const end = (): void => {
      moving.abort();
      clearTimeout(waiting);
      this.#set(name, to(last), false);
      look({}, true);
      void this.#count();
    };
    addEventListener("pointermove", move, { signal: moving.signal });
    addEventListener("pointerup", end, { signal: moving.signal });
    addEventListener("pointercancel", end, { signal: moving.signal });
    if (!handle) this.#set(name, to(last), false);
  }

  #toggle(): void {
    if (this.#playing) {
      this.#pause();
      return;
    }
    this.#play.setAttribute("aria-pressed", "true");
    this.#play.textContent = word(this.#words, "time.pause");
    const { step } = SPANS[this.#span];
    this.#playing = window.setInterval(() => {
      const next = this.#at("valid") + step;
      if (next > this.#bar.until) this.#pause();
      else this.#set("valid", next, false);
    }, calm() ? 2000 : 600);
  }

  #pause(): void {
    clearInterval(this.#playing);
    this.#playing = 0;
    this.#play.setAttribute("aria-pressed", "false");
    this.#play.textContent = word(this.#words, "time.play");
  }
}

