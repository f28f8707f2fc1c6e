// Builds the charts that the product ships: `cd tools/charts && npm ci && npm run build`.
//
// Versions are pinned by package-lock.json, and the same versions give the same bytes. What is written is committed;
// installing Ringmaster needs neither Node nor a network.
import { build } from "esbuild";
import { cpSync, readFileSync, writeFileSync } from "node:fs";

const library = new URL("node_modules/echarts/", import.meta.url);
const target = new URL("../../app/static/vendor/echarts/", import.meta.url);
const { version } = JSON.parse(readFileSync(new URL("package.json", library)));

const { outputFiles } = await build({
  entryPoints: [new URL("charts.mjs", import.meta.url).pathname],
  bundle: true,
  minify: true,
  write: false,
  format: "esm",
  target: "es2020",
  legalComments: "none",
  define: { "process.env.NODE_ENV": '"production"' },
  banner: { js: `/* Apache ECharts ${version}, Apache License 2.0, see LICENSE and NOTICE; built by tools/charts. */` },
});
writeFileSync(new URL("echarts.min.js", target), outputFiles[0].contents);
for (const name of ["LICENSE", "NOTICE", "licenses/LICENSE-d3"]) {
  cpSync(new URL(name, library), new URL(name.replace("licenses/", ""), target));
}
