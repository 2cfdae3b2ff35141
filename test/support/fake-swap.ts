import type { SwapKernel, SwappedMemory } from "../../src/swap/kernel.ts";
import type { SwapTime } from "../../src/swap/pace.ts";

/** What becomes of a page's stored copy when the page is read. */
export type Fate = "freed" | "kept" | "freed while swap.high is low";

interface FakeProcess {
  readonly pages: Map<number, { readonly device: number; readonly fate: Fate }>;
  readonly hasGroup: boolean;
  readonly isOpen: boolean;
}

const PAGE_BYTES = 4096;

/** A kernel with compressed swap, and time that passes only as pages are read and by sleeping. */
export class FakeSwap implements SwapKernel {
  readonly processes = new Map<number, FakeProcess>();
  /** Stored pages that belong to no process, such as those of shared memory. */
  sharedPages = 0;
  availablePages = 1_000_000;
  stalledMs = 0;
  /** Freed pages that the kernel counts only once there are so many. */
  lotPages = 1;
  readMs = 0.01;
  /** Called before each page that is read. */
  onTouch: (address: number) => void = () => {};
  /** Called when time passes without work. */
  onSleep: (durationMs: number) => void = () => {};
  /** Pages that were read, in order. */
  readonly touched: number[] = [];
  sleptMs = 0;
  loweredTimes = 0;
  private storedPages = 0;
  private uncountedPages = 0;
  private isLow = false;
  private atMs = 0;
  private workedMs = 0;

  readonly time: SwapTime = {
    nowMs: () => this.atMs,
    cpuMs: () => this.workedMs,
    sleep: async (durationMs) => {
      this.atMs += durationMs;
      this.sleptMs += durationMs;
      this.onSleep(durationMs);
    },
  };

  readonly swapHigh: SwapKernel["swapHigh"] = {
    groupOf: (pid) => (this.processes.get(pid)?.hasGroup ? `/group-of-${pid}` : null),
    whileLowered: (_, work) => {
      this.isLow = true;
      this.loweredTimes += 1;
      work(() => {});
      this.isLow = false;
      return true;
    },
  };

  addProcess(pid: number, count: number, more: Partial<FakeProcess> & { fate?: Fate; device?: number } = {}): void {
    const { fate = "freed", device = 0, hasGroup = false, isOpen = true } = more;
    const pages = this.processes.get(pid)?.pages ?? new Map();
    for (let page = 0; page < count; page += 1)
      pages.set((pid * 1_000_000 + pages.size) * PAGE_BYTES, { device, fate });
    this.processes.set(pid, { pages, hasGroup, isOpen });
    this.storedPages += count;
  }

  /** Something else is swapped out. */
  grow(pages: number): void {
    this.storedPages += pages;
  }

  view() {
    return () => ({
      storedPages: this.storedPages + this.sharedPages,
      availablePages: this.availablePages,
      stalledMs: this.stalledMs,
    });
  }

  swappers(): readonly number[] {
    return [...this.processes].sort((a, b) => b[1].pages.size - a[1].pages.size).map(([pid]) => pid);
  }

  open(pid: number): SwappedMemory | null {
    const process = this.processes.get(pid);
    if (process === undefined || !process.isOpen) return null;
    return {
      *swappedPages(fromAddress) {
        const addresses = [...process.pages.keys()].filter((address) => address >= fromAddress);
        for (let at = 0; at < addresses.length; at += 2048) {
          const byDevice = new Map<number, number[]>();
          for (const address of addresses.slice(at, at + 2048)) {
            const device = process.pages.get(address)?.device;
            if (device !== undefined) byDevice.set(device, [...(byDevice.get(device) ?? []), address]);
          }
          yield { fromAddress: addresses[at] ?? 0, byDevice };
        }
      },
      touch: (address) => this.touch(process, address),
      close: () => {},
    };
  }

  private touch(process: FakeProcess, address: number): boolean {
    this.onTouch(address);
    this.atMs += this.readMs;
    this.workedMs += this.readMs;
    const page = process.pages.get(address);
    if (page === undefined) return false;
    process.pages.delete(address);
    this.touched.push(address);
    this.availablePages -= 1;
    if (page.fate === "freed" || (page.fate !== "kept" && this.isLow)) this.uncountedPages += 1;
    if (this.uncountedPages >= this.lotPages) {
      this.storedPages -= this.uncountedPages;
      this.uncountedPages = 0;
    }
    return true;
  }
}
