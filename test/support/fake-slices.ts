import type { SwapTime } from "../../src/swap/pace.ts";
import type { Absence, SliceKernel } from "../../src/swap/slices/slice-bank.ts";
import type { Slice } from "../../src/swap/slices/slices.ts";

/** A machine with slices, and time that passes only while a slice is off and by sleeping. */
export class FakeSlices implements SliceKernel {
  /** What each holds, by its path. */
  readonly held = new Map<string, number>();
  /** Stored pages that lie elsewhere. */
  otherPages = 0;
  availablePages = 1_000_000;
  stalledMs = 0;
  /** How long a page takes to come back. */
  pageMs = 0.01;
  /** What swapoff says to its failing. */
  failure: string | null = null;
  /** What keeps slices from being put back. */
  putBackError: Error | null = null;
  /** How much of a slice comes back whatever is done: a kill is heeded only between processes. */
  processPages = 1;
  /** Called before each look while a slice is off. */
  onAbsence: () => void = () => {};
  onSleep: (durationMs: number) => void = () => {};
  /** Slices that were taken off, in order. */
  readonly taken: string[] = [];
  /** What was available when a slice was taken off, less what it held. */
  readonly roomLeft: number[] = [];
  maxAbsent = 0;
  sleptMs = 0;
  private absent = 0;
  private atMs = 0;

  readonly time: SwapTime = {
    nowMs: () => this.atMs,
    cpuMs: () => 0,
    sleep: async (durationMs) => {
      this.atMs += durationMs;
      this.sleptMs += durationMs;
      this.onSleep(durationMs);
    },
  };

  constructor(...held: readonly number[]) {
    for (const [number, pages] of held.entries()) this.held.set(`/dev/zram${number}`, pages);
  }

  view() {
    return () => ({
      storedPages: this.otherPages + [...this.held.values()].reduce((sum, pages) => sum + pages, 0),
      availablePages: this.availablePages,
      stalledMs: this.stalledMs,
    });
  }

  slices(): readonly Slice[] {
    return [...this.held].map(([path, storedPages]) => ({ path, priority: 100, storedPages }));
  }

  storedPages({ path }: Slice): number {
    return this.held.get(path) ?? 0;
  }

  takeOff({ path, storedPages }: Slice): Absence {
    this.taken.push(path);
    this.roomLeft.push(this.availablePages - storedPages);
    this.absent += 1;
    this.maxAbsent = Math.max(this.maxAbsent, this.absent);
    let isKilled = false;
    return {
      endsWithin: async (durationMs) => {
        if (this.failure === null) this.bringBack(path, durationMs, isKilled);
        this.onAbsence();
        const isBack = isKilled || this.failure !== null || this.held.get(path) === 0;
        if (isBack) this.absent -= 1;
        return isBack;
      },
      kill: () => {
        isKilled = true;
      },
      problem: () => this.failure,
    };
  }

  async putBack(): Promise<void> {
    if (this.putBackError !== null) throw this.putBackError;
  }

  private bringBack(path: string, durationMs: number, isKilled: boolean): void {
    const held = this.held.get(path) ?? 0;
    const timely = Math.floor(durationMs / this.pageMs);
    const pages = Math.min(held, isKilled ? held % this.processPages : timely);
    this.held.set(path, held - pages);
    this.availablePages -= pages;
    this.atMs += Math.min(durationMs, pages * this.pageMs);
  }
}
