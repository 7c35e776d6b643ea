/** An invitation stands after the # of its link, which browsers keep to themselves: it is read here, and taken off. */
import { island } from "../core/island";

island("join", (element) => {
  const text = decodeURIComponent(location.hash.slice(1));
  const input = element.querySelector<HTMLInputElement>('input[name="invitation"]');
  if (!text || !input || !(element instanceof HTMLFormElement)) return undefined;
  history.replaceState(null, "", location.pathname);
  input.value = text;
  element.requestSubmit();
  return undefined;
});
