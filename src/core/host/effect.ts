import type { GuestSize } from "../backend.ts";
import { BYTES_PER_MIB } from "../units.ts";

/** Whether what a guest gives to its balloon comes free on the host. */
export interface Effect {
  /** Looks in a row in which it did not. */
  readonly looksWithout: number;
  /** True if it does not: nothing is gained by taking more. */
  readonly isMissing: boolean;
}

/** Before the first look. */
export const INITIAL_EFFECT: Effect = Object.freeze({ looksWithout: 0, isMissing: false });

/** What an emulator needs for itself, and more: 130 MiB were seen. */
const OVERHEAD_BYTES = 256 * BYTES_PER_MIB;

/** A balloon smaller than this is not judged: it does not stand out from the emulator's own memory. */
const MIN_BALLOON_BYTES = 256 * BYTES_PER_MIB;

/** Looks in a row after which it is certain: the kernel frees what a balloon takes at once. */
const CERTAIN_LOOKS = 10;

/**
 * Compare what the process holds with what the guest has. Where more than half of what the balloon took is still
 * resident, ballooning has no effect there: memory that is locked, pinned by VFIO, or of hugepages does not come free.
 */
export function followEffect(before: Effect, { currentBytes, maximumBytes }: GuestSize, rssBytes: number): Effect {
  const balloonBytes = maximumBytes - currentBytes;
  const keptBytes = rssBytes - OVERHEAD_BYTES - currentBytes;
  if (balloonBytes < MIN_BALLOON_BYTES || keptBytes <= balloonBytes / 2) return INITIAL_EFFECT;
  if (before.isMissing) return before;
  const looksWithout = before.looksWithout + 1;
  return { looksWithout, isMissing: looksWithout >= CERTAIN_LOOKS };
}
