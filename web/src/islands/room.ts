/** What every page asks for. Small: what is big comes when a page has a place for it. */
import { Safe } from "../core/safe";
import { wordsOfPage } from "../core/words";
import { drafts } from "../drafts/drafts";
import { outbox } from "../drafts/outbox";
import { keys } from "../room/keys";
import { later } from "../room/later";
import { live } from "../room/live";
import { locking } from "../room/lock";
import { tick } from "../room/ticking";

const words = wordsOfPage();
// A form that was refused stands on its own page again, at the address that took it: from there nothing could be reloaded.
const here = document.documentElement.dataset["here"];
if (here) history.replaceState(null, "", here);
tick(words);
keys(words);
later();
locking(words);
const up = live(words);

const key = document.querySelector<HTMLElement>('[data-island="connection"]')?.dataset["kept"];
void Safe.open(key).then((safe) => {
  if (!safe) return;
  drafts(safe, words);
  outbox(safe, words, up);
});
