import type { Tunables } from "../tunables.ts";
import { pagesFromMib } from "../units.ts";
import type { Answer } from "./answer.ts";
import type { Changes } from "./changes.ts";

/** A rise is forgotten over this time. */
const MEMORY_MS = 300_000;

/** A guest whose whole memory is small can't spare the full headroom: at most this share of it. */
const MAX_SHARE = 1 / 4;

/** The time from a rise of demand to memory that answers it, in ms: until the watch sees it, and its answer from there. */
export function reactionMs({ guard_watch_ms }: Pick<Tunables, "guard_watch_ms">, answer: Answer): number {
  return guard_watch_ms + answer.ms;
}

/** The rise within one reaction time to reckon with, in pages: the largest seen, forgotten slowly. */
export function rememberRise(risePages: number, answer: Answer, changes: Changes, tunables: Tunables): number {
  const remembered = risePages * Math.max(0, 1 - changes.elapsedMs / MEMORY_MS);
  if (changes.risePages === null || changes.risePages <= 0) return remembered;
  return Math.max(remembered, changes.risePages * Math.min(1, reactionMs(tunables, answer) / changes.elapsedMs));
}

/** What must stay available, in pages: what a rise takes before we have reacted, and at least `guard_headroom_mb`. */
export function headroomPages(risePages: number, maximumPages: number, tunables: Tunables, pageBytes: number): number {
  const minPages = Math.min(pagesFromMib(tunables.guard_headroom_mb, pageBytes), maximumPages * MAX_SHARE);
  return Math.ceil(Math.max(minPages, risePages));
}
