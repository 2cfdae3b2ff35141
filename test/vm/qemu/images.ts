import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { backportsSource } from "../rig/archive.ts";
import { builtFolder, hashFile, hashSources } from "../rig/cache.ts";
import { packExt4, packInitramfs } from "../rig/images.ts";
import { extractVmlinux, kernelRelease, putModules } from "../rig/kernel.ts";
import {
  fetchPackages,
  packageStamps,
  pathInPackages,
  resolveMetaPackage,
  type UnpackedPackage,
} from "../rig/packages.ts";
import { gate, type VmGate } from "../rig/requirements.ts";
import { makeBusyboxRoot, putCompiled, putProgram, putScript, strippedNode } from "../rig/roots.ts";

/** The kernel of a guest: that of Debian 12, or the newest in its backports. */
export type KernelChoice = "6.1" | "newest";

/** What a guest boots from, as paths. */
export interface BootImages {
  /** An uncompressed ELF kernel: QEMU enters it directly (PVH), which spares the guest its decompression. */
  readonly kernel: string;
  readonly initramfs: string;
}

// The generic kernel: the cloud one has no zswap.
const KERNEL_PACKAGE = "linux-image-amd64";
const PACKAGES = ["busybox-static", "qemu-guest-agent", "libc6", "libglib2.0-0", "libpcre2-8-0"];
const AGENT_LIBRARY_PACKAGES = ["libnuma1", "libudev1", "liburing2"];

const MODULES: readonly string[] = [
  ..."virtio_pci virtio_balloon virtio_console virtio_blk crc32c_generic ext4".split(" "),
  ..."zram lz4 zstd".split(" "),
];
/** What only one kernel has as a module. */
const OWN_MODULES: Readonly<Record<KernelChoice, readonly string[]>> = { "6.1": ["z3fold"], newest: [] };

const GUEST_COMMANDS = { init: "init", "swap-on": "usr/bin/swap-on", "start-agent": "usr/bin/start-agent" };

/** The images of a guest with this kernel; built again when anything that goes in has changed. */
export function buildBootImages(choice: KernelChoice): Promise<BootImages> {
  return oneAtATime(() => findOrBuildBootImages(choice));
}

async function findOrBuildBootImages(choice: KernelChoice): Promise<BootImages> {
  const kernelPackage = await fetchKernel(choice);
  const packages = [...(await fetchPackages([...PACKAGES, ...AGENT_LIBRARY_PACKAGES])), kernelPackage];
  const inputs = [...packageStamps(packages), ...(await hashRigSources())];
  const folder = await builtFolder(`qemu-${choice}`, inputs, (scratch) => buildInto(scratch, choice, packages));
  return { kernel: join(folder, "vmlinux"), initramfs: join(folder, "initramfs.cpio") };
}

/** A disk with the Node binary that runs this process and its libraries; guests may share it. */
export function buildNodeDisk(): Promise<string> {
  return oneAtATime(findOrBuildNodeDisk);
}

async function findOrBuildNodeDisk(): Promise<string> {
  const inputs = [await hashFile(process.execPath), ...(await hashRigSources())];
  const folder = await builtFolder("qemu-node", inputs, async (scratch) => {
    const root = join(scratch, "root");
    await mkdir(root);
    await putProgram(root, await strippedNode(), "bin/node", []);
    await packExt4(root, join(scratch, "node.img"));
    await rm(root, { recursive: true });
  });
  return join(folder, "node.img");
}

/**
 * Whether guests with the newest kernel can run here: it is in the cache, or Debian's backports can be reached.
 * The word in `SELFBALLOON_REQUIRE` that makes this throw instead of skip is `newest-kernel`.
 */
export async function newestKernelGate(): Promise<VmGate> {
  try {
    await oneAtATime(() => fetchKernel("newest"));
    return gate("newest-kernel", []);
  } catch {
    return gate("newest-kernel", [{ what: "a way to Debian's backports, for the newest kernel", debianPackage: null }]);
  }
}

let lastWork: Promise<unknown> = Promise.resolve();

/** Guests started together want the same images: one builds them, in the cache's one scratch folder, the rest wait. */
function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
  const result = lastWork.then(work);
  lastWork = result.catch(() => undefined);
  return result;
}

async function fetchKernel(choice: KernelChoice): Promise<UnpackedPackage> {
  const source = choice === "newest" ? await backportsSource() : undefined;
  const [kernel] = await fetchPackages([await resolveMetaPackage(KERNEL_PACKAGE, "linux-image-", source)], source);
  if (kernel === undefined) throw new Error(`no kernel package for ${choice}`);
  return kernel;
}

/** Not the tests beside them: editing one must not rebuild the images. */
function hashRigSources(): Promise<string[]> {
  return hashSources(["../rig/", "./guest/", "./images.ts"].map((path) => new URL(path, import.meta.url)));
}

async function buildInto(folder: string, choice: KernelChoice, packages: readonly UnpackedPackage[]): Promise<void> {
  const release = await kernelRelease(packages);
  await extractVmlinux(await pathInPackages(packages, `boot/vmlinuz-${release}`), join(folder, "vmlinux"));
  const root = join(folder, "root");
  await makeBusyboxRoot(root, packages);
  await putModules(root, [...MODULES, ...OWN_MODULES[choice]], packages);
  await putProgram(root, await pathInPackages(packages, "usr/sbin/qemu-ga"), "usr/sbin/qemu-ga", packages);
  await putCompiled(root, new URL("../rig/hog.c", import.meta.url), "usr/bin/hog");
  await putCompiled(root, new URL("./guest/exec-server.c", import.meta.url), "usr/bin/exec-server");
  await putScript(root, new URL("../rig/guest/zram-swap.sh", import.meta.url), "usr/bin/zram-swap");
  for (const [name, target] of Object.entries(GUEST_COMMANDS)) {
    await putScript(root, new URL(`./guest/${name}.sh`, import.meta.url), target);
  }
  await packInitramfs(root, join(folder, "initramfs.cpio"));
  await rm(root, { recursive: true });
}
