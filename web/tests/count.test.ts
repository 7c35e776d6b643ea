import { describe, expect, it } from "vitest";
import { calmer, spell } from "../src/core/count";

describe("a deadline in figures", () => {
  it.each([
    [0, "0:00"],
    [9, "0:09"],
    [192, "3:12"],
    [3599, "59:59"],
    [3600, "1:00:00"],
    [7800, "2:10:00"],
    [-80, "−1:20"],
  ])("%i s is %s", (seconds, text) => {
    expect(spell(seconds)).toBe(text);
  });

  it("is left in the words of the server from two days on", () => {
    expect(spell(2 * 86_400)).toBeNull();
    expect(spell(2 * 86_400 - 1)).toBe("47:59:59");
  });

  it("moves every ten seconds for who wants no motion, and never says more than there is", () => {
    for (let left = 61; left < 700; left += 1) expect(calmer(left)).toBeLessThanOrEqual(left);
    expect(new Set(Array.from({ length: 60 }, (_, i) => calmer(120 + i))).size).toBe(6);
    expect(calmer(59)).toBe(59);
  });
});
