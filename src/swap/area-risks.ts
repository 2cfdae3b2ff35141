import { readdirSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { systemCodeOf } from "../core/errors.ts";
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
  const mounts = parseMountinfo(files.readIfPossible("/proc/self/mountinfo") ?? "");
  return areas.flatMap((area) => examineArea(files, mounts, area));
}

function examineArea(files: MachineFiles, mounts: readonly Mount[], area: SwapArea): readonly Finding[] {
  const { path } = area;
  const lies = area.type === "file" ? mountOf(mounts, path) : null;
  const layers = layersBelow(files, mounts, lies === null ? deviceAt(files, path) : deviceUnder(files, lies));
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
  let next = [device];
  for (let layer = 0; layer < MAX_LAYERS && next.length > 0; layer += 1) {
    found.push(...next);
    const below = next.flatMap((name) => [...slavesOf(files, name), ...behindLoop(files, mounts, name)]);
    next = [...new Set(below)].filter((name) => !found.includes(name));
  }
  return found;
}

/** The device that a filesystem is on, by its number: what is mounted may be called by any of its links. */
function deviceUnder(files: MachineFiles, { device, source }: Mount): string {
  const link = systemsOr("", () => readlinkSync(files.resolve(`/sys/dev/block/${device}`)));
  return link === "" ? deviceAt(files, source) : wholeOf(basename(link));
}

/** The device at a path. The device mapper's have names there, and numbers elsewhere. */
function deviceAt(files: MachineFiles, path: string): string {
  const name = path.replace(/^\/dev\//, "");
  const [, mapped] = /^mapper\/(.+)$/.exec(name) ?? [];
  if (mapped === undefined) return wholeOf(name);
  const numbered = list(files, "/sys/block").filter((device) => /^dm-[0-9]{1,6}$/.test(device));
  const nameOf = (device: string): string | undefined => files.readIfPossible(`/sys/block/${device}/dm/name`)?.trim();
  return numbered.find((device) => nameOf(device) === mapped) ?? name;
}

/** A partition is of the disk before its number. */
function wholeOf(name: string): string {
  return /^((?:zram|zd|loop|md)[0-9]+)p[0-9]+$/.exec(name)?.[1] ?? name;
}

function slavesOf(files: MachineFiles, name: string): readonly string[] {
  return /^[a-z0-9-]{1,32}$/.test(name) ? list(files, `/sys/block/${name}/slaves`).map(wholeOf) : [];
}

/** What a loop shows is a file, or a device itself. */
function behindLoop(files: MachineFiles, mounts: readonly Mount[], name: string): readonly string[] {
  if (!/^loop[0-9]{1,6}$/.test(name)) return [];
  const path = files.readIfPossible(`/sys/block/${name}/loop/backing_file`)?.trim();
  if (path === undefined) return [];
  if (path.startsWith("/dev/")) return [deviceAt(files, path)];
  const lies = mountOf(mounts, path);
  return lies === null ? [] : [deviceUnder(files, lies)];
}

function list(files: MachineFiles, path: string): readonly string[] {
  return systemsOr([], () => readdirSync(files.resolve(path)));
}

/** What the system answers, or `otherwise` where it refuses. */
function systemsOr<Answer>(otherwise: Answer, ask: () => Answer): Answer {
  try {
    return ask();
  } catch (thrown) {
    if (systemCodeOf(thrown) === "") throw thrown;
    return otherwise;
  }
}
