import { describe, expect, it } from "vitest";
import { along, around, heights, instant, share, SPANS, ticks } from "../src/timebar/scale";

const at = Date.parse("2017-09-16T00:30:18Z");

describe("the bar of time", () => {
  it("stands around an instant and does not creep", () => {
    const bar = around(at, "7h");
    expect(new Date(bar.from).toISOString()).toBe("2017-09-15T21:00:00.000Z");
    expect(around(at + 60_000, "7h")).toEqual(bar);
    expect(ticks(bar, "7h")).toHaveLength(8);
  });

  it("gives back the instant that was put on it, on a whole step", () => {
    const bar = around(at, "7h");
    const { step } = SPANS["7h"];
    for (let i = 0; i <= 84; i += 1) expect(instant(bar, share(bar, bar.from + i * step), step)).toBe(bar.from + i * step);
  });

  it("never knows what is still to come", () => {
    const bar = around(at, "1h");
    expect(instant(bar, 1, 60_000, at)).toBe(at);
  });

  it("is mirrored where one reads from the right", () => {
    expect(along(30, 10, 100, false)).toBeCloseTo(0.2);
    expect(along(30, 10, 100, true)).toBeCloseTo(0.8);
  });

  it("has bars as high as their share of the highest, and none without any", () => {
    expect(heights([0, 2, 4])).toEqual([0, 0.5, 1]);
    expect(heights([0, 0])).toEqual([0, 0]);
  });
});
