import type { WatchSample } from "../../core/backend.ts";
import { BYTES_PER_KIB, pagesFromKib } from "../../core/units.ts";
import { parseMeminfo } from "../../formats/meminfo.ts";
import { type BalloonState, totalramBytes } from "./balloon-state.ts";

/** What a guest that restarts is said to have. */
export const NOTHING_AVAILABLE: WatchSample = Object.freeze({ availablePages: 0, totalramPages: null });

/**
 * What the watch looks at, from the guest's `/proc/meminfo`.
 * @throws ERR_FORMAT if that is not what its name says.
 */
export function meminfoSample(text: string, balloon: BalloonState, pageBytes: number): WatchSample {
  const { memTotalKib, memAvailableKib } = parseMeminfo(text);
  return {
    availablePages: memAvailableKib === null ? null : pagesFromKib(memAvailableKib, pageBytes),
    totalramPages: Math.floor(totalramBytes(memTotalKib * BYTES_PER_KIB, balloon) / pageBytes),
  };
}
