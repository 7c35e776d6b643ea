/**
 * Thousands of things that are smaller than a sign, in one draw: whose it is by shape and by colour. No tiles are cut for
 * them and no worker is asked, so that they are there with the first frame.
 */
import type { CustomLayerInterface, CustomRenderMethodInput } from "maplibre-gl";
import type { Drawn } from "./facts";
import type { Theme } from "./theme";

export interface Dot {
  readonly lon: number;
  readonly lat: number;
  readonly ink: Drawn["ink"];
  readonly key: string;
  /** the layer that it is switched off with */
  readonly layer: "areas" | "sites";
}

export const DOTS = "dots";
const INKS = ["p0", "p1", "p2", "p3"] as const;
/** pixels across: a disc of one's own, a square of the other desk's, a triangle of relief's, a diamond of third parties' */
const ACROSS_PX = 6; // and less where the whole region is on a small screen

/** the same shapes for the legend, about the origin */
export const DOT_PATHS: Readonly<Record<(typeof INKS)[number], string>> = {
  p0: "M0 -6L6 0L0 6L-6 0z",
  p1: "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z",
  p2: "M-5 -5H5V5H-5z",
  p3: "M0 -6L6 5H-6z",
};

const VERTEX = `#version 300 es
in vec2 at;
in float ink;
uniform mat4 seen;
uniform float across;
flat out int whose;
void main() {
  gl_Position = seen * vec4(at, 0.0, 1.0);
  gl_PointSize = across;
  whose = int(ink);
}`;
const FRAGMENT = `#version 300 es
precision mediump float;
flat in int whose;
uniform vec3 inks[4];
out vec4 colour;
void main() {
  vec2 p = abs(gl_PointCoord * 2.0 - 1.0);
  float far = whose == 1 ? length(p)
    : whose == 2 ? max(p.x, p.y) * 1.15
    : whose == 3 ? max(p.x * 1.1 + (1.0 - gl_PointCoord.y) * 1.1, gl_PointCoord.y)
    : p.x + p.y;
  if (far > 1.0) discard;
  colour = vec4(inks[whose], 1.0);
}`;

export function mercator(lon: number, lat: number): [number, number] {
  return [(lon + 180) / 360, 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI)];
}

export class Dots implements CustomLayerInterface {
  readonly id = DOTS;
  readonly type = "custom";
  #dots: readonly Dot[] = [];
  #middle: [number, number] = [0.5, 0.5];
  #data = new Float32Array(0);
  #fresh = false;
  #zoom = (): number => 7;
  #inks: Float32Array;
  #gl: WebGL2RenderingContext | null = null;
  #program: WebGLProgram | null = null;
  #buffer: WebGLBuffer | null = null;
  #array: WebGLVertexArrayObject | null = null;

  constructor(theme: Theme) {
    this.#inks = inksOf(theme);
  }

  colour(theme: Theme): void {
    this.#inks = inksOf(theme);
  }

  put(dots: readonly Dot[]): void {
    this.#dots = dots;
    const first = dots[0];
    this.#middle = first ? mercator(first.lon, first.lat) : [0.5, 0.5];
    this.#data = new Float32Array(dots.length * 3);
    dots.forEach((dot, i) => {
      const [x, y] = mercator(dot.lon, dot.lat);
      // Of the first, so that a number of 32 bits is fine enough.
      this.#data.set([x - this.#middle[0], y - this.#middle[1], Math.max(0, INKS.indexOf(dot.ink as (typeof INKS)[number]))], i * 3);
    });
    this.#fresh = true;
  }

  /** The dot within so many degrees of a place, the nearest. */
  near(lon: number, lat: number, within_deg: number): Dot | null {
    const narrow = Math.cos((lat * Math.PI) / 180);
    let [best, least] = [null as Dot | null, (within_deg * narrow) ** 2];
    for (const dot of this.#dots) {
      const away = ((dot.lon - lon) * narrow) ** 2 + (dot.lat - lat) ** 2;
      if (away <= least) [best, least] = [dot, away];
    }
    return best;
  }

  onAdd(map: { getZoom(): number }, gl: WebGLRenderingContext | WebGL2RenderingContext): void {
    if (!(gl instanceof WebGL2RenderingContext)) return;
    this.#gl = gl;
    this.#zoom = () => map.getZoom();
    const program = (this.#program = gl.createProgram());
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]] as const) {
      const shader = gl.createShader(kind)!;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.bindAttribLocation(program, 0, "at");
    gl.bindAttribLocation(program, 1, "ink");
    gl.linkProgram(program);
    this.#buffer = gl.createBuffer();
    this.#array = gl.createVertexArray();
    this.#fresh = true;
  }

  onRemove(): void {
    this.#gl?.deleteProgram(this.#program);
    this.#gl?.deleteBuffer(this.#buffer);
    this.#gl?.deleteVertexArray(this.#array);
    this.#gl = null;
  }

  render(given: WebGLRenderingContext | WebGL2RenderingContext, told: CustomRenderMethodInput): void {
    const gl = this.#gl;
    if (!gl || given !== gl || !this.#dots.length || !this.#program) return;
    gl.useProgram(this.#program);
    gl.bindVertexArray(this.#array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffer);
    if (this.#fresh) {
      gl.bufferData(gl.ARRAY_BUFFER, this.#data, gl.STATIC_DRAW);
      gl.enableVertexAttribArray(0);
      gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 12, 0);
      gl.enableVertexAttribArray(1);
      gl.vertexAttribPointer(1, 1, gl.FLOAT, false, 12, 8);
      this.#fresh = false;
    }
    gl.uniformMatrix4fv(gl.getUniformLocation(this.#program, "seen"), false, moved(told.defaultProjectionData.mainMatrix, this.#middle));
    const ratio = gl.drawingBufferWidth / ((gl.canvas as HTMLCanvasElement).clientWidth || gl.drawingBufferWidth);
    gl.uniform1f(gl.getUniformLocation(this.#program, "across"), Math.max(3, Math.min(ACROSS_PX, this.#zoom() - 1) * ratio));
    gl.uniform3fv(gl.getUniformLocation(this.#program, "inks"), this.#inks);
    gl.drawArrays(gl.POINTS, 0, this.#dots.length);
    gl.bindVertexArray(null);
  }
}

/** The matrix after a move of what it is applied to. */
function moved(matrix: ArrayLike<number>, [x, y]: readonly [number, number]): Float32Array {
  const made = Float64Array.from(matrix);
  for (let i = 0; i < 4; i += 1) made[12 + i] = matrix[i]! * x + matrix[4 + i]! * y + matrix[12 + i]!;
  return Float32Array.from(made);
}

function inksOf(theme: Theme): Float32Array {
  return Float32Array.from(INKS.flatMap((ink) => rgb(theme[ink])));
}

function rgb(colour: string): number[] {
  const hex = /^#([0-9a-f]{6})/i.exec(colour)?.[1];
  return hex ? [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255) : [0.35, 0.35, 0.35];
}
