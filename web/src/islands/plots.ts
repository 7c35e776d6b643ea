/**
 * A line through the plots of a finding at the pointer, and at *valid at* where the page has one. The plots are the server's;
 * each says from which second to which it goes, and where in its view box those stand: `<svg data-t0 data-t1 data-x0 data-x1>`
 * (x1 is left of x0 where the plot is mirrored).
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
  readonly x0: number;
  readonly x1: number;
}

island("plots", (element) => {
  const plots = [...element.querySelectorAll<SVGSVGElement>("svg[data-t0]")].flatMap((svg) => {
    const [from, until] = [Number(svg.dataset["t0"]) * 1000, Number(svg.dataset["t1"]) * 1000];
    const [x0, x1] = [Number(svg.dataset["x0"]), Number(svg.dataset["x1"])];
    if (![from, until, x0, x1].every(Number.isFinite) || until <= from) return [];
    const tall = svg.viewBox.baseVal.height;
    const line = draw("line", { class: "plot-at", y1: 0, y2: tall, visibility: "hidden" });
    const text = draw("text", { class: "plot-at-time", y: 10, visibility: "hidden" });
    svg.append(line, text);
    return [{ svg, line, text, from, until, x0, x1 } satisfies Plot];
  });

  const show = (at: number | null): void => {
    for (const { line, text, from, until, x0, x1 } of plots) {
      const there = at !== null && at >= from && at <= until;
      for (const each of [line, text]) each.setAttribute("visibility", there ? "visible" : "hidden");
      if (!there) continue;
      const x = String(x0 + ((at - from) / (until - from)) * (x1 - x0));
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
  const moves = plots.map(({ svg, from, until, x0, x1 }) => {
    const move = (event: PointerEvent): void => {
      const matrix = svg.getScreenCTM();
      if (!matrix) return;
      const x = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse()).x;
      const part = (x - x0) / (x1 - x0);
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
