/** Parts of a page that take a while to make come after it: `data-island="later"` on one gives where it is had. */
import { DRAWN } from "../core/drawn";
import { island, place } from "../core/island";

const MOST_MS = 4000;

export function later(): void {
  island("later", (element) => {
    const gone = new AbortController();
    void drawn(gone.signal).then(() => bring(element, element.dataset["from"] ?? "", gone.signal)).catch(() => undefined); // what it has leads there
    return () => gone.abort();
  });
}

/** The map goes first, where the page has one that is not drawn yet; but nobody waits for it long. */
function drawn(signal: AbortSignal): Promise<void> {
  if (!document.querySelector('[data-island="map"]') || document.querySelector('[data-island="map"] [data-shown]')) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener(DRAWN, () => resolve(), { once: true, signal });
    setTimeout(resolve, MOST_MS);
  });
}

async function bring(element: HTMLElement, from: string, signal: AbortSignal): Promise<void> {
  if (!from) return;
  const answer = await fetch(from, { cache: "no-store", headers: { accept: "text/html" }, signal });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("section");
  if (!fresh || !element.isConnected) return;
  place(element, [...fresh.childNodes].map((node) => document.importNode(node, true)));
}
