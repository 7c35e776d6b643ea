import { describe, expect, it } from "vitest";
import { written } from "../src/map/coordinates";
import { bounds, circle, doubts, drawn, type Given, type Parties } from "../src/map/facts";
import { nearest, said } from "../src/map/place";
import { read, type Row, type RowFeature } from "../src/map/rows";
import { byProcessor } from "../src/map/software";
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
    expect(first({ of: "ru", kind: "operation", medium: "air", subject: "R-1" })).toMatchObject({ ink: "p2", hatch: "air-r", key: "R-1" });
    expect(first({ of: "cj", kind: "operation", medium: "air" })).toMatchObject({ ink: "p1", hatch: "air-l" });
    expect(first({ of: "xx", kind: "restricted_zone" })).toMatchObject({ ink: "p0", hatch: "zone" });
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
    expect(doubts(all).features.map((each) => each.properties.shape)).toEqual(["soft", "ring"]);
    const [ring] = doubts(all).features.slice(1);
    expect((ring!.geometry as { coordinates: number[][] }).coordinates[0]![1]).toBeCloseTo(35 + 3000 / 111_319.49, 5);
    expect(all[0]!.properties.label).toContain("±3\u00a0km");
    const metresPerPixel = (40_075_016.686 * Math.cos((35 * Math.PI) / 180)) / 512;
    expect(all[0]!.properties.doubt_px0 * metresPerPixel).toBeCloseTo(6000, 6);
  });

  it("gives a rumour an edge and no fill", () => {
    const rumour = drawn(given({ of: "cj", kind: "static_site", uncertainty_m: 3000, standing: "rumoured" }), parties, label(words)).features;
    expect(doubts(rumour).features.map((each) => each.properties.shape)).toEqual(["ring"]);
  });

  it("takes to the worker only what a style reads", () => {
    const sent = first({ of: "cj", kind: "operation", title: "x", subject: "s", at: "2017-09-16T00:00:00Z", marks: [] });
    expect(Object.keys(sent).sort()).toEqual(["doubt_px0", "hatch", "ink", "key", "kind", "label", "record", "shape"]);
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

describe("rows of the room's map", () => {
  const row = (shape: unknown, flags = 1, coarse = 0): Row => ["alpha/s", "cj", "full", "static_site", "ground", "Hospital", flags, 0, [[1505521800, null, 0, 0, 1, coarse, shape]], 1] as unknown as Row;
  const feature = (shape: unknown, flags = 1, coarse = 0) => read({ thalweg: { known: "", left_out: 0 }, rows: [row(shape, flags, coarse)], features: [] }).features[0] as RowFeature;

  it("say what the interface says, when they are asked", () => {
    const { properties } = feature(["p", [40000000, 35000000]], 1 | 4 | 8);
    expect(properties).toMatchObject({ subject: "alpha/s", own: true, late: true, standing: "rumoured", hypothetical: false, marks: ["stale"], start: "2017-09-16T00:30:00Z", end: null });
  });

  it("are shapes as they were stated", () => {
    const circle = feature(["c", [40000000, 35000000], 10000]);
    expect(circle.at).toEqual([40, 35]);
    const [west, south] = circle.box;
    expect((35 - south) * 110_940).toBeGreaterThan(10_000);
    expect((40 - west) * 91_288).toBeGreaterThan(10_000);
    const ring = (circle.geometry as { coordinates: number[][][] }).coordinates[0]!;
    expect(ring).toHaveLength(97);
    // 10 km due north of 35 N on the ellipsoid is 0.090139 degrees of latitude; the polygon lies around the circle.
    expect(ring[0]![1]! - 35).toBeCloseTo(0.090139 / Math.cos(Math.PI / 96), 5);
    expect(feature(["l", [[40000000, 35000000, 10000, -20000]], 300], 1, 1)).toMatchObject({ half_m: 300, coarse: true, geometry: { type: "LineString" } });
    expect(feature(["a", [[[0, 0, 1000000, 0, 0, 1000000, -1000000, -1000000]]]]).geometry).toEqual({ type: "Polygon", coordinates: [[[0, 0], [1, 0], [1, 1], [0, 0]]] });
  });
});

describe("figures on the map", () => {
  it.each([[510, "510 m"], [949, "950 m"], [3100, "3.1 km"], [12_100, "12 km"], [45, "45 m"]])("%d m is %s", (metres, text) => {
    expect(distance(metres)).toBe(text);
  });

  it("are coordinates in the reader's form", () => {
    expect(written(40.41972, 35.27889, "dms")).toBe("35°16′44″N 040°25′11″E");
    expect(written(40.41972, 35.27889, "decimal")).toBe("35.2789°N 40.4197°E");
    expect(written(-0.5, -35.25, "ddm")).toBe("35°15.00′S 000°30.00′W");
    expect(written(40.99999, 35.99999, "dms")).toBe("36°00′00″N 041°00′00″E");
  });

  // As places/grids.py says them.
  it.each([
    [40.31778, 35.30333, "37S FV 1980 0747", "UTM 37 north 619808 3907478"],
    [5.5, 60.2, "32V LM 0601 7882", "UTM 32 north 306019 6678829"],
    [-70.25, -33.4, "19H CD 8375 0366", "UTM 19 south 383756 6303670"],
    [15.2, 78.1, "33X WG 0460 6953", "UTM 33 north 504604 8669538"],
    [0.001, 0.001, "31N AA 6613 0011", "UTM 31 north 166133 111"],
    [-179.99, 10.5, "01P AM 7268 6225", "UTM 1 north 172683 1162253"],
  ])("says %d, %d in a grid", (lon, lat, square, point) => {
    expect(written(lon, lat, "mgrs")).toBe(square);
    expect(written(lon, lat, "utm")).toBe(point);
  });

  it("says degrees where no grid reaches", () => {
    expect(written(10, 85, "mgrs")).toBe("85°00′00″N 010°00′00″E");
  });
});

describe("where the pointer is", () => {
  const towns = [["Deir ez-Zor", 40.141, 35.336], ["Mayadin", 40.452, 35.02]] as const;
  const from = { off: "{distance_m} {bearing_deg} of {place}", at: "at {place}", compass: ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"] };
  const plain = (text: string) => text.replace(/[\u2068\u2069]/g, "");

  it("is said from the nearest place of the page, as a notice says it", () => {
    const near = nearest(towns, 40.31778, 35.30333)!;
    expect(near.name).toBe("Deir ez-Zor");
    expect(near.metres).toBeGreaterThan(16_300);
    expect(near.metres).toBeLessThan(16_600);
    expect(plain(said(near, from))).toBe("16 km ESE of Deir ez-Zor");
    expect(plain(said(nearest(towns, 40.452, 35.0201)!, from))).toBe("at Mayadin");
  });

  it("is nowhere without a place, or far from all", () => {
    expect(nearest([], 40, 35)).toBeNull();
    expect(nearest(towns, -70, -33)).toBeNull();
  });

  it("knows the way round the antimeridian", () => {
    const near = nearest([["Savusavu", 179.34, -16.78]], -179.9, -16.78)!;
    expect(near.metres).toBeLessThan(82_000);
    expect(near.bearing).toBeCloseTo(90, 0);
  });
});

describe("a renderer", () => {
  it.each([
    ["ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)", true],
    ["llvmpipe (LLVM 19.1.7, 256 bits)", true],
    ["ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11 vs_5_0 ps_5_0)", true],
    ["ANGLE (Intel, Mesa Intel(R) UHD Graphics 620 (KBL GT2), OpenGL 4.6)", false],
  ])("%s", (name, processor) => {
    expect(byProcessor(name)).toBe(processor);
  });
});
