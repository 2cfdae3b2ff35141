import { pagesFromMib } from "../core/units.ts";
import { EMULATED_COSTS, type KernelCosts } from "./costs.ts";
import { type Counters, currentPages, type Kernel, type Load, type PageCache } from "./kernel.ts";
import { PAGE_BYTES, watermarksAtBoot } from "./watermarks.ts";
import { emptyDemand, type Workload } from "./workload.ts";

/** What a simulated guest is made of. */
export interface KernelSpec {
  /** RAM of the virtual machine with an empty balloon, 128 MiB at least. */
  readonly maximumMib: number;
  readonly loads: readonly Workload[];
  /** The most that the balloon may be asked for, or what it takes to boot; `maximumMib` if not given. */
  readonly ceilingMib?: number;
  /** Default 1. */
  readonly cpus?: number;
  /** Swap on disk; default none. */
  readonly swapMib?: number;
  /** Room for pages in compressed swap, before compression; default none. */
  readonly zramMib?: number;
  /** Pages stored in one page of RAM, above 1; default 2.75, as measured with half-random data. */
  readonly zramRatio?: number;
  /** Default `EMULATED_COSTS`. */
  readonly costs?: KernelCosts;
}

const MIN_MIB = 128;
/** From start to a working balloon driver, as measured. */
const BOOT_MS = 2000;

/** A guest that has just booted at time 0. */
export function createKernel(spec: KernelSpec): Kernel {
  const mib = (count: number): number => pagesFromMib(count, PAGE_BYTES);
  const maximumPages = mib(Math.max(MIN_MIB, spec.maximumMib));
  // What the kernel of Debian 12 keeps: 50, 55 and 63 MiB of 256, 512 and 1024. A page takes 64 bytes to manage.
  const offsetPages = mib(46) + Math.floor(maximumPages / 64);
  const kernelPages = mib(20) + Math.floor(maximumPages / 100);
  const watermarks = watermarksAtBoot(maximumPages - offsetPages);
  const minPages = offsetPages + kernelPages + 2 * watermarks.totalreservePages;
  const ceilingPages = Math.min(maximumPages, Math.max(minPages, mib(spec.ceilingMib ?? spec.maximumMib)));
  const kernel: Kernel = {
    ...atRest(maximumPages, ceilingPages),
    offsetPages,
    kernelPages,
    cpus: spec.cpus ?? 1,
    watermarks,
    costs: spec.costs ?? EMULATED_COSTS,
    loads: spec.loads.map(createLoad),
    swap: {
      diskCapacityPages: mib(spec.swapMib ?? 0),
      zramCapacityPages: mib(spec.zramMib ?? 0),
      zramRatio: spec.zramRatio ?? 2.75,
      diskPages: 0,
      zramPages: 0,
      zramPoolPages: 0,
    },
  };
  boot(kernel, 0);
  return kernel;
}

/** Reboot now: the balloon is empty, every program starts again, and all counters start at 0. The target stays. */
export function reboot(kernel: Kernel): void {
  kernel.currentBeforeBootPages = currentPages(kernel);
  boot(kernel, kernel.nowMs + BOOT_MS);
}

function boot(kernel: Kernel, bootedAtMs: number): void {
  kernel.bootedAtMs = bootedAtMs;
  kernel.balloonPages = kernel.maximumPages - kernel.ceilingPages;
  kernel.freePages = currentPages(kernel) - kernel.offsetPages - kernel.kernelPages;
  kernel.balloonRetryAtMs = 0;
  kernel.isKswapdAwake = false;
  kernel.kswapdFailures = 0;
  kernel.failingMs = 0;
  kernel.hasPanicked = false;
  kernel.frontswapTargetPages = null;
  Object.assign(kernel.cache, emptyCache());
  Object.assign(kernel.counters, noCounts());
  Object.assign(kernel.swap, { diskPages: 0, zramPages: 0, zramPoolPages: 0 });
  for (const load of kernel.loads) Object.assign(load, atStart(bootedAtMs));
}

type AtRest = Omit<Kernel, "offsetPages" | "kernelPages" | "cpus" | "watermarks" | "costs" | "loads" | "swap">;

function atRest(maximumPages: number, ceilingPages: number): AtRest {
  return {
    maximumPages,
    ceilingPages,
    counters: noCounts(),
    cache: emptyCache(),
    nowMs: 0,
    tickUs: 0,
    bootedAtMs: 0,
    currentBeforeBootPages: ceilingPages,
    targetPages: ceilingPages,
    balloonPages: 0,
    balloonSpeed: 1,
    balloonRetryAtMs: 0,
    balloonUs: 0,
    balloonCarryUs: 0,
    freePages: 0,
    isKswapdAwake: false,
    kswapdUs: 0,
    kswapdFailures: 0,
    reclaimUs: 0,
    allocationFails: false,
    failingMs: 0,
    hasPanicked: false,
    frontswapTargetPages: null,
  };
}

function noCounts(): Counters {
  return {
    psiSomeUs: 0,
    psiFullUs: 0,
    refaultPages: 0,
    swapInPages: 0,
    swapOutPages: 0,
    oomKills: 0,
    allocStalls: 0,
    outOfPuffs: 0,
    refusals: 0,
  };
}

function emptyCache(): PageCache {
  return {
    activePages: 0,
    inactiveHotPages: 0,
    inactiveColdPages: 0,
    evictedPages: 0,
    slabPages: 0,
    slabCarry: 0,
    workingSetPages: 0,
    fileCost: 0,
    anonCost: 0,
  };
}

function createLoad(workload: Workload): Load {
  return { workload, demand: emptyDemand(), ...atStart(0) };
}

/** A program without memory that starts at `startedAtMs`. */
export function atStart(startedAtMs: number): Omit<Load, "workload" | "demand"> {
  return {
    startedAtMs,
    deadUntilMs: startedAtMs,
    residentPages: 0,
    swappedPages: 0,
    agedPages: 0,
    committedPages: 0,
    commitRetryAtMs: 0,
    kernelPages: 0,
    timeLeftUs: 0,
    stalledUs: 0,
    isBusy: false,
    shortPages: 0,
    faultCarry: 0,
    readCarry: 0,
    promoteCarry: 0,
    streamCarry: 0,
  };
}
