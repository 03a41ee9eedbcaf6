// Builds the scripts and styles of the pages into allygraph/site/assets, from where the wheel
// serves them. Files have plain names here; the service puts the hash of their content into their
// addresses. An own script of a page: a module in src/, and a line in ENTRIES.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { geoNaturalEarth1, geoPath } from "d3-geo";
import { feature, mesh } from "topojson-client";

const HERE = dirname(fileURLToPath(import.meta.url));
const OUT = join(HERE, "../allygraph/site/assets");
const ENTRIES = {
  desk: "src/desk.js", // what is lively on every page
  editor: "src/editor.js",
  network: "src/network.js",
};
const require = createRequire(import.meta.url);

// The editor's library can ask prefix.cc and Linked Open Vocabularies for names, and carries an old
// JSON parser that evaluates text. Ours does neither: that code is cut out before it is built.
const CUTS = [
  [/eval\("\(" \+ text \+ "\)"\)/g, "JSON.parse(text)", 1],
  [/e\.config\.prefixCcApi \? fetch\([\s\S]*?prefixes_default\)\) : Promise\.resolve\(prefixes_default\)/g,
    "Promise.resolve({})", 1],
  [/let o = `\$\{r\}lov\.linkeddata[^;]*;\s*return fetch\(o\)/g, "return Promise.reject()", 1],
  [/Function\("return this"\)\(\)/g, "globalThis", 1],
  [/"https:\/\/dbpedia\.org\/sparql"/g, '"sparql"', 1],
];
const offline = {
  name: "offline",
  setup(builder) {
    builder.onLoad({ filter: /yasqe\.esm\.js$/ }, async ({ path }) => {
      let text = await readFile(path, "utf8");
      for (const [pattern, instead, times] of CUTS) {
        const found = text.match(pattern)?.length ?? 0;
        if (found !== times) throw new Error(`${pattern} found ${found} times, not ${times}`);
        text = text.replace(pattern, instead);
      }
      return { contents: text, loader: "js" };
    });
  },
};

async function scripts() {
  const { metafile } = await build({
    absWorkingDir: HERE,
    entryPoints: ENTRIES,
    outdir: OUT,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    plugins: [offline],
    metafile: true,
    logLevel: "warning",
    loader: { ".svg": "dataurl" },
  });
  return Object.keys(metafile.inputs);
}

// Shapes of states for the map: Natural Earth (public domain), projected here once. The numbers of
// the projection go with them, so that the server can put a place on the map.
async function world() {
  const atlas = JSON.parse(await readFile(require.resolve("world-atlas/countries-110m.json"), "utf8"));
  const states = feature(atlas, atlas.objects.countries);
  states.features = states.features.filter((state) => state.properties.name !== "Antarctica");
  const width = 960;
  const projection = geoNaturalEarth1().fitWidth(width, states);
  const path = geoPath(projection).digits(1);
  const height = Math.ceil(path.bounds(states)[1][1]);
  const record = {
    source: "Natural Earth 1:110m, by world-atlas",
    projection: { name: "naturalEarth1", scale: projection.scale(), translate: projection.translate() },
    width,
    height,
    borders: path(mesh(atlas, atlas.objects.countries, (a, b) => a !== b)),
    states: states.features
      .map(({ id, properties, ...shape }) => ({ iso: id ?? "", name: properties.name, path: path(shape) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
  await writeFile(join(OUT, "world.json"), `${JSON.stringify(record, null, 0).replaceAll('},{"iso"', '},\n{"iso"')}\n`);
}

// What others wrote goes with its licence. A package that bundles others names them itself.
async function licences(inputs) {
  const names = new Set(["world-atlas"]);
  for (const input of inputs) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) names.add(found[1]);
  }
  const inside = new Set(names);
  for (const name of names) {
    if (name.startsWith("@zazuko/")) for (const below of await dependencies(name)) inside.add(below);
  }
  const parts = [];
  for (const name of [...inside].sort()) parts.push(await licence(name));
  await writeFile(join(OUT, "LICENSES.txt"), `${parts.join(`\n${"-".repeat(80)}\n\n`)}`);
}

async function dependencies(name, seen = new Set()) {
  const { dependencies: direct = {} } = await manifest(name);
  for (const below of Object.keys(direct)) {
    if (seen.has(below)) continue;
    seen.add(below);
    await dependencies(below, seen);
  }
  return seen;
}

async function manifest(name) {
  return JSON.parse(await readFile(join(HERE, "node_modules", name, "package.json"), "utf8"));
}

async function licence(name) {
  const { version, license, author, homepage } = await manifest(name);
  const folder = join(HERE, "node_modules", name);
  const file = (await readdir(folder)).find((one) => /^licen[cs]e/i.test(one));
  const text = file ? (await readFile(join(folder, file), "utf8")).trim() : `Licence: ${license}`;
  const writer = typeof author === "string" ? author : (author?.name ?? "");
  return `${name} ${version} (${license.replace(/^\(|\)$/g, "")})\n${[writer, homepage].filter(Boolean).join(", ")}\n\n${text.replace(/[ \t\r]+$/gm, "")}\n`;
}

// What was built from what, in the form of sha256sum: a test sees when a build was forgotten.
async function stamp() {
  const sources = (await readdir(join(HERE, "src"))).sort().map((name) => `src/${name}`);
  const lines = [];
  for (const name of ["build.mjs", "package-lock.json", ...sources]) {
    const digest = createHash("sha256").update(await readFile(join(HERE, name))).digest("hex");
    lines.push(`${digest}  ${name}\n`);
  }
  await writeFile(join(HERE, "built.sha256"), lines.join(""));
}

await licences(await scripts());
await world();
await stamp();
