import { allocate } from "./allocate.ts";
import { type Kernel, type Load, totalramPages } from "./kernel.ts";
import { readFiles } from "./read-files.ts";
import { dropSwap, touchAged } from "./swap.ts";
import { touchSwapped } from "./swap-in.ts";

/** Between two attempts of a program whose allocation was refused. */
const COMMIT_RETRY_MS = 1000;

/** Ask every load what it wants now; the dead want nothing. */
export function readDemands(kernel: Kernel): void {
  const seconds = kernel.nowMs / 1000;
  let workingSetPages = 0;
  for (const load of kernel.loads) {
    load.stalledUs = 0;
    load.shortPages = 0;
    load.isBusy = false;
    if (kernel.nowMs < load.deadUntilMs) continue;
    load.workload.demandAt(seconds, (kernel.nowMs - load.startedAtMs) / 1000, load.demand);
    workingSetPages += Math.floor(load.demand.cachePages);
  }
  const { cache } = kernel;
  cache.workingSetPages = workingSetPages;
  const residentPages = cache.activePages + cache.inactiveHotPages;
  cache.evictedPages = Math.min(cache.evictedPages, Math.max(0, workingSetPages - residentPages));
}

/** Let every living load use its part of the tick, after what the kernel's own threads took. */
export function runLoads(kernel: Kernel): void {
  const kernelUs = kernel.kswapdUs + kernel.balloonUs;
  const shareUs = Math.max(0, kernel.tickUs * kernel.cpus - kernelUs) / Math.max(1, kernel.loads.length);
  const budgetUs = Math.min(kernel.tickUs, shareUs);
  for (const load of kernel.loads) {
    if (kernel.nowMs < load.deadUntilMs) continue;
    load.timeLeftUs = Math.min(0, load.timeLeftUs) + budgetUs;
    commit(kernel, load);
    resizeKernelMemory(kernel, load);
    resizeAnon(kernel, load);
    touchAged(kernel, load);
    touchSwapped(kernel, load);
    readFiles(kernel, load);
  }
}

/**
 * Promise address space. One allocation larger than RAM and swap together is refused with ENOMEM, and then
 * Committed_AS does not move (Linux mm/util.c, __vm_enough_memory with overcommit_memory = 0).
 */
function commit(kernel: Kernel, load: Load): void {
  const { demand } = load;
  const wanted = Math.floor(Math.max(demand.committedPages, demand.anonPages));
  const { diskCapacityPages, zramCapacityPages } = kernel.swap;
  if (wanted - load.committedPages <= totalramPages(kernel) + diskCapacityPages + zramCapacityPages) {
    load.committedPages = wanted;
    return;
  }
  load.shortPages = wanted - load.committedPages;
  if (kernel.nowMs < load.commitRetryAtMs) return;
  load.commitRetryAtMs = kernel.nowMs + COMMIT_RETRY_MS;
  kernel.counters.refusals += 1;
}

function resizeKernelMemory(kernel: Kernel, load: Load): void {
  const growth = Math.floor(load.demand.kernelPages) - load.kernelPages;
  if (growth > 0) {
    load.kernelPages += allocate(kernel, load, growth, 1);
  } else {
    load.kernelPages += growth;
    kernel.freePages -= growth;
  }
}

function resizeAnon(kernel: Kernel, load: Load): void {
  const wanted = Math.min(Math.floor(load.demand.anonPages), load.committedPages);
  const growth = wanted - load.residentPages - load.swappedPages;
  if (growth < 0) {
    freeAnon(kernel, load, -growth);
  } else if (growth > 0) {
    load.isBusy = true;
    const stalledBefore = load.stalledUs;
    const got = allocate(kernel, load, growth, kernel.costs.touchUs);
    load.residentPages += got;
    if (load.stalledUs > stalledBefore) load.shortPages += growth - got;
  }
}

/** Give `pages` back, from RAM and swap in proportion. */
export function freeAnon(kernel: Kernel, load: Load, pages: number): void {
  const swapped = Math.floor((pages * load.swappedPages) / (load.residentPages + load.swappedPages));
  load.residentPages -= pages - swapped;
  load.agedPages = Math.min(load.agedPages, load.residentPages);
  load.swappedPages -= swapped;
  kernel.freePages += pages - swapped;
  dropSwap(kernel, swapped);
}
