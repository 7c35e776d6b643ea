import { describe, expect, it } from "vitest";
import { written } from "../src/map/coordinates";
import { bounds, circle, drawn, type Given, type Parties } from "../src/map/facts";
import { distance, label } from "../src/map/words";

const parties: Parties = {
  cj: { tag: "CJ", name: "Coalition", side: "own" },
  ru: { tag: "RU", name: "Russian desk", side: "other" },
};
const words = { "kind.operation": "Operation", "line.tacit": "tacit line", "mark.late": "late", "map.no_effect": "no effect" };

function given(properties: object, geometry: object = { type: "Point", coordinates: [40, 35] }): Given {
  return { type: "FeatureCollection", features: [{ type: "Feature", geometry, properties: { record: "declaration", ...properties } }] } as Given;
}

const first = (properties: object) => drawn(given(properties), parties, label(words)).features[0]!.properties;

describe("what is drawn", () => {
  it("says whose it is by letters and by ink, and what by hatch", () => {
    expect(first({ of: "ru", kind: "operation", medium: "air", subject: "R-1" })).toMatchObject({ ink: "p2", tag: "RU", hatch: "air-r", key: "R-1" });
    expect(first({ of: "cj", kind: "operation", medium: "air" })).toMatchObject({ ink: "p1", hatch: "air-l" });
    expect(first({ of: "xx", kind: "restricted_zone" })).toMatchObject({ ink: "p0", tag: "XX", hatch: "zone" });
  });

  it("shows a kind that was not disclosed as any", () => {
    expect(first({ of: "ru", kind: null, level: "coarse" })).toMatchObject({ hatch: "any", shape: "unstated" });
  });

  it("gives a rumour no ink and no hatch, and says that it has no effect", () => {
    const rumour = first({ of: "ru", kind: "restricted_zone", standing: "rumoured" });
    expect(rumour).toMatchObject({ ink: "pr", hatch: "" });
    expect(rumour.label).toContain("no effect");
  });

  it("says how far a point may be off, softly and with a dotted edge", () => {
    const all = drawn(given({ of: "cj", kind: "static_site", uncertainty_m: 3000 }), parties, label(words)).features;
    expect(all.map((each) => each.properties.shape)).toEqual(["static_site", "soft", "ring"]);
    expect(all[0]!.properties.label).toContain("±3 km");
    const metresPerPixel = (40_075_016.686 * Math.cos((35 * Math.PI) / 180)) / 512;
    expect(all[0]!.properties.doubt_px0 * metresPerPixel).toBeCloseTo(6000, 6);
  });

  it("writes marks in words", () => {
    expect(first({ of: "cj", kind: "operation", late: true, marks: ["exercise"] }).label).toContain("late");
  });

  it("is where it was said to be", () => {
    expect(bounds(given({}, { type: "LineString", coordinates: [[40, 35], [41, 34]] }))).toEqual([40, 34, 41, 35]);
    const ring = circle([40, 35], 10_000);
    expect(ring).toHaveLength(49);
    expect(ring[0]![1]).toBeCloseTo(35 + 10_000 / 111_319.49, 4);
  });
});

describe("figures on the map", () => {
  it.each([[510, "510 m"], [949, "950 m"], [3100, "3.1 km"], [12_100, "12 km"], [45, "45 m"]])("%d m is %s", (metres, text) => {
    expect(distance(metres)).toBe(text);
  });

  it("are coordinates in the reader's form", () => {
    expect(written(40.41972, 35.27889, "dms")).toBe("35°16′44″N 040°25′11″E");
    expect(written(40.41972, 35.27889, "decimal")).toBe("35.2789, 40.4197");
    expect(written(-0.5, -35.25, "ddm")).toBe("35°15.00′S 000°30.00′W");
    expect(written(40.99999, 35.99999, "dms")).toBe("36°00′00″N 041°00′00″E");
  });
});
