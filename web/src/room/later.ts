/** Parts of a page that take a while to make come after it: `data-island="later"` on one gives where it is had. */
import { island, place } from "../core/island";

export function later(): void {
  island("later", (element) => {
    const gone = new AbortController();
    void bring(element, element.dataset["from"] ?? "", gone.signal).catch(() => undefined); // what it has leads there
    return () => gone.abort();
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
