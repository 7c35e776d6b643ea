/** What the signs of the map mean, drawn as the map draws them: whose by shape and colour, what by pictogram, how sure. */
import { make } from "../core/dom";
import { type Words, word } from "../core/words";
import { DOT_PATHS } from "./dots";
import type { Drawn, Parties, Side } from "./facts";
import { images } from "./images";
import { type Theme, theme } from "./theme";

const SIDES: readonly (readonly [Side, Drawn["ink"] & ("p0" | "p1" | "p2" | "p3")])[] = [["own", "p1"], ["other", "p2"], ["relief", "p3"], ["third", "p0"]];
const KINDS = ["operation", "movement", "static_site", "restricted_zone", "negative"];
const SEVERITIES = ["emergency", "warning", "caution", "information"];
const STATUSES: Readonly<Record<string, readonly number[]>> = { agreed: [], tacit: [5, 2, 1, 2], disputed: [4, 4] };
const SIZE = 22;
const RATIO = 2;

export function legend(words: Words, parties: Parties): HTMLElement {
  const colours = theme();
  const drawn = images(colours);
  const list = make("ul", { class: "map-legend" });
  const add = (sign: HTMLCanvasElement, text: string): void => list.append(make("li", {}, sign, make("span", { dir: "auto" }, text)));
  for (const [side, ink] of SIDES) {
    const names = Object.values(parties).filter((each) => each.side === side).map((each) => each.name);
    if (names.length) add(whose(colours, ink), names.join(", "));
  }
  for (const kind of KINDS) add(picture(drawn.get(`kind-${kind}-p0`)?.()), word(words, `kind.${kind}`));
  for (const [status, dashes] of Object.entries(STATUSES)) add(line(colours, dashes, status === "agreed"), word(words, `line.${status}`));
  add(ring(colours), word(words, "layer.doubt"));
  for (const severity of SEVERITIES) add(picture(drawn.get(`finding-${severity}`)?.()), word(words, `severity.${severity}`));
  add(picture(drawn.get("crossing")?.()), word(words, "map.crossing"));
  add(picture(drawn.get("star-emergency")?.()), word(words, "map.emergency"));
  add(picture(drawn.get("star")?.()), word(words, "map.incident"));
  return list;
}

function blank(): [HTMLCanvasElement, CanvasRenderingContext2D] {
  const canvas = make("canvas", { "aria-hidden": "true", width: SIZE * RATIO, height: SIZE * RATIO });
  const pen = canvas.getContext("2d")!;
  pen.scale(RATIO, RATIO);
  return [canvas, pen];
}

function picture(data: ImageData | undefined): HTMLCanvasElement {
  const canvas = make("canvas", { "aria-hidden": "true", width: data?.width ?? 1, height: data?.height ?? 1 });
  if (data) canvas.getContext("2d")!.putImageData(data, 0, 0);
  return canvas;
}

/** The dot of the far view, in the way's style: solid for one's own and relief, dashed for the others. */
function whose(colours: Theme, ink: "p0" | "p1" | "p2" | "p3"): HTMLCanvasElement {
  const [canvas, pen] = blank();
  pen.fillStyle = pen.strokeStyle = colours[ink];
  pen.translate(SIZE / 2, SIZE / 2);
  pen.fill(new Path2D(DOT_PATHS[ink]));
  pen.lineWidth = 2;
  pen.setLineDash(ink === "p1" || ink === "p3" ? [] : [4, 2.5]);
  pen.stroke(new Path2D("M-11 9H11"));
  return canvas;
}

function line(colours: Theme, dashes: readonly number[], double: boolean): HTMLCanvasElement {
  const [canvas, pen] = blank();
  pen.strokeStyle = colours.ink;
  pen.lineWidth = double ? 1.4 : 1.8;
  pen.setLineDash([...dashes]);
  pen.stroke(new Path2D(double ? "M0 9H22M0 13H22" : "M0 11H22"));
  return canvas;
}

function ring(colours: Theme): HTMLCanvasElement {
  const [canvas, pen] = blank();
  pen.strokeStyle = colours.ink;
  pen.fillStyle = colours.ink3;
  pen.lineWidth = 1.4;
  pen.arc(11, 11, 9, 0, 7);
  pen.globalAlpha = 0.15;
  pen.fill();
  pen.globalAlpha = 1;
  pen.setLineDash([1.4, 3]);
  pen.stroke();
  return canvas;
}
