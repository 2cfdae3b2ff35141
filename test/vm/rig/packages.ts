import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder, exists, hashFile, makeScratchFolder, renameOnce } from "./cache.ts";
import { runTool } from "./process.ts";

const DOWNLOAD_DEADLINE_MS = 300_000;
const UNPACK_DEADLINE_MS = 300_000;
const ASK_DEADLINE_MS = 120_000;
/** In each unpacked folder: what the cache knows of the package. */
const CONTROL_FILE = "deb-control.json";

/** A Debian package, unpacked in the cache and never installed. */
export interface UnpackedPackage {
  readonly name: string;
  readonly version: string;
  /** The `Depends` line of its control file, as written. */
  readonly depends: string;
  /** SHA-256 of the .deb file. */
  readonly sha256: string;
  /** What would be `/` had it been installed. */
  readonly folder: string;
}

/** Where packages come from, and the part of the cache that holds them. */
export interface AptSource {
  /** Below the cache; versions of different sources must not mix. */
  readonly folderName: string;
  readonly aptOptions: readonly string[];
}

const SYSTEM_SOURCE: AptSource = { folderName: "packages", aptOptions: [] };

/**
 * Downloads and unpacks the packages that the cache does not hold yet, and answers all of them.
 * Asks no network when everything is there; to get newer versions, remove the cache's `packages` folder.
 */
export async function fetchPackages(names: readonly string[], source = SYSTEM_SOURCE): Promise<UnpackedPackage[]> {
  const parent = join(cacheFolder(), source.folderName);
  await mkdir(parent, { recursive: true });
  const absent: string[] = [];
  for (const name of names) if (!(await exists(join(parent, name)))) absent.push(name);
  if (absent.length > 0) await downloadAndUnpack(parent, absent, source);
  const packages = await Promise.all(names.map((name) => readPackage(join(parent, name))));
  if (absent.length > 0) await recordVersions(parent, source);
  return packages;
}

/** The package that a meta package such as `linux-image-amd64` stands for now: its first dependency of that prefix. */
export async function resolveMetaPackage(metaName: string, prefix: string, source = SYSTEM_SOURCE): Promise<string> {
  const [meta] = await fetchPackages([metaName], source);
  const found = meta?.depends
    .split(",")
    .map((clause) => clause.trim().split(" ")[0] ?? "")
    .find((name) => name.startsWith(prefix));
  if (found === undefined) throw new Error(`${metaName} depends on no ${prefix}*: ${meta?.depends ?? ""}`);
  return found;
}

/** The one existing path `relative` among the packages' folders. */
export async function pathInPackages(packages: readonly UnpackedPackage[], relative: string): Promise<string> {
  for (const { folder } of packages) {
    const path = join(folder, relative);
    if (await exists(path)) return path;
  }
  throw new Error(`none of the fetched packages has /${relative}: ${packages.map(({ name }) => name).join(", ")}`);
}

/** Name, version and content of each package: what they add to an image's stamp. */
export function packageStamps(packages: readonly UnpackedPackage[]): string[] {
  return packages.map(({ name, version, sha256 }) => `${name} ${version} ${sha256}`);
}

async function downloadAndUnpack(parent: string, names: readonly string[], source: AptSource): Promise<void> {
  const scratch = await makeScratchFolder(parent);
  const downloads = join(scratch, "debs");
  try {
    await mkdir(downloads);
    await download(downloads, names, source);
    for (const deb of await readdir(downloads)) await unpack(join(downloads, deb), scratch, parent);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function download(folder: string, names: readonly string[], source: AptSource): Promise<void> {
  // The sandbox user of apt may not write here; the packages' signatures are checked all the same.
  const aptGet = ["-q", "-o", "APT::Sandbox::User=root", ...source.aptOptions];
  const options = { cwd: folder, deadlineMs: DOWNLOAD_DEADLINE_MS };
  try {
    await runTool("apt-get", [...aptGet, "download", ...names], options);
  } catch {
    // A fresh machine has no package lists, an old one outdated lists: both are cured by an update.
    await runTool("apt-get", [...aptGet, "update"], options);
    await runTool("apt-get", [...aptGet, "download", ...names], options);
  }
}

async function unpack(deb: string, scratch: string, parent: string): Promise<void> {
  const ask = async (field: string) =>
    (await runTool("dpkg-deb", ["-f", deb, field], { deadlineMs: ASK_DEADLINE_MS })).trim();
  const name = await ask("Package");
  const folder = join(scratch, name);
  await runTool("dpkg-deb", ["-x", deb, folder], { deadlineMs: UNPACK_DEADLINE_MS });
  const control = { name, version: await ask("Version"), depends: await ask("Depends"), sha256: await hashFile(deb) };
  await writeFile(join(folder, CONTROL_FILE), JSON.stringify(control));
  await renameOnce(folder, join(parent, name));
}

async function readPackage(folder: string): Promise<UnpackedPackage> {
  // Written by `unpack` above, and put in place only when complete.
  const control = JSON.parse(await readFile(join(folder, CONTROL_FILE), "utf8")) as Omit<UnpackedPackage, "folder">;
  return { ...control, folder };
}

async function recordVersions(parent: string, source: AptSource): Promise<void> {
  const lines: string[] = [];
  for (const name of (await readdir(parent)).sort()) {
    const { version } = await readPackage(join(parent, name));
    lines.push(`${name} ${version}\n`);
  }
  const fileName = source.folderName.replace("packages", "versions");
  await writeFile(join(cacheFolder(), `${fileName}.txt`), lines.join(""));
}
