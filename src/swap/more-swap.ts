import { type Mount, mountOf, parseMountinfo } from "../formats/mountinfo.ts";
import type { MachineFiles } from "../machine/files.ts";
import { swapAreas } from "./compressed-swap.ts";
import { isAtLeast, kernelRelease } from "./kernel-release.ts";
import { sliceAreas } from "./slices/slices.ts";

/** Filesystems whose preallocated files the kernel swaps to. XFS does since Linux 4.18, and takes a written file before. */
const TAKES_PREALLOCATED = new Set(["ext2", "ext3", "ext4", "jfs"]);

/** The commands that add `mib` MiB of swap on this machine: a file where the root's filesystem takes one, else something else. */
export function moreSwap(files: MachineFiles, mib: number): string {
  const mounts = parseMountinfo(files.readIfPossible("/proc/self/mountinfo") ?? "");
  const root = mountOf(mounts, "/");
  const path = freePath(files);
  if (root === null) return preallocated(path, mib);
  if (root.isReadOnly) return withoutFile(files, mib);
  if (TAKES_PREALLOCATED.has(root.filesystem)) return preallocated(path, mib);
  if (root.filesystem === "xfs") return `${written(path, mib)} && ${swappedOn(path)}`;
  if (root.filesystem === "btrfs" && takesFilesOnBtrfs(files)) return onBtrfs(path, mib);
  return `${withoutFile(files, mib)}${explain(root)}`;
}

function freePath(files: MachineFiles): string {
  const taken = new Set(swapAreas(files).map((area) => area.path));
  const names = ["/swapfile", ...Array.from(taken, (_, index) => `/swapfile${index + 2}`)];
  return names.find((name) => !taken.has(name)) ?? "/swapfile";
}

function swappedOn(path: string): string {
  return `chmod 600 ${path} && mkswap ${path} && swapon ${path}`;
}

function preallocated(path: string, mib: number): string {
  return `fallocate -l ${mib}M ${path} && ${swappedOn(path)}`;
}

function written(path: string, mib: number): string {
  return `dd if=/dev/zero of=${path} bs=1M count=${mib}`;
}

/** Swap files work there since Linux 5.0. A kernel that does not say its release is taken for a new one. */
function takesFilesOnBtrfs(files: MachineFiles): boolean {
  const release = kernelRelease(files);
  return release === "" || isAtLeast(release, 5, 0);
}

/** Without copy on write, and on one device (btrfs(5), swapfile support). */
function onBtrfs(path: string, mib: number): string {
  return (
    `btrfs filesystem mkswapfile --size ${mib}m ${path} && swapon ${path}   (before btrfs-progs 6.1: truncate -s 0 ${path} ` +
    `&& chattr +C ${path} && ${preallocated(path, mib)})`
  );
}

/** Slices can be set up once. */
function withoutFile(files: MachineFiles, mib: number): string {
  const partition = `On a partition or disk that is free: mkswap /dev/DISK && swapon /dev/DISK`;
  return sliceAreas(files).length > 0 ? partition : `${partition}; or in memory: selfballoon slices --size-mb ${mib}`;
}

function explain({ filesystem }: Mount): string {
  if (filesystem === "zfs") return "   (ZFS takes no swap files, and swapping to a zvol may deadlock)";
  return `   (no swap file: that does not work on ${filesystem})`;
}
