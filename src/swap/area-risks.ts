import { readdirSync } from "node:fs";
import { hasSystemCode } from "../core/errors.ts";
import { type Finding, finding } from "../core/finding.ts";
import { type Mount, mountOf, parseMountinfo } from "../formats/mountinfo.ts";
import { type SwapArea, zramDeviceOf } from "../formats/swaps.ts";
import type { MachineFiles } from "../machine/files.ts";
import { swapAreas } from "./compressed-swap.ts";

/** Most layers of devices that are looked through: LVM on encryption on RAID are three. */
const MAX_LAYERS = 8;

/** What `doctor` says of swap that needs memory before it can free any: on ZFS, and on what itself lies in zram. */
export function examineAreas(files: MachineFiles): readonly Finding[] {
  const areas = swapAreas(files).filter((area) => zramDeviceOf(area) === null);
  if (areas.length === 0) return [];
  const mounts = parseMountinfo(files.readIfThere("/proc/self/mountinfo") ?? "");
  return areas.flatMap((area) => examineArea(files, mounts, area));
}

function examineArea(files: MachineFiles, mounts: readonly Mount[], area: SwapArea): readonly Finding[] {
  const { path } = area;
  const lies = area.type === "file" ? mountOf(mounts, path) : null;
  const device = lies?.source ?? path;
  const layers = layersBelow(files, mounts, device);
  if (lies?.filesystem === "zfs" || layers.some(isZvol)) {
    const what = `Swap at ${path} lies on ZFS, which needs memory to write: when memory is short the machine may hang.`;
    return [
      finding("warn", what, `swapoff ${path}, and swap to a partition or to zram instead: selfballoon slices --help`),
    ];
  }
  const zram = layers.find((name) => /^zram[0-9]{1,4}$/.test(name));
  if (zram === undefined) return [];
  const what = `Swap at ${path} is stacked on ${zram}: what is swapped out stays in memory, is packed twice, and is not counted.`;
  return [finding("warn", what, `swapoff ${path}, and swap to zram itself: selfballoon slices --help`)];
}

/** OpenZFS names its volumes' devices zd0, zd16, ..., with partitions zd0p1. */
function isZvol(name: string): boolean {
  return /^zd[0-9]{1,6}(?:p[0-9]{1,3})?$|^zvol\//.test(name);
}

/** The names of the block devices that one lies on, itself first: through device mapper, RAID, and files that are loops. */
function layersBelow(files: MachineFiles, mounts: readonly Mount[], device: string): readonly string[] {
  const found: string[] = [];
  let next = [nameOf(device)];
  for (let layer = 0; layer < MAX_LAYERS && next.length > 0; layer += 1) {
    found.push(...next);
    next = next.flatMap((name) => [...slavesOf(files, name), ...behindLoop(files, mounts, name)]);
  }
  return found;
}

/** A partition is of the disk before its number. */
function nameOf(device: string): string {
  const name = device.replace(/^\/dev\//, "");
  return /^(zram[0-9]+|zd[0-9]+)p[0-9]+$/.exec(name)?.[1] ?? name;
}

function slavesOf(files: MachineFiles, name: string): readonly string[] {
  if (!/^[a-z0-9-]{1,32}$/.test(name)) return [];
  try {
    return readdirSync(files.resolve(`/sys/block/${name}/slaves`)).map(nameOf);
  } catch (thrown) {
    if (hasSystemCode(thrown, "ENOENT", "ENOTDIR", "EACCES", "EPERM")) return [];
    throw thrown;
  }
}

function behindLoop(files: MachineFiles, mounts: readonly Mount[], name: string): readonly string[] {
  if (!/^loop[0-9]{1,6}$/.test(name)) return [];
  const file = files.readIfThere(`/sys/block/${name}/loop/backing_file`)?.trim();
  const source = file === undefined ? undefined : mountOf(mounts, file)?.source;
  return source === undefined ? [] : [nameOf(source)];
}
