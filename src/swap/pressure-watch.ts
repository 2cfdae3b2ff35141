import type { MemoryLook } from "./memory-view.ts";

/** Tasks that wait for memory for more than this share of the time mean that it is short. */
const STALLED_SHARE = 0.1;

/** A shorter time than this tells nothing. */
const MIN_MS = 100;

/** Pages by which what is stored may grow while nothing is short: the kernel swaps a few out now and then. */
const GROWTH_PAGES = 64;

/**
 * Whether memory is short while pages are brought back. The kernel counts our own reading from swap as a wait for memory
 * too (Linux, Documentation/accounting/psi.rst), so the time that we took is taken off.
 */
export class PressureWatch {
  private readonly nowMs: () => number;
  private markMs: number;
  private markStalledMs: number | null = null;
  private ownMs = 0;

  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
    this.markMs = nowMs();
  }

  /** We ourselves read from swap for so long. */
  noteOwn(durationMs: number): void {
    this.ownMs += durationMs;
  }

  /** `lastStoredPages` is what was stored when we last looked. */
  isHigh({ storedPages, stalledMs }: MemoryLook, lastStoredPages: number): boolean {
    const hasGrown = storedPages !== null && storedPages > lastStoredPages + GROWTH_PAGES;
    return this.isStalling(stalledMs) || hasGrown;
  }

  private isStalling(stalledMs: number | null): boolean {
    const elapsedMs = this.nowMs() - this.markMs;
    if (this.markStalledMs !== null && elapsedMs < MIN_MS) return false;
    const before = this.markStalledMs;
    const ownMs = this.ownMs;
    this.markMs += elapsedMs;
    this.markStalledMs = stalledMs;
    this.ownMs = 0;
    return before !== null && stalledMs !== null && stalledMs - before - ownMs > elapsedMs * STALLED_SHARE;
  }
}
