import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
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
import { makeBusyboxRoot, putCompiled, putLibrary, putProgram, putScript, strippedNode } from "../rig/roots.ts";

/** The Xen of Debian 12; its version is part of the packages' names. */
const XEN_VERSION = "4.17";

const PACKAGES = [
  "busybox-static",
  `xen-hypervisor-${XEN_VERSION}-amd64`,
  `xen-utils-${XEN_VERSION}`,
  "xen-utils-common",
  "xenstore-utils",
  `libxenmisc${XEN_VERSION}`,
  ..."libxencall1 libxendevicemodel1 libxenevtchn1 libxenforeignmemory1 libxengnttab1 libxenhypfs1".split(" "),
  ..."libxenstore4 libxentoolcore1 libxentoollog1 libyajl2 libfdt1 libuuid1 zlib1g liblzma5 libzstd1".split(" "),
  ..."libncurses6 libtinfo6".split(" "),
];

const DOM0_PROGRAMS = ["xl", "libxl-save-helper", "xenstored", "xenconsoled", "xen-init-dom0"];
const XENSTORE_TOOLS = "chmod exists list ls read rm watch write".split(" ").map((verb) => `xenstore-${verb}`);

const DOM0_MODULES = [
  ..."xen-evtchn xen-privcmd xenfs xen-gntdev xen-gntalloc xen-blkback".split(" "),
  ..."virtio_pci virtio_blk 9p 9pnet_virtio".split(" "),
  ..."crc32c_generic ext4".split(" "), // for the guest's disks, which hold dom0's Node
];
const INITRAMFS_MODULES = ["xen-blkfront", "crc32c_generic", "ext4"];
const GUEST_MODULES = ["xen-evtchn", "xen-privcmd", "xenfs", "zram", "lz4", "zstd", "z3fold", "fuse"];

/** libxl loads it at run time to cancel its threads, so no list of linked libraries shows it. */
const LIBGCC = "/lib/x86_64-linux-gnu/libgcc_s.so.1";

/** File names inside the folder that `buildXenImages` answers. */
export const XEN_IMAGES = {
  hypervisor: "xen",
  kernel: "vmlinux",
  dom0Initramfs: "dom0.cpio",
  guestInitramfs: "domU.cpio",
  guestRoot: "domU-root.img",
} as const;

/** The folder with everything that a boot needs (`XEN_IMAGES`); built again when anything that goes in has changed. */
export async function buildXenImages(): Promise<string> {
  // The generic kernel: the cloud one cannot be dom0 and has no zswap.
  const kernel = await resolveMetaPackage("linux-image-amd64", "linux-image-");
  const packages = await fetchPackages([...PACKAGES, kernel]);
  // Not the scenarios beside them: editing one must not rebuild the images.
  const sources = await hashSources(
    ["../rig/", "./guest/", "./images.ts"].map((path) => new URL(path, import.meta.url)),
  );
  const inputs = [...packageStamps(packages), ...sources, await hashFile(process.execPath)];
  return builtFolder("xen", inputs, (folder) => buildInto(folder, packages));
}

async function buildInto(folder: string, packages: readonly UnpackedPackage[]): Promise<void> {
  const release = await kernelRelease(packages);
  const hypervisor = await readFile(await pathInPackages(packages, `boot/xen-${XEN_VERSION}-amd64.gz`));
  await writeFile(join(folder, XEN_IMAGES.hypervisor), gunzipSync(hypervisor));
  await extractVmlinux(await pathInPackages(packages, `boot/vmlinuz-${release}`), join(folder, XEN_IMAGES.kernel));

  const roots = join(folder, "roots");
  const root = (name: string) => join(roots, name);
  for (const name of ["dom0", "initramfs", "guest"]) await makeBusyboxRoot(root(name), packages);
  await fillDom0(root("dom0"), packages);
  await fillInitramfs(root("initramfs"), packages);
  await fillGuest(root("guest"), packages);
  await packInitramfs(root("dom0"), join(folder, XEN_IMAGES.dom0Initramfs));
  await packInitramfs(root("initramfs"), join(folder, XEN_IMAGES.guestInitramfs));
  await packExt4(root("guest"), join(folder, XEN_IMAGES.guestRoot));
  await rm(roots, { recursive: true });
}

async function fillDom0(root: string, packages: readonly UnpackedPackage[]): Promise<void> {
  for (const program of DOM0_PROGRAMS) {
    const path = `usr/lib/xen-${XEN_VERSION}/bin/${program}`;
    await putProgram(root, await pathInPackages(packages, path), path, packages);
    await symlink(`/${path}`, join(root, "usr/sbin", program));
  }
  await putXenstoreTools(root, packages);
  await putLibrary(root, LIBGCC);
  for (const folder of ["etc/xen/scripts", "var/lib/xen", "var/log/xen"]) {
    await mkdir(join(root, folder), { recursive: true });
  }
  await symlink("/run", join(root, "var/run"));
  await symlink("/run/lock", join(root, "var/lock"));
  await writeFile(join(root, "etc/xen/xl.conf"), 'autoballoon="off"\n'); // dom0 has a fixed size here
  await putScript(root, new URL("./guest/dom0-block.sh", import.meta.url), "etc/xen/scripts/block");
  await putScript(root, new URL("./guest/dom0-node.sh", import.meta.url), "usr/bin/node");
  await putScript(root, new URL("./guest/dom0-init.sh", import.meta.url), "init");
  await putModules(root, DOM0_MODULES, packages);
}

async function fillInitramfs(root: string, packages: readonly UnpackedPackage[]): Promise<void> {
  await putScript(root, new URL("./guest/domU-initramfs-init.sh", import.meta.url), "init");
  await putModules(root, INITRAMFS_MODULES, packages);
}

async function fillGuest(root: string, packages: readonly UnpackedPackage[]): Promise<void> {
  await putProgram(root, await strippedNode(), "usr/bin/node", packages);
  await putXenstoreTools(root, packages);
  await putCompiled(root, new URL("../rig/hog.c", import.meta.url), "usr/bin/hog");
  await putScript(root, new URL("../rig/guest/killable.sh", import.meta.url), "usr/bin/killable");
  await putScript(root, new URL("../rig/guest/zram-swap.sh", import.meta.url), "usr/bin/zram-swap");
  await putScript(root, new URL("./guest/dom0-relay.sh", import.meta.url), "usr/bin/dom0");
  await putScript(root, new URL("./guest/domU-init.sh", import.meta.url), "init");
  await putModules(root, GUEST_MODULES, packages);
}

async function putXenstoreTools(root: string, packages: readonly UnpackedPackage[]): Promise<void> {
  for (const tool of XENSTORE_TOOLS) {
    await putProgram(root, await pathInPackages(packages, `usr/bin/${tool}`), `usr/bin/${tool}`, packages);
  }
}
