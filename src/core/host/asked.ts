import { headroomPages } from "../guard/headroom.ts";
import type { Asked } from "../guest/as-needed.ts";
import type { Priority } from "../limits.ts";
import type { Observation } from "../observation.ts";
import type { Tunables } from "../tunables.ts";
import { givesBack, type Pressure } from "./pressure.ts";

/** Up to this need guests give free memory alone; up to the second the cache beside it; above it what the law takes. */
const FREE_UNTIL = 1 / 3;
const CACHE_UNTIL = 2 / 3;

/** Of what a guest lacks it gets this part back at a step. */
const BACK_PART = 32;

const EVERYTHING: Asked = Object.freeze({ givePages: Number.POSITIVE_INFINITY, backPages: 0, isEmergency: true });

/**
 * What a host asks of one guest at this step; null: the law decides alone. In an emergency all that the law would take in
 * the end is asked for at once; the guard keeps what the guest uses, whatever is asked.
 */
export function askedOf(
  pressure: Pressure,
  priority: Priority,
  observation: Observation,
  tunables: Tunables,
  nowMs: number,
): Asked | null {
  const { take, isEmergency } = pressure;
  const need = pressure.need ?? 0;
  if (isEmergency) return EVERYTHING;
  if (take === "always") return null;
  if (need > 0)
    return { givePages: givePages(pressure, need, priority, observation, tunables), backPages: 0, isEmergency: false };
  const { balloonCurrentPages, balloonMaxPages } = observation;
  const lackPages = Math.max(0, (balloonMaxPages ?? 0) - (balloonCurrentPages ?? 0));
  const backPages = givesBack(pressure, nowMs) ? Math.ceil(lackPages / BACK_PART) : 0;
  return { givePages: 0, backPages, isEmergency: false };
}

/** The guest's part of what the host lacks, as far as the need lets it be taken. What a guest does not tell is not taken. */
function givePages(
  { askedShares }: Pressure,
  need: number,
  priority: Priority,
  observation: Observation,
  tunables: Tunables,
): number {
  const { balloonCurrentPages, balloonMaxPages, availablePages, freePages, totalreservePages, pageBytes } = observation;
  const partPages = Math.ceil((balloonCurrentPages ?? 0) * askedShares[priority]);
  if (need > CACHE_UNTIL) return partPages;
  const keptPages = headroomPages(0, balloonMaxPages ?? Number.POSITIVE_INFINITY, tunables, pageBytes);
  const sparePages =
    need > FREE_UNTIL ? availablePages : freePages === null ? null : freePages - (totalreservePages ?? 0);
  return Math.max(0, Math.min(partPages, (sparePages ?? 0) - keptPages));
}
