// Puts chunks that are loaded together into one file. esbuild makes a chunk for each set of commands that share some code:
// some seventy files for the daemon, most of a few hundred bytes. Node opens all of them at a time, and keeps a module of
// its own for each.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { build } from "esbuild";
import { STYLE } from "./bundle-style.mjs";

/** A chunk that is larger stays by itself: whoever needs other parts of the merged file should not load it. */
const MAX_CHUNK_BYTES = 4500;

const IMPORTED = /(?:from|import)\s*"\.\/([\w.-]+\.mjs)"/g;
const FROM_CHUNK = /(import|export)\{([^}]*)\}from"\.\/([\w.-]+\.mjs)"/g;
const BARE = /import"\.\/([\w.-]+\.mjs)";?/g;

/**
 * Merge the chunks in `dist` that the entry always loads, and the small ones that the daemon loads besides.
 * @returns the name of each merged file, with the chunks that it holds.
 */
export async function mergeChunks(dist) {
  const base = closureOf(dist, "selfballoon.mjs");
  const baseFile = await merge(dist, "base", base);
  const run = readdirSync(dist).find((name) => /^run-.*\.mjs$/.test(name));
  const small = closureOf(dist, run).filter((name) => statSync(`${dist}/${name}`).size <= MAX_CHUNK_BYTES);
  const daemon = withAllTheyNeed(dist, small);
  const daemonFile = await merge(dist, "daemon", daemon);
  return [
    [baseFile, base],
    [daemonFile, daemon],
  ];
}

/** The chunks that `entry` imports, and those that they import, in this order; without itself. */
function closureOf(dist, entry) {
  const seen = new Set([entry]);
  for (const name of seen) for (const imported of importsOf(dist, name)) seen.add(imported);
  seen.delete(entry);
  return [...seen].filter((name) => name.startsWith("chunk-"));
}

function importsOf(dist, name) {
  return [...readFileSync(`${dist}/${name}`, "utf8").matchAll(IMPORTED)].map(([, imported]) => imported);
}

/** Without those that need a chunk which is not among them: the merged file would import what imports it. */
function withAllTheyNeed(dist, names) {
  const isBase = (name) => name.startsWith("base");
  const kept = names.filter((name) => importsOf(dist, name).every((one) => isBase(one) || names.includes(one)));
  return kept.length === names.length ? kept : withAllTheyNeed(dist, kept);
}

/** Put these chunks into one, and have whoever imports from them import from that. @returns its name. */
async function merge(dist, title, names) {
  const renamed = newNames(dist, names);
  const contents = names.map((name) => reexports(name, renamed.get(name))).join("\n");
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: dist, loader: "js" },
    entryNames: `${title}-[hash]`,
    outdir: dist,
    outExtension: { ".js": ".mjs" },
    write: false,
    bundle: true,
    ...STYLE,
    legalComments: "inline",
    plugins: [{ name: "merge", setup: (build) => takeOnly(build, dist, renamed) }],
  });
  const [merged] = outputFiles;
  writeFileSync(merged.path, merged.text);
  for (const name of names) rmSync(`${dist}/${name}`);
  const others = readdirSync(dist).filter((name) => name.endsWith(".mjs") && name !== basename(merged.path));
  for (const name of others) redirect(`${dist}/${name}`, renamed, `./${basename(merged.path)}`);
  return basename(merged.path);
}

/** Other chunks stay where they are; of these the banner goes, which the merged file has once. */
function takeOnly(build, dist, renamed) {
  build.onResolve({ filter: /^\.\// }, ({ path }) =>
    renamed.has(path.slice(2)) ? { path: `${dist}/${path.slice(2)}` } : { path, external: true },
  );
  build.onLoad({ filter: /\.mjs$/ }, ({ path }) => ({
    contents: readFileSync(path, "utf8").replace(STYLE.banner.js, ""),
    loader: "js",
  }));
}

/** What each chunk's exports are called in the merged file: as they are, unless another chunk has one of that name. */
function newNames(dist, names) {
  const exported = new Map(names.map((name) => [name, exportsOf(dist, name)]));
  const all = [...exported.values()].flat();
  const nameIn = (one, index) => (all.indexOf(one) === all.lastIndexOf(one) ? one : `${one}_${index}`);
  return new Map(
    names.map((name, index) => [name, new Map(exported.get(name).map((one) => [one, nameIn(one, index)]))]),
  );
}

function exportsOf(dist, name) {
  const [, list = ""] = /export\{([^}]*)\};?\s*$/.exec(readFileSync(`${dist}/${name}`, "utf8")) ?? [];
  return list.split(",").flatMap(
    (part) =>
      part
        .trim()
        .split(/\s+as\s+/)
        .at(-1) || [],
  );
}

function reexports(name, newNameOf) {
  return `export { ${[...newNameOf].map(([one, as]) => `${one} as ${as}`).join(", ")} } from "./${name}";`;
}

function redirect(path, renamed, merged) {
  const before = readFileSync(path, "utf8");
  const after = before
    .replace(FROM_CHUNK, (whole, word, list, name) => {
      const newNameOf = renamed.get(name);
      if (newNameOf === undefined) return whole;
      return `${word}{${list
        .split(",")
        .map((part) => renamedPart(part.trim(), newNameOf))
        .join(",")}}from"${merged}"`;
    })
    .replace(BARE, (whole, name) => (renamed.has(name) ? `import"${merged}";` : whole));
  if (after !== before) writeFileSync(path, after);
}

/** `a as b`, or `a` alone, of a chunk. */
function renamedPart(part, newNameOf) {
  const [name, as = name] = part.split(/\s+as\s+/);
  const newName = newNameOf.get(name);
  if (newName === undefined) throw new Error(`no chunk exports ${name}`);
  return newName === as ? as : `${newName} as ${as}`;
}
