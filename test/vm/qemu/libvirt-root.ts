import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { downloadNextSource } from "../rig/archive.ts";
import { builtFolder, hashSources } from "../rig/cache.ts";
import { runTool } from "../rig/process.ts";
import { PATIENCE_MS } from "../rig/wait.ts";
import { makeDebianRoot } from "./debian-root.ts";

const BUILD_SCRIPT = fileURLToPath(new URL("./build-virtqemud.sh", import.meta.url));
const PACKAGES = ["libvirt-daemon", "libvirt-daemon-driver-qemu", "qemu-system-x86"];
/** What virtqemud is built with. */
const BUILD_PACKAGES = [
  ..."gcc meson pkgconf python3 xsltproc libxml2-utils".split(" "),
  ..."libglib2.0-dev libgnutls28-dev libjson-c-dev libtirpc-dev libxml2-dev".split(" "),
];

/** A file tree with Debian 13's libvirt and QEMU, and with virtqemud. */
export async function buildLibvirtRoot(): Promise<string> {
  const sources = ["./libvirt-root.ts", "./build-virtqemud.sh", "./debian-root.ts"];
  const stamps = await hashSources(sources.map((path) => new URL(path, import.meta.url)));
  const folder = await builtFolder("libvirt-root", stamps, async (scratch) => {
    const root = join(scratch, "root");
    await makeDebianRoot(root, [...PACKAGES, ...BUILD_PACKAGES]);
    await unpackSource(join(scratch, "download"), join(root, "source"));
    await runTool("unshare", ["--mount", "sh", BUILD_SCRIPT, root], { deadlineMs: PATIENCE_MS });
    await rm(join(root, "source"), { recursive: true });
  });
  return join(folder, "root");
}

async function unpackSource(download: string, target: string): Promise<void> {
  await mkdir(download);
  await mkdir(target);
  await downloadNextSource("libvirt", download);
  const [archive = ""] = await readdir(download);
  const args = ["--extract", "--strip-components=1", `--directory=${target}`, `--file=${join(download, archive)}`];
  await runTool("tar", args, { deadlineMs: PATIENCE_MS });
  await rm(download, { recursive: true });
}
