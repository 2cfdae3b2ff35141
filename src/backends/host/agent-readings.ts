import { selfballoonError } from "../../core/errors.ts";
import type { Observation } from "../../core/observation.ts";
import { BYTES_PER_KIB, pagesFromKib } from "../../core/units.ts";
import { kernelReadings } from "../../formats/kernel-readings.ts";
import { parseOptional } from "../../formats/kernel-text.ts";
import { type Meminfo, parseMeminfo } from "../../formats/meminfo.ts";
import { estimatePageBytes, parseAuxvPageBytes } from "../../formats/page-size.ts";
import { parseSwaps, zramDeviceOf } from "../../formats/swaps.ts";
import { parseZoneinfo, type Zoneinfo } from "../../formats/zoneinfo.ts";
import { type BalloonState, machineBytes, totalramBytes } from "./balloon-state.ts";

/** The files of the guest that its readings are made of. */
export const GUEST_FILES = [
  "/proc/meminfo",
  "/proc/vmstat",
  "/proc/pressure/memory",
  "/proc/zoneinfo",
  "/proc/swaps",
  "/proc/self/auxv",
] as const;

/** The first so many change all the time; the others are large, or change seldom. */
export const LIVELY_FILES = 3;

/** Texts of some of the guest's files, in their order; null for one that it does not have. */
export type FileTexts = readonly (string | null)[];

/** What is read of a guest; the backend adds the name and the time. */
export type GuestReadings = Omit<Observation, "t" | "guest">;

/** What the files say that change seldom. */
export interface SeldomReadings {
  /** Null in a guest that is no Linux, or whose zones can't be read. */
  readonly zones: Zoneinfo | null;
  /** Null if it can't be told. */
  readonly pageBytes: number | null;
  /** What zram devices hold; null without any. */
  readonly zramKib: number | null;
}

/**
 * Read what changes seldom from the texts of all files; `before` is what was read of the same boot of the guest. The page
 * size is the kernel's word. Where the agent may not read that, it is estimated once, from numbers of one moment, and
 * kept: a guest's pages never change, but the numbers part when memory is plugged.
 * @throws ERR_FORMAT if MemTotal can't be read.
 */
export function seldomReadings(texts: FileTexts, before: SeldomReadings | null): SeldomReadings {
  const [meminfo = null, , , zoneinfo = null, swaps = null, auxv = null] = texts;
  const zram = (parseOptional(parseSwaps, swaps) ?? []).filter((area) => zramDeviceOf(area) !== null);
  const zones = parseOptional(parseZoneinfo, zoneinfo);
  const told = auxv === null ? null : parseAuxvPageBytes(auxv);
  return {
    zones,
    pageBytes: told ?? before?.pageBytes ?? estimated(meminfo, zones),
    zramKib: zram.length === 0 ? null : zram.reduce((sum, area) => sum + area.usedKib, 0),
  };
}

function estimated(meminfo: string | null, zones: Zoneinfo | null): number | null {
  if (meminfo === null || zones === null) return null;
  return estimatePageBytes(parseMeminfo(meminfo).memTotalKib, zones.managedPages);
}

/**
 * What a Linux guest's own files say, read through its agent: the texts of the lively ones, and the others read before.
 * @returns null if there is no `/proc/meminfo`, or no `/proc/zoneinfo` that makes sense: then there is the weaker source.
 * @throws ERR_FORMAT if `/proc/meminfo` is not what its name says, or claims more memory than the machine has.
 */
export function agentReadings(
  [meminfoText = null, vmstat = null, pressureMemory = null]: FileTexts,
  { zones, pageBytes, zramKib }: SeldomReadings,
  balloon: BalloonState,
): GuestReadings | null {
  if (meminfoText === null || zones === null || pageBytes === null) return null;
  const meminfo = parseMeminfo(meminfoText);
  requirePlausible(meminfo, balloon);
  const totalKib = totalramBytes(meminfo.memTotalKib * BYTES_PER_KIB, balloon) / BYTES_PER_KIB;
  const hasCompressedSwap = meminfo.zswappedKib !== null || zramKib !== null;
  return {
    ...kernelReadings({ meminfo, totalKib, pageBytes, zones, vmstat, pressureMemory }),
    frontswapPages: hasCompressedSwap ? pagesFromKib((meminfo.zswappedKib ?? 0) + (zramKib ?? 0), pageBytes) : null,
    balloonCurrentPages: Math.floor(balloon.currentBytes / pageBytes),
    balloonMaxPages: Math.floor(balloon.maximumBytes / pageBytes),
  };
}

/** A guest may claim anything; what can't be is not acted upon. */
function requirePlausible(meminfo: Meminfo, balloon: BalloonState): void {
  const { memTotalKib, memAvailableKib, memFreeKib } = meminfo;
  const maximumKib = machineBytes(balloon) / BYTES_PER_KIB;
  const problem =
    memTotalKib > maximumKib
      ? `MemTotal is ${memTotalKib} KiB in a machine of ${maximumKib} KiB`
      : Math.max(memAvailableKib ?? 0, memFreeKib ?? 0) > memTotalKib
        ? "more is available than there is"
        : null;
  if (problem === null) return;
  throw selfballoonError("ERR_FORMAT", { what: "/proc/meminfo", expected: "what a machine can have", problem });
}
