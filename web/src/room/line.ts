/** The line to the desk: its state and the age of the data always stand in the strip; without it, a bar says since when. */
import { deskNow, zulu } from "../core/clock";
import { make } from "../core/dom";
import { type Words, word } from "../core/words";

const SLOW_MS = 20_000;

export class Line {
  readonly #cell: HTMLElement | null;
  readonly #words: Words;
  #heard = Date.now();
  #lostAt = 0;
  #bar: HTMLElement | undefined;

  constructor(cell: HTMLElement | null, words: Words) {
    this.#cell = cell;
    this.#words = words;
    setInterval(() => this.show(), 5000);
  }

  get up(): boolean {
    return this.#lostAt === 0;
  }

  /** Since when the line is gone, by this machine's clock; 0: it is there. */
  get since(): number {
    return this.#lostAt;
  }

  alive(): void {
    this.#heard = Date.now();
    if (this.#lostAt) this.#lostAt = 0;
    this.show();
  }

  lost(): void {
    this.#lostAt ||= this.#heard;
    this.show();
  }

  show(): void {
    const age = Math.max(0, Date.now() - this.#heard);
    const state = this.#lostAt ? "none" : age > SLOW_MS ? "slow" : "live";
    if (this.#cell) {
      this.#cell.dataset["state"] = state;
      put(this.#cell.querySelector("small"), word(this.#words, `link.${state}`));
      put(this.#cell.querySelector("b"), this.#age(age));
    }
    if (state !== "none") {
      this.#bar?.remove();
      this.#bar = undefined;
      return;
    }
    if (!this.#bar) {
      this.#bar = make("div", { class: "offline", role: "status" }, make("b"), " ", make("span"));
      const strip = document.querySelector("header.strip");
      if (strip) strip.after(this.#bar);
      else document.body.prepend(this.#bar);
    }
    const since = zulu(deskNow() - (Date.now() - this.#lostAt), false);
    put(this.#bar.querySelector("b"), `${word(this.#words, "offline.since", { time: since })} ${word(this.#words, "offline.age", { n: Math.floor(age / 60_000) })}`);
    put(this.#bar.querySelector("span"), word(this.#words, "offline.kept"));
  }

  #age(age: number): string {
    if (age < 60_000) return word(this.#words, "age.s", { n: Math.floor(age / 5000) * 5 });
    return word(this.#words, "age.min", { n: Math.floor(age / 60_000) });
  }
}

function put(element: Element | null, text: string): void {
  if (element && element.textContent !== text) element.textContent = text;
}
