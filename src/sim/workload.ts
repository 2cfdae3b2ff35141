/** What one load wants at one moment. A workload fills it in, so that a tick need not allocate. */
export interface Demand {
  /** Anonymous memory that the load has touched and keeps, in pages. */
  anonPages: number;
  /** Address space that it has promised to itself, in pages; less than `anonPages` counts as that. */
  committedPages: number;
  /** Pages of files that it reads again and again. */
  cachePages: number;
  /** Pages of files that it reads once, a second. */
  streamPagesPerSecond: number;
  /** Memory that the kernel keeps for it: stacks, page tables, sockets. In pages; can't be reclaimed. */
  kernelPages: number;
}

/** A program's wish for memory over time: a pure function of time, given its seed. */
export interface Workload {
  readonly name: string;
  /** Share of the anonymous memory that is touched again and again, 0 to 1; the rest may be swapped at no loss. */
  readonly hotShare: number;
  /** Seconds in which it touches its hot memory and reads its files once. */
  readonly touchSeconds: number;
  /** Fill in `demand` for `seconds` on the host's clock; `ageSeconds` is the time since the program started. */
  demandAt(seconds: number, ageSeconds: number, demand: Demand): void;
}

/** No wish at all. */
export function emptyDemand(): Demand {
  return { anonPages: 0, committedPages: 0, cachePages: 0, streamPagesPerSecond: 0, kernelPages: 0 };
}
