import { selfballoonError } from "../../core/errors.ts";
import type { Observation } from "../../core/observation.ts";
import { BYTES_PER_KIB, pagesFromKib } from "../../core/units.ts";
import { kernelReadings } from "../../formats/kernel-readings.ts";
import type { Meminfo } from "../../formats/meminfo.ts";
import { parseSwaps } from "../../formats/swaps.ts";
import { type BalloonState, totalramBytes } from "./balloon-state.ts";

/** The files of the guest that its readings are made of, in the order in which `agentReadings` takes their texts. */
export const GUEST_FILES = [
  "/proc/meminfo",
  "/proc/vmstat",
  "/proc/pressure/memory",
  "/proc/zoneinfo",
  "/proc/swaps",
] as const;

/** The first so many change all the time; the others are large, or change seldom. */
export const LIVELY_FILES = 3;

/** What is read of a guest; the backend adds the name and the time. */
export type GuestReadings = Omit<Observation, "t" | "guest">;

/**
 * What a Linux guest's own files say, read through its agent.
 * @returns null if they are not those of a Linux guest: no `/proc/meminfo` or no `/proc/zoneinfo`.
 * @throws ERR_FORMAT if a file is not what its name says, or claims more memory than the machine has.
 */
export function agentReadings(texts: readonly (string | null)[], balloon: BalloonState): GuestReadings | null {
  const [meminfoText, vmstat = null, pressureMemory = null, zoneinfo, swaps = null] = texts;
  if (typeof meminfoText !== "string" || typeof zoneinfo !== "string") return null;
  const { readings, meminfo } = kernelReadings({ meminfo: meminfoText, zoneinfo, vmstat, pressureMemory });
  requirePlausible(meminfo, balloon);
  const { pageBytes } = readings;
  const memTotalBytes = meminfo.memTotalKib * BYTES_PER_KIB;
  return {
    ...readings,
    totalramPages: Math.floor(totalramBytes(memTotalBytes, balloon) / pageBytes),
    frontswapPages: frontswapPages(meminfo, swaps, pageBytes),
    balloonCurrentPages: Math.floor(balloon.currentBytes / pageBytes),
    balloonMaxPages: Math.floor(balloon.maximumBytes / pageBytes),
  };
}

/** Pages in zswap and on zram devices; null if the guest has neither. */
function frontswapPages(meminfo: Meminfo, swaps: string | null, pageBytes: number): number | null {
  const zram = swaps === null ? [] : parseSwaps(swaps).filter((area) => area.path.startsWith("/dev/zram"));
  if (meminfo.zswappedKib === null && zram.length === 0) return null;
  const zramKib = zram.reduce((sum, area) => sum + area.usedKib, 0);
  return pagesFromKib((meminfo.zswappedKib ?? 0) + zramKib, pageBytes);
}

/** A guest may claim anything; what can't be is not acted upon. */
function requirePlausible(meminfo: Meminfo, balloon: BalloonState): void {
  const { memTotalKib, memAvailableKib, memFreeKib } = meminfo;
  const maximumKib = balloon.maximumBytes / BYTES_PER_KIB;
  const problem =
    memTotalKib > maximumKib
      ? `MemTotal is ${memTotalKib} KiB in a machine of ${maximumKib} KiB`
      : Math.max(memAvailableKib ?? 0, memFreeKib ?? 0) > memTotalKib
        ? "more is available than there is"
        : null;
  if (problem === null) return;
  throw selfballoonError("ERR_FORMAT", { what: "/proc/meminfo", expected: "what a machine can have", problem });
}
