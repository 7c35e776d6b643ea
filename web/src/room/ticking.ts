/**
 * Clocks and deadlines move, in place and once a second; every ten seconds for who wants no motion.
 *
 *     <b data-clock="1505521818000">00:30:18Z</b>
 *     <span class="due" data-due="1505522010000"><b>3:12</b> <small>left</small></span>
 */
import { deskNow, zulu } from "../core/clock";
import { calmer, spell } from "../core/count";
import { calm } from "../core/dom";
import { PLACED } from "../core/island";
import { type Words, word } from "../core/words";

export function tick(words: Words): void {
  const show = (): void => {
    const now = deskNow();
    const still = calm();
    for (const element of document.querySelectorAll<HTMLElement>("[data-clock]")) {
      put(element, zulu(still ? now - (now % 10_000) : now));
    }
    for (const element of document.querySelectorAll<HTMLElement>("[data-due]")) {
      const left = Math.floor((Number(element.dataset["due"]) - now) / 1000);
      const text = spell(still ? calmer(left) : left);
      const figures = element.querySelector("b");
      if (text === null || !figures) continue;
      put(figures, text);
      if (left < 0 && !element.classList.contains("over")) {
        element.classList.add("over");
        const unit = element.querySelector("small");
        if (unit) put(unit, word(words, "over"));
      }
    }
  };
  const again = (): void => {
    show();
    setTimeout(again, 1000 - (deskNow() % 1000));
  };
  document.addEventListener(PLACED, show);
  again();
}

function put(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
