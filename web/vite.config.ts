import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const ISLANDS = "src/islands";
const BASEMAP = "../src/thalweg/places/data/basemap";

interface Ground {
  features: { properties: Record<string, unknown>; geometry: { coordinates: unknown } }[];
}

/**
 * `basemap:rivers_wdbii` is the address of that layer, which the package carries packed for its printed maps;
 * `basemap:borders+lakes` that of several in one, whose features say by `of` which they are from. To ten metres, and with
 * the names that a map writes.
 */
function basemap(): Plugin {
  const prefix = "basemap:";
  const round = (part: unknown): unknown => (Array.isArray(part) ? part.map(round) : Math.round(Number(part) * 1e4) / 1e4);
  const read = (name: string): Ground["features"] => {
    const file = gunzipSync(readFileSync(join(import.meta.dirname, BASEMAP, `${name}.geojson.gz`))).toString();
    return (JSON.parse(file) as Ground).features.map(({ properties, geometry }) => {
      const kept = ["name", "name_en", "geonameid", "scalerank", "level"].filter((each) => properties[each] !== undefined);
      return {
        type: "Feature",
        properties: { of: name, ...Object.fromEntries(kept.map((each) => [each, properties[each]])) },
        geometry: { ...geometry, coordinates: round(geometry.coordinates) },
      };
    });
  };
  return {
    name: "basemap",
    resolveId: (id) => (id.startsWith(prefix) ? `\0${id}` : null),
    load(id) {
      if (!id.startsWith(`\0${prefix}`)) return null;
      const names = id.slice(prefix.length + 1).split("+");
      const source = JSON.stringify({ type: "FeatureCollection", features: names.flatMap(read) });
      const file = this.emitFile({ type: "asset", name: `${names.length > 1 ? "ground" : names[0]!}.json`, source });
      return `export default import.meta.ROLLUP_FILE_URL_${file};`;
    },
  };
}

const inputs = Object.fromEntries(
  readdirSync(join(import.meta.dirname, ISLANDS))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => [basename(name, ".ts"), join(import.meta.dirname, ISLANDS, name)]),
);

export default defineConfig({
  base: "/static/islands/",
  plugins: [basemap()],
  publicDir: false,
  build: {
    outDir: "../src/thalweg/server/pages/static/islands",
    emptyOutDir: true,
    manifest: true,
    license: { fileName: "LICENSES.md" },
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      input: inputs,
      checks: { pluginTimings: false },
      output: {
        entryFileNames: "[name]-[hash].js",
        chunkFileNames: "part-[name]-[hash].js",
        // A server need not know .mjs.
        assetFileNames: (asset) =>
          asset.names.some((name) => name.endsWith(".mjs")) ? "[name]-[hash].js" : "[name]-[hash][extname]",
      },
    },
  },
});
