/**
 * What the model's operations cost. Times are microseconds of one CPU for one page of 4 KiB. They set how fast a
 * balloon moves, how long reclaim keeps programs waiting, and so what PSI shows.
 */
export interface KernelCosts {
  /** A program touches a fresh page. */
  readonly touchUs: number;
  /** Reclaim drops a clean page of the cache. */
  readonly dropCleanUs: number;
  /** A page is compressed into compressed swap, or brought back from it. */
  readonly compressUs: number;
  readonly decompressUs: number;
  /** A page is written to swap on disk, or read from there. */
  readonly diskOutUs: number;
  readonly diskInUs: number;
  /** A page of a file is read, readahead counted in. */
  readonly fileReadUs: number;
  /** The balloon takes a free page, or gives one back. */
  readonly inflateUs: number;
  readonly deflateUs: number;
}

/**
 * As measured in QEMU guests of kernels 6.1 and 6.12 whose processor is emulated: touching 180 MB/s, inflating free
 * memory 520 MB/s, deflating 2 GB/s, 15,000 pages a second through compressed swap in both directions under thrash.
 * The disk is a plain SSD (100 MB/s in small requests), by estimate.
 */
export const EMULATED_COSTS: KernelCosts = Object.freeze({
  touchUs: 22,
  dropCleanUs: 2,
  compressUs: 30,
  decompressUs: 15,
  diskOutUs: 40,
  diskInUs: 100,
  fileReadUs: 40,
  inflateUs: 7.5,
  deflateUs: 1.9,
});

/** Processors with virtualisation are about ten times as fast; the disk is the same. */
export const KVM_COSTS: KernelCosts = Object.freeze({
  ...EMULATED_COSTS,
  touchUs: 2.2,
  dropCleanUs: 0.2,
  compressUs: 3,
  decompressUs: 1.5,
  inflateUs: 0.75,
  deflateUs: 0.19,
});

/** How fast a guest's processors are. */
export const CPU_SPEEDS = {
  emulated: EMULATED_COSTS,
  kvm: KVM_COSTS,
} as const satisfies Record<string, KernelCosts>;

export type CpuSpeed = keyof typeof CPU_SPEEDS;
