/** The map comes when there is a place for it, and the page is there before it. */
import { island } from "../core/island";
import { wordsOfPage } from "../core/words";
import { early, type MapProps } from "../map/props";

island<MapProps>("map", (element, props) => {
  let close: (() => void) | undefined;
  let gone = false;
  const begun = early(props);
  void import("../map/pane").then(async ({ openPane }) => {
    if (gone) return;
    close = await openPane(element, props, wordsOfPage(), begun);
    if (gone) close();
  });
  return () => {
    gone = true;
    close?.();
  };
});
