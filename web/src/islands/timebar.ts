/** The time bar comes as soon as it can, without the map. */
import { island } from "../core/island";
import { wordsOfPage } from "../core/words";
import { Timebar, type TimebarProps } from "../timebar/timebar";

island<TimebarProps>("timebar", (element, props) => {
  const bar = new Timebar(element, props, wordsOfPage());
  return () => bar.close();
});
