/** What every page of somebody who has signed in asks for. Small: what is big comes when a page has a place for it. */
import { tick } from "../room/ticking";
import { wordsOfPage } from "../core/words";

tick(wordsOfPage());
