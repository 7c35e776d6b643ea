/**
 * What is looked at stands in the query of the address, so that it can be sent and printed: `known`, `valid`, `on` (what is
 * selected), `without` (layers that are off). Never a position: that is after the #, which no browser sends.
 */
import { refresh } from "../room/refresh";

/** Fired on `document` after the query changed, with the names that did. */
export const VIEW = "thalweg:view";

export function view(name: string): string {
  return new URLSearchParams(location.search).get(name) ?? "";
}

let passing = false;

/** Changes the query without a new page; `rendered`: the parts that the server renders follow. */
export function look(changes: Readonly<Record<string, string | null>>, rendered = true): void {
  const query = new URLSearchParams(location.search);
  const changed: string[] = [];
  for (const [name, value] of Object.entries(changes)) {
    if ((query.get(name) ?? "") === (value ?? "")) continue;
    changed.push(name);
    if (value) query.set(name, value);
    else query.delete(name);
  }
  if (!changed.length) {
    if (rendered) follow();
    return;
  }
  const text = query.toString().replace(/%3A/g, ":").replace(/%2F/g, "/").replace(/%2C/g, ",");
  const address = location.pathname + (text ? `?${text}` : "") + location.hash;
  // What is passed through on the way does not become a step to go back to.
  if (passing) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  passing = !rendered && changed.every((name) => name === "known" || name === "valid");
  tell(changed, rendered);
}

function tell(changed: readonly string[], rendered: boolean): void {
  document.dispatchEvent(new CustomEvent(VIEW, { detail: changed }));
  if (rendered) follow();
}

function follow(): void {
  passing = false;
  if (document.querySelector("[data-live]")) void refresh();
}

let following = false;

/** Links of this page that only change the query (`<a href="?on=…">`) do so in place; so does going back. */
export function followLinks(): void {
  if (following) return;
  following = true;
  let before = location.search;
  addEventListener("popstate", () => {
    if (location.search === before) return;
    before = location.search;
    tell(["known", "valid", "on", "without"], true);
  });
  document.addEventListener(VIEW, () => (before = location.search));
  document.addEventListener("click", (event) => {
    const link = (event.target as Element | null)?.closest?.("a[data-view]");
    if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const url = new URL(link.href);
    if (url.origin !== location.origin || url.pathname !== location.pathname) return;
    event.preventDefault();
    const names = new Set([...url.searchParams.keys(), ...new URLSearchParams(location.search).keys()]);
    look(Object.fromEntries([...names].map((name) => [name, url.searchParams.get(name)])));
  });
}
