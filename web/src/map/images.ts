/** Signs and hatches, drawn in the colours of the page: nothing is fetched. Shape first, colour second. */
import type { Theme, Token } from "./theme";

type Draw = (pen: CanvasRenderingContext2D, size: number) => void;
const RATIO = 2;

export const INKS = ["p0", "p1", "p2", "p3"] as const;

function image(size: number, draw: Draw): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * RATIO;
  const pen = canvas.getContext("2d", { willReadFrequently: true })!;
  pen.scale(RATIO, RATIO);
  pen.lineCap = "round";
  pen.lineJoin = "round";
  draw(pen, size);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

function lines(pen: CanvasRenderingContext2D, ...paths: readonly (readonly number[])[]): void {
  for (const path of paths) {
    pen.beginPath();
    for (let i = 0; i < path.length; i += 2) pen.lineTo(path[i]!, path[i + 1]!);
    pen.stroke();
  }
}

/** Diagonal to the left for own air, to the right for another's; upright for the ground; crossed for zones; dots for none. */
const HATCHES: Readonly<Record<string, readonly [number, Draw]>> = {
  "air-l": [12, (pen) => lines(pen, [0, 0, 12, 12], [-2, 10, 2, 14], [10, -2, 14, 2])],
  "air-r": [12, (pen) => lines(pen, [0, 12, 12, 0], [-2, 2, 2, -2], [10, 14, 14, 10])],
  ground: [10, (pen) => lines(pen, [5, 0, 5, 10])],
  any: [10, (pen) => lines(pen, [0, 5, 10, 5])],
  zone: [12, (pen) => lines(pen, [0, 0, 12, 12], [12, 0, 0, 12])],
  site: [10, (pen) => lines(pen, [0, 5, 10, 5], [5, 0, 5, 10])],
  none: [
    12,
    (pen) => {
      pen.beginPath();
      pen.arc(4, 4, 1.4, 0, 7);
      pen.fill();
    },
  ],
};

/** Pictograms in a field of 24. */
const KINDS: Readonly<Record<string, string>> = {
  operation: "M12 3v5l9 5v2l-9-2v5l3 2v1l-3-.7L9 21v-1l3-2v-5l-9 2v-2l9-5z",
  movement: "M2 7h11v9H2zM13 10h5l4 3v3h-9z",
  static_site: "M4 4h16v16H4zM12 8v8M8 12h8",
  restricted_zone: "M4 4h16v16H4zM4 12l8-8M4 20L20 4M12 20l8-8",
  negative: "M6 18L18 6",
  line: "M3 18l5-6 5 3 8-9",
};

/** By name, each drawn when it is asked for. */
export function images(theme: Theme): Map<string, () => ImageData> {
  const made = new Map<string, () => ImageData>();
  for (const ink of INKS) {
    for (const [name, [size, draw]] of Object.entries(HATCHES)) {
      made.set(`hatch-${name}-${ink}`, () => image(size, (pen) => {
        pen.strokeStyle = pen.fillStyle = theme[ink];
        pen.globalAlpha = 0.5;
        pen.lineWidth = 1;
        draw(pen, size);
      }));
    }
    made.set(`chevron-${ink}`, () => image(14, (pen) => {
      pen.strokeStyle = theme.land;
      pen.lineWidth = 4.5;
      lines(pen, [5, 2.5, 9.5, 7, 5, 11.5]);
      pen.strokeStyle = theme[ink];
      pen.lineWidth = 2;
      lines(pen, [5, 2.5, 9.5, 7, 5, 11.5]);
    }));
    for (const [kind, path] of Object.entries(KINDS)) made.set(`kind-${kind}-${ink}`, () => image(24, (pen) => pictogram(pen, path, theme, ink, kind)));
  }
  for (const [name, draw] of Object.entries(SEVERITIES)) made.set(`finding-${name}`, () => image(28, (pen) => draw(pen, theme)));
  made.set("star", () => image(28, (pen) => star(pen, theme, theme.ink)));
  made.set("star-emergency", () => image(28, (pen) => star(pen, theme, theme.emerg)));
  made.set("crossing", () => image(24, (pen) => {
    for (const [colour, width] of [[theme.land, 5], [theme.ink, 2]] as const) {
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      lines(pen, [4, 20, 19, 5], [11, 5, 19, 5, 19, 13]);
    }
  }));
  made.set("town", () => image(8, (pen) => {
    pen.fillStyle = theme.ink2;
    pen.fillRect(2, 2, 4, 4);
  }));
  return made;
}

function pictogram(pen: CanvasRenderingContext2D, path: string, theme: Theme, ink: Token, kind: string): void {
  if (kind === "static_site") {
    pen.fillStyle = theme[ink];
    pen.beginPath();
    pen.roundRect(3, 3, 18, 18, 4);
    pen.fill();
    pen.strokeStyle = theme.surface;
    pen.lineWidth = 2.4;
    lines(pen, [12, 7, 12, 17], [7, 12, 17, 12]);
    return;
  }
  const shape = new Path2D(path);
  pen.strokeStyle = theme.land;
  pen.lineWidth = 4;
  pen.stroke(shape);
  pen.strokeStyle = pen.fillStyle = theme[ink];
  pen.lineWidth = 1.6;
  pen.stroke(shape);
  if (kind === "operation") pen.fill(shape);
}

const SEVERITIES: Readonly<Record<string, (pen: CanvasRenderingContext2D, theme: Theme) => void>> = {
  emergency: (pen, theme) => {
    filled(pen, "M9 3h10l6 6v10l-6 6H9l-6-6V9z", theme.emerg);
    mark(pen, theme.surface, 11);
    mark(pen, theme.surface, 17);
  },
  warning: (pen, theme) => {
    filled(pen, "M14 3L26 25H2z", theme.warn);
    mark(pen, theme.surface, 14, 2);
  },
  caution: (pen, theme) => {
    filled(pen, "M14 2l12 12-12 12L2 14z", theme.surface);
    pen.strokeStyle = theme.caut;
    pen.lineWidth = 2.4;
    pen.stroke(new Path2D("M14 2.5l11.500 11.500-11.500 11.500L2.500 14z"));
    mark(pen, theme.caut, 14);
  },
  information: (pen, theme) => {
    pen.fillStyle = theme.surface;
    pen.strokeStyle = theme.info;
    pen.lineWidth = 2.4;
    pen.beginPath();
    pen.arc(14, 14, 10.5, 0, 7);
    pen.fill();
    pen.stroke();
    pen.fillStyle = theme.info;
    pen.fillRect(13, 12.5, 2, 7.5);
    pen.fillRect(13, 8.500, 2, 2.2);
  },
};

function filled(pen: CanvasRenderingContext2D, path: string, colour: string): void {
  pen.fillStyle = colour;
  pen.fill(new Path2D(path));
}

function mark(pen: CanvasRenderingContext2D, colour: string, x: number, down = 0): void {
  pen.fillStyle = colour;
  pen.fillRect(x - 1.2, 8 + down, 2.4, 8);
  pen.fillRect(x - 1.2, 18 + down, 2.4, 2.4);
}

function star(pen: CanvasRenderingContext2D, theme: Theme, colour: string): void {
  const path = new Path2D();
  for (let i = 0; i < 12; i += 1) {
    const [angle, radius] = [(i * Math.PI) / 6 - Math.PI / 2, i % 2 ? 6 : 12];
    path.lineTo(14 + radius * Math.cos(angle), 14 + radius * Math.sin(angle));
  }
  path.closePath();
  pen.fillStyle = theme.surface;
  pen.fill(path);
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.stroke(path);
}

export const PIXEL_RATIO = RATIO;
