import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { exists } from "./cache.ts";
import type { UnpackedPackage } from "./packages.ts";
import { pathInPackages } from "./packages.ts";
import { runTool } from "./process.ts";

const TOOL_DEADLINE_MS = 300_000;

// Offsets in the header of a bzImage: the kernel's Documentation/arch/x86/boot.rst.
const SETUP_SECTORS_OFFSET = 0x1f1;
const PAYLOAD_OFFSET_OFFSET = 0x248;
const PAYLOAD_LENGTH_OFFSET = 0x24c;
const SECTOR_BYTES = 512;

const DECOMPRESSORS = [
  { magic: "fd377a58", command: "xz", args: ["-dc", "--single-stream"] },
  { magic: "28b52ffd", command: "zstd", args: ["-dcq"] },
];

/** The release of the kernel in these packages, as `uname -r` tells it. */
export async function kernelRelease(packages: readonly UnpackedPackage[]): Promise<string> {
  const [release] = await readdir(await pathInPackages(packages, "lib/modules"));
  if (release === undefined) throw new Error("the kernel package has no modules");
  return release;
}

/**
 * Writes the ELF kernel that a bzImage carries compressed. Booting that one spares the guest the decompression, which
 * takes seconds on an emulated processor.
 */
export async function extractVmlinux(bzImage: string, target: string): Promise<void> {
  const image = await readFile(bzImage);
  const setupSectors = image.readUInt8(SETUP_SECTORS_OFFSET) || 4; // 0 means 4, for very old boot loaders
  const start = (setupSectors + 1) * SECTOR_BYTES + image.readUInt32LE(PAYLOAD_OFFSET_OFFSET);
  const payload = image.subarray(start, start + image.readUInt32LE(PAYLOAD_LENGTH_OFFSET));
  const magic = payload.subarray(0, 4).toString("hex");
  if (magic.startsWith("1f8b")) {
    await writeFile(target, gunzipSync(payload));
  } else {
    const found = DECOMPRESSORS.find((candidate) => candidate.magic === magic);
    if (found === undefined) throw new Error(`${bzImage}: unknown compression, first bytes ${magic}`);
    // The last four bytes are the unpacked size, put there by the kernel's build.
    const options = { deadlineMs: TOOL_DEADLINE_MS, input: payload.subarray(0, -4), stdoutFile: target };
    await runTool(found.command, found.args, options);
  }
}

/**
 * Puts kernel modules and all that they depend on into `root`, in /lib/modules as `modprobe` expects it. Names that
 * are built into the kernel are passed over; one that it does not have at all is an error.
 */
export async function putModules(
  root: string,
  names: readonly string[],
  packages: readonly UnpackedPackage[],
): Promise<void> {
  const release = await kernelRelease(packages);
  const source = await pathInPackages(packages, join("lib/modules", release));
  const target = join(root, "lib/modules", release);
  await mkdir(target, { recursive: true });
  const available = await findModules(source);
  const builtIn = new Set((await readFile(join(source, "modules.builtin"), "utf8")).split("\n").map(moduleName));
  const wanted = names.map(moduleName).filter((name) => !builtIn.has(name));
  for (const name of wanted) await putModule(name, available, target);
  await writeFile(join(target, "modules.builtin"), "");
  await runTool(join(root, "bin/busybox"), ["depmod", "-b", root, release], { deadlineMs: TOOL_DEADLINE_MS });
}

/** Paths of the modules by name. */
async function findModules(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true });
  return new Map(
    entries.filter((entry) => /\.ko(\.xz)?$/.test(entry)).map((entry) => [moduleName(entry), join(folder, entry)]),
  );
}

/** Puts one module, and what it depends on, into the folder; newer kernels' packages have them compressed. */
async function putModule(name: string, available: ReadonlyMap<string, string>, folder: string): Promise<void> {
  const source = available.get(name);
  if (source === undefined) throw new Error(`the kernel package has no module ${name}`);
  const target = join(folder, `${name}.ko`);
  if (await exists(target)) return;
  if (source.endsWith(".xz")) {
    await runTool("xz", ["-dc", source], { deadlineMs: TOOL_DEADLINE_MS, stdoutFile: target });
  } else {
    await copyFile(source, target);
  }
  for (const dependency of await dependenciesOf(target)) await putModule(dependency, available, folder);
}

/** Read from the module's .modinfo section, NUL-separated `key=value`: no depmod has run on unpacked packages. */
async function dependenciesOf(modulePath: string): Promise<string[]> {
  const found = /\0depends=([^\0]*)\0/.exec((await readFile(modulePath)).toString("latin1"));
  return (found?.[1] ?? "")
    .split(",")
    .filter((name) => name !== "")
    .map(moduleName);
}

/** `kernel/fs/ext4/ext4.ko` -> `ext4`; a module's name has underscores where its file may have dashes. */
function moduleName(path: string): string {
  return basename(path)
    .replace(/\.ko(\.xz)?$/, "")
    .replaceAll("-", "_");
}
