/** A page of the fake guest. */
const PAGE_BYTES = 4096;

const MIB = 1_048_576;

/** What a fake guest is made of. */
export interface FakeGuestOptions {
  readonly maximumMib: number;
  /** Memory that programs use. */
  readonly usedMib: number;
  readonly deflateOnOom: boolean;
}

/** A Linux guest in a machine with a balloon, in so far as its host can see it. */
export class FakeGuest {
  /** The most that the balloon can leave. */
  maximumBytes: number;
  /** Memory that the guest has besides, such as virtio-mem. */
  unballoonedBytes = 0;
  /** What of its memory the guest has yet to put online. */
  offlineBytes = 0;
  readonly deflateOnOom: boolean;
  /** Whether MemTotal goes on counting what the balloon took, whatever the device offers. */
  totalIsConstant: boolean;
  usedBytes: number;
  targetBytes: number;
  /** What the guest has. */
  currentBytes: number;
  /** What the driver last told of it: this is what the host hears. */
  actualBytes: number;
  /** Whether the balloon's driver is loaded: without it the target is only noted. */
  driver = true;
  /** Whether the statistics are updated. */
  statisticsMove = true;
  lastUpdateS = 1_795_000_000;
  /** Page faults that its kernel has counted, and those of the last update of the statistics. */
  pageFaults = 1_000_000;
  toldFaults = 0;
  /** Statistics that are given instead of the true ones. */
  claimed: Readonly<Record<string, number | string>> = {};
  /** Texts of files that are given instead of the true ones; null: there is no such file. */
  files: Readonly<Record<string, string | null>> = {};
  zswappedKib = 0;
  zramUsedKib: number | null = null;

  constructor(options: FakeGuestOptions) {
    this.maximumBytes = options.maximumMib * MIB;
    this.usedBytes = options.usedMib * MIB;
    this.deflateOnOom = options.deflateOnOom;
    this.totalIsConstant = options.deflateOnOom;
    this.targetBytes = this.maximumBytes;
    this.currentBytes = this.maximumBytes;
    this.actualBytes = this.maximumBytes;
  }

  /** What the guest's kernel takes at boot, and never counts as RAM. */
  get bootBytes(): number {
    return 50 * MIB;
  }

  /** MemTotal: with deflate-on-oom the balloon's memory goes on counting. */
  get memTotalBytes(): number {
    const countedBytes = this.totalIsConstant ? this.maximumBytes : this.currentBytes;
    return countedBytes + this.unballoonedBytes - this.offlineBytes - this.bootBytes;
  }

  get availableBytes(): number {
    const onlineBytes = this.currentBytes + this.unballoonedBytes - this.offlineBytes;
    return Math.max(0, onlineBytes - this.bootBytes - this.usedBytes);
  }

  /** A DIMM is plugged: QEMU counts it at once and tells nobody, and the guest has yet to put it online. */
  plugDimm(bytes: number): void {
    this.maximumBytes += bytes;
    this.targetBytes += bytes;
    this.currentBytes += bytes;
    this.actualBytes += bytes;
    this.offlineBytes = bytes;
  }

  setTarget(bytes: number): void {
    this.targetBytes = Math.min(bytes, this.maximumBytes);
    if (this.driver) this.followTarget();
  }

  /** The machine was reset: all memory is there, and the driver, which would tell, is not. */
  reset(): void {
    this.driver = false;
    this.statisticsMove = false;
    this.currentBytes = this.maximumBytes;
  }

  /** The kernel has loaded the driver, whose balloon is empty, and whose target is the last one of before the reset. */
  boot(): void {
    this.driver = true;
    this.statisticsMove = true;
    this.pageFaults = 2136;
    this.followTarget();
  }

  /** The driver goes to the target at once, but can't take what is in use. If it has nothing to do it tells nothing. */
  private followTarget(): void {
    const reachedBytes = Math.max(this.targetBytes, this.bootBytes + this.usedBytes);
    if (reachedBytes === this.currentBytes) return;
    this.currentBytes = reachedBytes;
    this.actualBytes = reachedBytes;
  }

  updateStatistics(): void {
    if (!this.statisticsMove) return;
    this.lastUpdateS += 1;
    this.toldFaults = this.pageFaults;
  }

  /** The statistics as QEMU tells them, -1 as 2^64 - 1. */
  statistics(): Readonly<Record<string, unknown>> {
    this.updateStatistics();
    const stats = {
      "stat-total-memory": this.memTotalBytes,
      "stat-free-memory": this.availableBytes,
      "stat-available-memory": this.availableBytes,
      "stat-disk-caches": 14 * MIB,
      "stat-swap-in": 0,
      "stat-swap-out": 0,
      "stat-major-faults": 0,
      "stat-htlb-pgalloc": "18446744073709551615",
      ...this.claimed,
    };
    return { stats, "last-update": this.lastUpdateS };
  }

  /** A file's text, or null if the guest has no such file. */
  file(path: string): string | null {
    const given = this.files[path];
    if (given !== undefined) return given;
    if (path === "/proc/meminfo") return this.meminfo();
    if (path === "/proc/zoneinfo") return this.zoneinfo();
    if (path === "/proc/vmstat")
      return `pgfault ${this.pageFaults}\npswpin 5\npswpout 7\nworkingset_refault_file 11\noom_kill 0\nallocstall_normal 3\n`;
    if (path === "/proc/pressure/memory") return pressure;
    if (path === "/proc/swaps") return this.swaps();
    return null;
  }

  private meminfo(): string {
    const line = (name: string, bytes: number): string =>
      `${`${name}:`.padEnd(16)}${String(Math.floor(bytes / 1024)).padStart(8)} kB\n`;
    return [
      line("MemTotal", this.memTotalBytes),
      line("MemFree", this.availableBytes),
      line("MemAvailable", this.availableBytes),
      line("Buffers", 0),
      line("Cached", 14 * MIB),
      line("SwapTotal", 0),
      line("SwapFree", 0),
      line("Zswap", 0),
      line("Zswapped", this.zswappedKib * 1024),
      line("Committed_AS", this.usedBytes),
    ].join("");
  }

  private zoneinfo(): string {
    const dmaPages = 3840;
    const restPages = Math.floor(this.memTotalBytes / PAGE_BYTES) - dmaPages;
    const endPfn = (this.maximumBytes + this.unballoonedBytes) / PAGE_BYTES;
    return zone("DMA", 1, 4095, dmaPages, 32) + zone("DMA32", 4096, endPfn - 4096, restPages, 962);
  }

  private swaps(): string {
    const head = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
    if (this.zramUsedKib === null) return head;
    return `${head}/dev/zram0                              partition\t262140\t\t${this.zramUsedKib}\t\t100\n`;
  }
}

const pressure =
  "some avg10=0.00 avg60=0.00 avg300=0.00 total=1234\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=567\n";

function zone(name: string, startPfn: number, spanned: number, managed: number, high: number): string {
  const row = (field: string, value: number): string => `        ${field.padEnd(8)} ${value}\n`;
  return [
    `Node 0, zone ${name.padStart(8)}\n`,
    `  pages free     ${managed}\n`,
    row("boost", 0),
    row("min", Math.floor(high / 2)),
    row("low", Math.floor((high * 3) / 4)),
    row("high", high),
    row("spanned", spanned),
    row("present", spanned),
    row("managed", managed),
    "        protection: (0, 420, 420, 420, 420)\n",
    "  node_unreclaimable:  0\n",
    `  start_pfn:           ${startPfn}\n`,
  ].join("");
}
