/** A map to draw on, beside the fields that say the same. */
import { island } from "../core/island";
import { wordsOfPage } from "../core/words";
import type { DrawProps } from "../declare/drawing";

island<DrawProps>("draw", (element, props) => {
  let close: (() => void) | undefined;
  let gone = false;
  void import("../declare/drawing").then(async ({ openDrawing }) => {
    if (gone) return;
    close = await openDrawing(element, props, wordsOfPage());
    if (gone) close();
  });
  return () => {
    gone = true;
    close?.();
  };
});
