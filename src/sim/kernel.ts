import type { KernelCosts } from "./costs.ts";
import type { Watermarks } from "./watermarks.ts";
import { type Demand, emptyDemand, type Workload } from "./workload.ts";

/** A program that runs in the guest, and the memory it has. Mutable: it belongs to the model. */
export interface Load {
  readonly workload: Workload;
  readonly demand: Demand;
  startedAtMs: number;
  /** Killed for lack of memory, it starts again at this time. */
  deadUntilMs: number;
  /** Anonymous pages in RAM and in swap. */
  residentPages: number;
  swappedPages: number;
  /** Of those in RAM: reclaim has passed them over once, and they were not touched since. May be a fraction. */
  agedPages: number;
  /** Address space that the kernel granted. */
  committedPages: number;
  /** An allocation was refused (ENOMEM): the program tries again at this time. */
  commitRetryAtMs: number;
  kernelPages: number;
  /** Time that it may still use in this tick; what it overdraws is taken from the next tick. */
  timeLeftUs: number;
  /** Time in this tick that it waited for memory. */
  stalledUs: number;
  /** It touched or wanted memory in this tick. */
  isBusy: boolean;
  /** Pages that it needed in this tick and did not have. */
  shortPages: number;
  /** Fractions of pages, carried to the next tick. */
  faultCarry: number;
  readCarry: number;
  promoteCarry: number;
  streamCarry: number;
}

/**
 * The memory of one guest's kernel. Mutable: it belongs to the model. All quantities are in whole pages unless the
 * name says otherwise, and `accountedPages` of them is always the maximum.
 */
export interface Kernel {
  readonly maximumPages: number;
  /** The most that the balloon may be asked for. */
  readonly ceilingPages: number;
  /** Memory that the kernel took at boot, never part of MemTotal. */
  readonly offsetPages: number;
  /** Memory of the kernel and of small system programs, constant. */
  readonly kernelPages: number;
  readonly cpus: number;
  readonly watermarks: Watermarks;
  readonly costs: KernelCosts;
  readonly loads: readonly Load[];
  readonly swap: Swap;
  readonly counters: Counters;
  nowMs: number;
  tickUs: number;
  /** When it has booted; until then nothing runs and nothing can be read but the balloon. */
  bootedAtMs: number;
  /** What the balloon said last before a reboot: it continues saying so until the guest's driver is back. */
  currentBeforeBootPages: number;
  /** Memory that the guest should have, as asked by the host. */
  targetPages: number;
  balloonPages: number;
  /** Share of the usual balloon speed: 1, or less for a guest that misbehaves. */
  balloonSpeed: number;
  /** The balloon found no page to take; it tries again at this time. */
  balloonRetryAtMs: number;
  balloonUs: number;
  /** A fraction of the time for a page, carried to the next tick. */
  balloonCarryUs: number;
  freePages: number;
  cache: PageCache;
  isKswapdAwake: boolean;
  kswapdUs: number;
  /** Rounds of kswapd that freed nothing; after some it rests until reclaim works again. */
  kswapdFailures: number;
  /** Time that the last call of `reclaim` took. */
  reclaimUs: number;
  /** An allocation found nothing and reclaim freed nothing, for this long. */
  allocationFails: boolean;
  failingMs: number;
  /** It found no memory and nothing to kill, and stands still until it is rebooted. */
  hasPanicked: boolean;
  /** Self-shrinking: pages that may stay in compressed swap; null: no limit. */
  frontswapTargetPages: number | null;
}

/** The page cache: the active list, and the inactive list split by what the model knows and the kernel does not. */
export interface PageCache {
  activePages: number;
  /** On the inactive list: pages that loads will read again, and pages that nobody will. */
  inactiveHotPages: number;
  inactiveColdPages: number;
  /** Pages that were evicted and that a load still reads: reading one of them is a refault. */
  evictedPages: number;
  /** Slab that can be reclaimed: inodes and names of what was read. */
  slabPages: number;
  slabCarry: number;
  /** What all loads together read again and again; set in each tick. */
  workingSetPages: number;
  /** Recent cost of reclaiming files and anonymous memory, in refaults (Linux mm/swap.c, lru_note_cost). */
  fileCost: number;
  anonCost: number;
}

/** Swap areas: compressed swap is filled first. */
export interface Swap {
  readonly diskCapacityPages: number;
  readonly zramCapacityPages: number;
  /** Pages stored in one page of RAM, above 1. */
  readonly zramRatio: number;
  diskPages: number;
  /** Pages stored, and the RAM that they take. */
  zramPages: number;
  zramPoolPages: number;
}

/** Counted since boot, as in `/proc/vmstat` and `/proc/pressure/memory`. */
export interface Counters {
  psiSomeUs: number;
  psiFullUs: number;
  refaultPages: number;
  swapInPages: number;
  swapOutPages: number;
  oomKills: number;
  allocStalls: number;
  outOfPuffs: number;
  /** Allocations refused with ENOMEM. */
  refusals: number;
}

/** Memory that the guest has, as the balloon says it. */
export function currentPages(kernel: Kernel): number {
  return kernel.maximumPages - kernel.balloonPages;
}

/** RAM that the kernel owns (MemTotal). */
export function totalramPages(kernel: Kernel): number {
  return kernel.maximumPages - kernel.balloonPages - kernel.offsetPages;
}

/** Every page of the guest by what it is used for, summed: always the maximum. */
export function accountedPages(kernel: Kernel): number {
  const { cache, swap } = kernel;
  let pages = kernel.offsetPages + kernel.kernelPages + kernel.balloonPages + kernel.freePages;
  pages += cache.activePages + cache.inactiveHotPages + cache.inactiveColdPages + cache.slabPages + swap.zramPoolPages;
  for (const load of kernel.loads) pages += load.residentPages + load.kernelPages;
  return pages;
}

/** What the guest would use if it could have any amount: its programs' wishes, their files, and the kernel's own. */
export function wantedPages(kernel: Kernel): number {
  let pages = kernel.offsetPages + kernel.kernelPages + kernel.cache.workingSetPages;
  for (const { demand } of kernel.loads) pages += Math.floor(demand.anonPages) + Math.floor(demand.kernelPages);
  return pages;
}

/** Times at which the future is looked at are so far apart. */
const FORESIGHT_MS = 50;

/** The most that the guest would use from now until `aheadMs` later; programs that were killed come back at once. */
export function wantedSoonPages(kernel: Kernel, aheadMs: number): number {
  let most = 0;
  for (let laterMs = 0; laterMs <= aheadMs; laterMs += FORESIGHT_MS) {
    const atMs = kernel.nowMs + laterMs;
    let pages = kernel.offsetPages + kernel.kernelPages;
    for (const { workload, startedAtMs } of kernel.loads) {
      const demand = emptyDemand();
      workload.demandAt(atMs / 1000, Math.max(0, atMs - startedAtMs) / 1000, demand);
      pages += Math.floor(demand.anonPages) + Math.floor(demand.kernelPages) + Math.floor(demand.cachePages);
    }
    most = Math.max(most, pages);
  }
  return most;
}
