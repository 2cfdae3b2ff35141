import { type Counters, currentPages, type Kernel } from "./kernel.ts";
import { PAGE_BYTES } from "./watermarks.ts";

/** How a guest has fared since time 0, reboots included. Small is good throughout. */
export interface GuestScore {
  /** How long it was watched. */
  readonly seconds: number;
  /** Memory held over time, in GiB times minutes. */
  readonly heldGibMinutes: number;
  /** Time in which a load needed pages that it did not have, and the most pages that it lacked. */
  readonly shortageSeconds: number;
  readonly worstShortagePages: number;
  /** Time that loads waited for memory, summed over the loads: their slow-down. */
  readonly stalledSeconds: number;
  readonly oomKills: number;
  readonly reboots: number;
  /** Allocations refused with ENOMEM. */
  readonly refusals: number;
  readonly refaultPages: number;
  /** Pages written to swap and read back, summed. */
  readonly swappedPages: number;
  /** Targets set that differ from the one before. */
  readonly moves: number;
}

/** Sums that grow with each tick. Mutable: they belong to the host. */
export interface Tally {
  watchedMs: number;
  heldPageMs: number;
  shortageMs: number;
  worstShortagePages: number;
  stalledUs: number;
  moves: number;
  reboots: number;
  /** Counts of earlier boots. */
  oomKills: number;
  refusals: number;
  refaultPages: number;
  swappedPages: number;
}

export function createTally(): Tally {
  return {
    watchedMs: 0,
    heldPageMs: 0,
    shortageMs: 0,
    worstShortagePages: 0,
    stalledUs: 0,
    moves: 0,
    reboots: 0,
    oomKills: 0,
    refusals: 0,
    refaultPages: 0,
    swappedPages: 0,
  };
}

/** Add the tick that has just passed. */
export function tallyTick(tally: Tally, kernel: Kernel, tickMs: number): void {
  tally.watchedMs += tickMs;
  tally.heldPageMs += currentPages(kernel) * tickMs;
  let shortPages = 0;
  for (const load of kernel.loads) {
    shortPages += load.shortPages;
    tally.stalledUs += load.stalledUs;
  }
  if (shortPages === 0) return;
  tally.shortageMs += tickMs;
  tally.worstShortagePages = Math.max(tally.worstShortagePages, shortPages);
}

/** Keep the counts of the boot that ends now. */
export function tallyReboot(tally: Tally, counters: Counters): void {
  tally.reboots += 1;
  tally.oomKills += counters.oomKills;
  tally.refusals += counters.refusals;
  tally.refaultPages += counters.refaultPages;
  tally.swappedPages += counters.swapInPages + counters.swapOutPages;
}

/** The score as it stands. */
export function scoreOf(tally: Tally, counters: Counters): GuestScore {
  return {
    seconds: tally.watchedMs / 1000,
    heldGibMinutes: (tally.heldPageMs * PAGE_BYTES) / 2 ** 30 / 60_000,
    shortageSeconds: tally.shortageMs / 1000,
    worstShortagePages: tally.worstShortagePages,
    stalledSeconds: tally.stalledUs / 1_000_000,
    oomKills: tally.oomKills + counters.oomKills,
    reboots: tally.reboots,
    refusals: tally.refusals + counters.refusals,
    refaultPages: tally.refaultPages + counters.refaultPages,
    swappedPages: tally.swappedPages + counters.swapInPages + counters.swapOutPages,
    moves: tally.moves,
  };
}
