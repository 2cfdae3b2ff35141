import { selfballoonError } from "../../core/errors.ts";
import type { Observation } from "../../core/observation.ts";
import { BYTES_PER_KIB, pagesFromKib } from "../../core/units.ts";
import { kernelReadings } from "../../formats/kernel-readings.ts";
import type { Meminfo } from "../../formats/meminfo.ts";
import { parseSwaps } from "../../formats/swaps.ts";
import { parseZoneinfo, type Zoneinfo } from "../../formats/zoneinfo.ts";
import { type BalloonState, machineBytes, totalramBytes } from "./balloon-state.ts";

/** The files of the guest that its readings are made of. */
export const GUEST_FILES = [
  "/proc/meminfo",
  "/proc/vmstat",
  "/proc/pressure/memory",
  "/proc/zoneinfo",
  "/proc/swaps",
] as const;

/** The first so many change all the time; the others are large, or change seldom. */
export const LIVELY_FILES = 3;

/** Texts of some of the guest's files, in their order; null for one that it does not have. */
export type FileTexts = readonly (string | null)[];

/** What is read of a guest; the backend adds the name and the time. */
export type GuestReadings = Omit<Observation, "t" | "guest">;

/** What the files say that change seldom. */
export interface SeldomReadings {
  /** Null in a guest that is no Linux. */
  readonly zones: Zoneinfo | null;
  /** What zram devices hold; null without any. */
  readonly zramKib: number | null;
}

/**
 * Read the texts of the files that change seldom.
 * @throws ERR_FORMAT if a file is not what its name says.
 */
export function seldomReadings([zoneinfo = null, swaps = null]: FileTexts): SeldomReadings {
  const zram = swaps === null ? [] : parseSwaps(swaps).filter((area) => area.path.startsWith("/dev/zram"));
  return {
    zones: zoneinfo === null ? null : parseZoneinfo(zoneinfo),
    zramKib: zram.length === 0 ? null : zram.reduce((sum, area) => sum + area.usedKib, 0),
  };
}

/**
 * What a Linux guest's own files say, read through its agent: the texts of the lively ones, and the others read before.
 * @returns null if they are not those of a Linux guest: no `/proc/meminfo` or no `/proc/zoneinfo`.
 * @throws ERR_FORMAT if a file is not what its name says, or claims more memory than the machine has.
 */
export function agentReadings(
  [meminfoText = null, vmstat = null, pressureMemory = null]: FileTexts,
  { zones, zramKib }: SeldomReadings,
  balloon: BalloonState,
): GuestReadings | null {
  if (meminfoText === null || zones === null) return null;
  const { readings, meminfo } = kernelReadings({ meminfo: meminfoText, zones, vmstat, pressureMemory });
  requirePlausible(meminfo, balloon);
  const { pageBytes } = readings;
  const memTotalBytes = meminfo.memTotalKib * BYTES_PER_KIB;
  const hasCompressedSwap = meminfo.zswappedKib !== null || zramKib !== null;
  return {
    ...readings,
    totalramPages: Math.floor(totalramBytes(memTotalBytes, balloon) / pageBytes),
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
