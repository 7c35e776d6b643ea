/** What every page asks for. Small: what is big comes when a page has a place for it. */
import { wordsOfPage } from "../core/words";
import { keys } from "../room/keys";
import { live } from "../room/live";
import { tick } from "../room/ticking";

const words = wordsOfPage();
tick(words);
keys(words);
live(words);
