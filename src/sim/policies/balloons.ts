import type { Observation } from "../../core/observation.ts";
import { pagesFromMib } from "../../core/units.ts";
import { PAGE_BYTES } from "../watermarks.ts";
import type { HostSight } from "./policy.ts";

/** What a rule on a host reads of one guest, in pages. */
export interface BalloonSight {
  readonly name: string;
  /** What the guest has, and the most that it may have. */
  readonly currentPages: number;
  readonly maxPages: number;
  /** MemFree: the page cache counts as used. */
  readonly freePages: number;
  /** Free memory, the page cache and buffers. */
  readonly availablePages: number;
  /** Pages in swap, as far as a reading reports: in compressed swap. */
  readonly swappedPages: number;
}

/** What a rule on a host reads of a guest; null if a reading is missing, as while it boots. */
export function sightOf(guest: Observation): BalloonSight | null {
  const { balloonCurrentPages, balloonMaxPages, freePages, availablePages, totalreservePages } = guest;
  if (balloonCurrentPages === null || balloonMaxPages === null || freePages === null) return null;
  if (availablePages === null || totalreservePages === null) return null;
  return {
    name: guest.guest,
    currentPages: balloonCurrentPages,
    maxPages: balloonMaxPages,
    freePages,
    availablePages: availablePages + Math.min(freePages, totalreservePages),
    swappedPages: guest.frontswapPages ?? 0,
  };
}

/** What the host has left beside what its guests have, in pages; less than 0 while they have more than it. */
export function hostFreePages(host: HostSight): number {
  return host.guests.reduce((left, guest) => left - (guest.balloonCurrentPages ?? 0), host.memoryPages);
}

export function mib(count: number): number {
  return pagesFromMib(count, PAGE_BYTES);
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
