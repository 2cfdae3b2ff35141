import { chmod, copyFile, mkdir, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { builtFolder, exists, hashFile } from "./cache.ts";
import { pathInPackages, type UnpackedPackage } from "./packages.ts";
import { runTool } from "./process.ts";

const TOOL_DEADLINE_MS = 300_000;
const EMPTY_FOLDERS = "dev etc in lib64 mnt out proc root run sbin sys tmp usr/bin usr/sbin var".split(" ");

/** Makes `root` a file tree that boots into busybox: every applet in /bin, mount points, a root and a nobody user. */
export async function makeBusyboxRoot(root: string, packages: readonly UnpackedPackage[]): Promise<void> {
  for (const folder of [...EMPTY_FOLDERS, "bin"]) await mkdir(join(root, folder), { recursive: true });
  const busybox = join(root, "bin/busybox");
  await copyFile(await pathInPackages(packages, "bin/busybox"), busybox);
  const applets = (await runTool(busybox, ["--list"], { deadlineMs: TOOL_DEADLINE_MS })).trim().split("\n");
  for (const applet of applets.filter((name) => name !== "busybox"))
    await symlink("busybox", join(root, "bin", applet));
  const etc = {
    passwd: "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n",
    group: "root:x:0:\nnogroup:x:65534:\n",
    hosts: "127.0.0.1 localhost\n",
  };
  for (const [name, text] of Object.entries(etc)) await writeFile(join(root, "etc", name), text);
}

/** Copies a script of the rig to `target` inside the root, executable. */
export async function putScript(root: string, source: URL, target: string): Promise<void> {
  await putFile(fileURLToPath(source), join(root, target));
  await chmod(join(root, target), 0o755);
}

/**
 * Copies a program to `target` inside the root, and the shared libraries that it is linked with, which are looked for
 * in the fetched packages first, then on this machine.
 */
export async function putProgram(
  root: string,
  source: string,
  target: string,
  packages: readonly UnpackedPackage[],
): Promise<void> {
  await putFile(source, join(root, target));
  for (const library of await sharedLibraries(source, packages)) await putLibrary(root, library);
}

/** Copies one shared library to where the dynamic linker of a Debian root looks for it. */
export async function putLibrary(root: string, library: string): Promise<void> {
  const folder = basename(library).startsWith("ld-linux") ? "lib64" : "lib/x86_64-linux-gnu";
  await putFile(library, join(root, folder, basename(library)));
}

/** Compiles one C file into a static program at `target` inside the root. */
export async function putCompiled(root: string, source: URL, target: string): Promise<void> {
  await mkdir(dirname(join(root, target)), { recursive: true });
  const args = ["-O1", "-Wall", "-Werror", "-static", "-o", join(root, target), fileURLToPath(source)];
  await runTool("gcc", args, { deadlineMs: TOOL_DEADLINE_MS });
}

/** A copy of the Node binary that runs this process, without its symbols; made once per binary. */
export async function strippedNode(): Promise<string> {
  const folder = await builtFolder("node", [await hashFile(process.execPath)], async (scratch) => {
    const args = ["--strip-all", "-o", join(scratch, "node"), process.execPath];
    await runTool("strip", args, { deadlineMs: TOOL_DEADLINE_MS });
  });
  return join(folder, "node");
}

async function sharedLibraries(program: string, packages: readonly UnpackedPackage[]): Promise<string[]> {
  const folders = packages.flatMap(({ folder }) =>
    ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"].map((relative) => join(folder, relative)),
  );
  const env = { LD_LIBRARY_PATH: folders.join(":") };
  const listing = await runTool("ldd", [program], { deadlineMs: TOOL_DEADLINE_MS, env });
  const absent = /^\s*(\S+) => not found$/m.exec(listing);
  if (absent !== null) throw new Error(`${program} needs ${absent[1]}, which no fetched package has`);
  return [...listing.matchAll(/(\/\S+) \(0x/g)].flatMap((match) => match[1] ?? []);
}

async function putFile(source: string, target: string): Promise<void> {
  if (await exists(target)) return; // a library that another program brought
  await mkdir(dirname(target), { recursive: true });
  await copyFile(source, target);
}
