import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const ISLANDS = "src/islands";
const BASEMAP = "../src/thalweg/places/data/basemap";

/** `basemap:rivers_ne` is the address of that layer, which the package carries packed for its printed maps. */
function basemap(): Plugin {
  const prefix = "basemap:";
  return {
    name: "basemap",
    resolveId: (id) => (id.startsWith(prefix) ? `\0${id}` : null),
    load(id) {
      if (!id.startsWith(`\0${prefix}`)) return null;
      const name = id.slice(prefix.length + 1);
      const source = gunzipSync(readFileSync(join(import.meta.dirname, BASEMAP, `${name}.geojson.gz`)));
      const file = this.emitFile({ type: "asset", name: `${name}.json`, source });
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
