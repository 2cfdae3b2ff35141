import type { CompleteObservation } from "../observation.ts";

const US_PER_MS = 1000;

/** What changed since the last observation; null where that is not known, as after a reboot. */
export interface Changes {
  readonly elapsedMs: number;
  readonly refaultPages: number | null;
  readonly swapInPages: number | null;
  readonly swapOutPages: number | null;
  readonly oomKills: number | null;
  readonly allocStalls: number | null;
  /** Share of the time in which some task stalled on memory, 0 to 1. */
  readonly someShare: number | null;
  /** Share of the time in which all tasks stalled on memory, 0 to 1. */
  readonly fullShare: number | null;
  /** How much demand rose, in pages; negative if it fell. */
  readonly risePages: number | null;
}

const NOTHING_KNOWN: Changes = {
  elapsedMs: 0,
  refaultPages: null,
  swapInPages: null,
  swapOutPages: null,
  oomKills: null,
  allocStalls: null,
  someShare: null,
  fullShare: null,
  risePages: null,
};

/** Compare an observation with the last one. Counters that went backwards mean a reboot: then nothing is known. */
export function changesSince(last: CompleteObservation | null, now: CompleteObservation, elapsedMs: number): Changes {
  if (last === null || elapsedMs <= 0) return NOTHING_KNOWN;
  const someUs = grown(last.psiSomeTotalUs, now.psiSomeTotalUs);
  const fullUs = grown(last.psiFullTotalUs, now.psiFullTotalUs);
  return {
    elapsedMs,
    refaultPages: grown(last.refaultPages, now.refaultPages),
    swapInPages: grown(last.swapInPages, now.swapInPages),
    swapOutPages: grown(last.swapOutPages, now.swapOutPages),
    oomKills: grown(last.oomKills, now.oomKills),
    allocStalls: grown(last.allocStalls, now.allocStalls),
    someShare: someUs === null ? null : someUs / US_PER_MS / elapsedMs,
    fullShare: fullUs === null ? null : fullUs / US_PER_MS / elapsedMs,
    risePages: rise(last, now),
  };
}

/**
 * Whether something that was taken away is missed. An inflating balloon stalls on memory itself, and in an idle guest
 * that is all the pressure there is: stalls count only where pages are also read back.
 */
export function isMissed(changes: Changes): boolean {
  return (changes.refaultPages ?? 0) > 0 || (changes.swapInPages ?? 0) > 0;
}

function grown(before: number | null, now: number | null): number | null {
  return before === null || now === null || now < before ? null : now - before;
}

/** Demand is what is not available: it stays the same when only the balloon moves. */
function rise(last: CompleteObservation, now: CompleteObservation): number | null {
  if (last.availablePages === null || now.availablePages === null) return null;
  return now.totalramPages - now.availablePages - (last.totalramPages - last.availablePages);
}
