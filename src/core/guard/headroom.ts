import type { Tunables } from "../tunables.ts";
import { pagesFromMib } from "../units.ts";
import type { Changes } from "./changes.ts";

/**
 * How long a rise continues after the watch has seen it: 150 ms to react and 150 ms for the balloon. Measured in emulated
 * guests: a burst of 150 MB/s into 30 MB ended in an OOM kill after 350 ms, and reading MemAvailable every 100 ms saved
 * all of them.
 */
const REACTION_MS = 300;

/** A rise is forgotten over this time. */
const MEMORY_MS = 600_000;

/** A guest whose whole memory is small can't spare the full headroom: at most this share of it. */
const MAX_SHARE = 1 / 4;

/** The time from a rise of demand to memory that answers it, in ms. */
export function reactionMs(tunables: Pick<Tunables, "guard_watch_ms">): number {
  return tunables.guard_watch_ms + REACTION_MS;
}

/** The rise within one reaction time to reckon with, in pages: the largest seen, forgotten slowly. */
export function rememberRise(risePages: number, changes: Changes, tunables: Tunables): number {
  const remembered = risePages * Math.max(0, 1 - changes.elapsedMs / MEMORY_MS);
  if (changes.risePages === null || changes.risePages <= 0) return remembered;
  return Math.max(remembered, changes.risePages * Math.min(1, reactionMs(tunables) / changes.elapsedMs));
}

/** What must stay available, in pages: what a rise takes before we have reacted, and at least `guard_headroom_mb`. */
export function headroomPages(risePages: number, maximumPages: number, tunables: Tunables, pageBytes: number): number {
  const minPages = Math.min(pagesFromMib(tunables.guard_headroom_mb, pageBytes), maximumPages * MAX_SHARE);
  return Math.ceil(Math.max(minPages, risePages));
}
