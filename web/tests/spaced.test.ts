import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { spaced } from "../src/core/spaced";

describe("what is called for in bursts", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is done at once, then once a second, and once after the last call", () => {
    const times: number[] = [];
    const { call } = spaced(() => times.push(Date.now()), 1000);
    const began = Date.now();
    for (let i = 0; i < 250; i += 1) {
      call();
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(10_000);
    expect(times.map((each) => each - began)).toEqual([0, 1000, 2000, 3000]);
  });

  it("is done at once again after a pause, and not twice for one call", () => {
    const act = vi.fn();
    const { call } = spaced(act, 1000);
    call();
    vi.advanceTimersByTime(5000);
    expect(act).toHaveBeenCalledTimes(1);
    call();
    expect(act).toHaveBeenCalledTimes(2);
  });

  it("is let go of", () => {
    const act = vi.fn();
    const { call, stop } = spaced(act, 1000);
    call();
    call();
    stop();
    vi.advanceTimersByTime(5000);
    expect(act).toHaveBeenCalledTimes(1);
  });
});
