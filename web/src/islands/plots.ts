/**
 * A line through the plots of a finding at the pointer, and at *valid at* where the page has one. The plots are the server's;
 * each is marked with the times that its left and right edge stand for: `<svg data-from="…" data-until="…" data-left
 * data-right>` (edges of the plotted area in units of the view box).
 */
import { zulu } from "../core/clock";
import { draw } from "../core/dom";
import { island } from "../core/island";
import { VIEW, view } from "../core/view";

interface Plot {
  readonly svg: SVGSVGElement;
  readonly line: SVGLineElement;
  readonly text: SVGTextElement;
  readonly from: number;
  readonly until: number;
  readonly left: number;
  readonly right: number;
}

island("plots", (element) => {
  const plots = [...element.querySelectorAll<SVGSVGElement>("svg[data-from]")].flatMap((svg) => {
    const [from, until] = [Date.parse(svg.dataset["from"] ?? ""), Date.parse(svg.dataset["until"] ?? "")];
    const [left, right] = [Number(svg.dataset["left"]), Number(svg.dataset["right"])];
    if (![from, until, left, right].every(Number.isFinite) || until <= from) return [];
    const tall = svg.viewBox.baseVal.height;
    const line = draw("line", { class: "plot-at", y1: 0, y2: tall, visibility: "hidden" });
    const text = draw("text", { class: "plot-at-time", y: 10, visibility: "hidden" });
    svg.append(line, text);
    return [{ svg, line, text, from, until, left, right } satisfies Plot];
  });

  const show = (at: number | null): void => {
    for (const { line, text, from, until, left, right } of plots) {
      const there = at !== null && at >= from && at <= until;
      for (const each of [line, text]) each.setAttribute("visibility", there ? "visible" : "hidden");
      if (!there) continue;
      const x = String(left + ((at - from) / (until - from)) * (right - left));
      line.setAttribute("x1", x);
      line.setAttribute("x2", x);
      text.setAttribute("x", x);
      text.textContent = zulu(at);
    }
  };
  const valid = (): number | null => {
    const at = Date.parse(view("valid").split("/")[0] ?? "");
    return Number.isNaN(at) ? null : at;
  };
  const moves = plots.map(({ svg, from, until, left, right }) => {
    const move = (event: PointerEvent): void => {
      const matrix = svg.getScreenCTM();
      if (!matrix) return;
      const x = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse()).x;
      const part = (x - left) / (right - left);
      show(part >= 0 && part <= 1 ? from + part * (until - from) : valid());
    };
    svg.addEventListener("pointermove", move);
    return () => svg.removeEventListener("pointermove", move);
  });
  const rest = (): void => show(valid());
  element.addEventListener("pointerleave", rest);
  document.addEventListener(VIEW, rest);
  rest();
  return () => {
    for (const each of moves) each();
    for (const { line, text } of plots) {
      line.remove();
      text.remove();
    }
    element.removeEventListener("pointerleave", rest);
    document.removeEventListener(VIEW, rest);
  };
});
