/**
 * The as-of slider of an incident: the moments at which somebody said something, on a slider that the arrow keys move. It goes
 * where the form would go: to the page as known at that moment.
 */
import { make } from "../core/dom";
import { island } from "../core/island";

island("known", (element) => {
  const input = element.querySelector<HTMLInputElement>('input[name="known"]');
  const list = element.parentElement?.querySelectorAll<HTMLAnchorElement>(".moments a[href]") ?? [];
  const label = element.querySelector("label");
  if (!(element instanceof HTMLFormElement) || !input || !label || list.length < 2) return undefined;
  const links = [...list];
  const here = links.findIndex((link) => link.getAttribute("aria-current") === "true");
  const slider = make("input", { type: "range", min: 0, max: links.length - 1, step: 1, value: here < 0 ? links.length - 1 : here, "aria-label": label.textContent.trim(), class: "known-slider" });
  const told = (): string => links[Number(slider.value)]?.dataset["at"] ?? "";
  slider.setAttribute("aria-valuetext", told());
  const output = make("output", {}, told());
  slider.addEventListener("input", () => {
    slider.setAttribute("aria-valuetext", told());
    output.textContent = told();
  });
  slider.addEventListener("change", () => {
    const link = links[Number(slider.value)];
    if (link) location.assign(link.href);
  });
  const row = make("div", { class: "known-row" }, slider, output);
  element.prepend(row);
  return () => row.remove();
});
