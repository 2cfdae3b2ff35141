import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Of each kind of built folder this many are kept; older ones go when a new one is built. */
const KEPT_BUILDS = 3;

/** Where everything built or downloaded lives: `.cache/vm` of the repository, or `SELFBALLOON_VM_CACHE`. */
export function cacheFolder(): string {
  return process.env["SELFBALLOON_VM_CACHE"] ?? fileURLToPath(new URL("../../../.cache/vm", import.meta.url));
}

/**
 * A folder that is built once for given inputs: `<cache>/<kind>/<stamp>`, where the stamp is a hash of `inputs`.
 * `build` fills a scratch folder that takes its final name only when complete, so a crash or a second run beside
 * this one never leaves a half-built folder.
 */
export async function builtFolder(
  kind: string,
  inputs: readonly string[],
  build: (scratchFolder: string) => Promise<void>,
): Promise<string> {
  const parent = join(cacheFolder(), kind);
  const folder = join(parent, createHash("sha256").update(inputs.join("\0")).digest("hex").slice(0, 16));
  if (await exists(folder)) {
    await utimes(folder, new Date(), new Date()); // used now: pruning takes the others first
    return folder;
  }
  await buildInto(folder, build);
  await pruneOldBuilds(parent);
  return folder;
}

async function buildInto(folder: string, build: (scratchFolder: string) => Promise<void>): Promise<void> {
  const scratch = await makeScratchFolder(folder);
  try {
    await build(scratch);
    await renameOnce(scratch, folder);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Give a folder its final name. If another process made the same meanwhile, that one stays. */
export async function renameOnce(folder: string, name: string): Promise<void> {
  await rename(folder, name).catch(async (error: unknown) => {
    if (!(await exists(name))) throw error;
  });
}

/** An empty folder of this process beside `path`; those that killed processes left there are removed. */
export async function makeScratchFolder(path: string): Promise<string> {
  const parent = dirname(path);
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    const owner = /\.tmp-(\d+)$/.exec(name)?.[1];
    if (owner !== undefined && !(await isAlive(Number(owner)))) {
      await rm(join(parent, name), { recursive: true, force: true });
    }
  }
  const scratch = `${path}.tmp-${process.pid}`;
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch);
  return scratch;
}

/** SHA-256 of a file's content. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

/** One hash per source file: what the code and scripts that make an image add to its stamp. Folders count whole. */
export async function hashSources(sources: readonly URL[]): Promise<string[]> {
  const paths = sources.map((url) => fileURLToPath(url));
  const files = await Promise.all(paths.map(async (path) => ((await isFolder(path)) ? filesBelow(path) : [path])));
  return Promise.all(files.flat().map(hashFile));
}

/**
 * An empty folder `<cache>/runs/<name>` for one run's logs and results; what an earlier run left there is removed.
 * Throws while that earlier run's process still lives.
 */
export async function claimRunFolder(name: string): Promise<string> {
  const folder = join(cacheFolder(), "runs", name);
  const ownerFile = join(folder, "owner.pid");
  const owner = Number(await readFile(ownerFile, "utf8").catch(() => "0"));
  if (owner > 0 && owner !== process.pid && (await isAlive(owner))) {
    throw new Error(`process ${owner} is still using ${folder}; wait for it, or name this run differently`);
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(ownerFile, `${process.pid}\n`);
  return folder;
}

/** Whether something lies at this path. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function isAlive(pid: number): Promise<boolean> {
  return exists(`/proc/${pid}`);
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path)).isDirectory();
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function pruneOldBuilds(parent: string): Promise<void> {
  const names = (await readdir(parent)).filter((name) => !name.includes(".tmp-"));
  const aged = await Promise.all(
    names.map(async (name) => ({ name, usedMs: (await stat(join(parent, name))).mtimeMs })),
  );
  aged.sort((a, b) => b.usedMs - a.usedMs);
  for (const { name } of aged.slice(KEPT_BUILDS)) await rm(join(parent, name), { recursive: true, force: true });
}
