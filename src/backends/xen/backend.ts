import type { OpenBackend, Reading, WatchSample } from "../../core/backend.ts";
import { selfballoonError } from "../../core/errors.ts";
import type { Notice } from "../../core/notices.ts";
import type { ToolstackBackend } from "../../core/toolstack.ts";
import { kibFromPages, pagesFromKib } from "../../core/units.ts";
import type { Meminfo } from "../../formats/meminfo.ts";
import type { MachineFiles } from "../../machine/files.ts";
import { MemoryWatch } from "../../machine/memory-watch.ts";
import { readOwnKernel } from "../../machine/own-kernel.ts";
import { XenBalloon, type XenBalloonReading } from "./balloon.ts";
import { type Ceiling, ceilingKib, initialCeiling, noteWrite, observeCeiling, standsStill } from "./ceiling.ts";
import { maximumKib } from "./maximum.ts";
import { probeXen } from "./probe.ts";

/** The last line of defence, below any floor of the law: a guest with less can't even run this daemon. */
const MIN_KIB = 48 * 1024;

/** The kernel's way to xenstore (Linux, drivers/xen/xenbus). */
const XENBUS = "/dev/xen/xenbus";

/** Xen's balloon moves in whole pages of 4 KiB; another value wakes a driver that gave up. */
const WAKE_KIB = 4;

/** What the Xen backend is given. */
export interface XenOptions {
  readonly files: MachineFiles;
  /** Pages held in compressed swap, null where there is none. */
  readonly frontswapPages: (meminfo: Meminfo, pageBytes: number) => number | null;
  /** Seconds for the observations' `t`. */
  readonly nowS: () => number;
  /** Whether dom0 is shown how the guest stands, and its wishes are taken; absent: no. */
  readonly usesXenstore?: boolean;
}

/** The balloon of the Xen guest that we run in. */
export function createXenBackend(options: XenOptions): ToolstackBackend {
  const { files, usesXenstore = false } = options;
  const xenstore = usesXenstore ? files.resolve(XENBUS) : null;
  return {
    name: "xen",
    traits: { place: "guest", isReal: true, hasBalloons: true, isHere: true },
    probe: () => Promise.resolve(probeXen(files)),
    examine: async ({ found }) => (await import("./examine.ts")).examineXen(files, found, xenstore),
    open: () => Promise.resolve(new XenGuest(options)),
    ...(xenstore === null
      ? {}
      : { joinToolstack: async (daemon) => (await import("./xenstore/join.ts")).joinToolstack(xenstore, daemon) }),
  };
}

class XenGuest implements OpenBackend {
  private readonly options: XenOptions;
  private readonly balloon: XenBalloon;
  private readonly guest: string;
  private ceiling: Ceiling;
  private maximumKib: number;
  private readonly memory: MemoryWatch;
  private pageBytes = 4096;
  /** current_kb - MemTotal, constant over the guest's life. */
  private offsetKib: number | null = null;
  /** Notices of writes, told with the next reading. */
  private readonly untold: Notice[] = [];

  constructor(options: XenOptions) {
    this.options = options;
    this.balloon = new XenBalloon(options.files);
    this.memory = new MemoryWatch(options.files);
    this.guest = options.files.readIfPossible("/proc/sys/kernel/hostname")?.trim().slice(0, 64) || "guest";
    const reading = this.balloon.read();
    this.ceiling = initialCeiling(reading);
    this.maximumKib = maximumKib(null, reading);
  }

  guests(): Promise<readonly string[]> {
    return Promise.resolve([this.guest]);
  }

  // Reads of /proc and /sys do not wait for anything, so they are made at once.
  async observe(guest: string): Promise<Reading> {
    this.check(guest);
    const { files, nowS, frontswapPages } = this.options;
    const before = this.readBalloon();
    const { readings, meminfo } = readOwnKernel(files, this.maximumKib);
    const { pageBytes } = readings;
    const seen = observeCeiling(this.ceiling, before);
    const offsetKib = this.measureOffset(before, meminfo.memTotalKib);
    this.ceiling = seen.ceiling;
    this.pageBytes = pageBytes;
    return {
      observation: {
        t: nowS(),
        guest,
        ...readings,
        frontswapPages: frontswapPages(meminfo, pageBytes),
        balloonCurrentPages: pagesFromKib(meminfo.memTotalKib + offsetKib, pageBytes),
        balloonMaxPages: pagesFromKib(ceilingKib(this.ceiling, this.maximumKib), pageBytes),
      },
      notices: [...this.untold.splice(0), ...seen.notices],
    };
  }

  watch(): WatchSample {
    return this.memory.look(this.pageBytes);
  }

  async size(): Promise<null> {
    return null;
  }

  /** A target was made from readings of a moment ago: what lies beyond the bounds of now is cut to them. */
  async apply(guest: string, balloonTargetPages: number, pageBytes: number): Promise<void> {
    this.check(guest);
    const targetKib = kibFromPages(balloonTargetPages, pageBytes);
    if (!Number.isSafeInteger(balloonTargetPages) || balloonTargetPages <= 0)
      throw selfballoonError("ERR_TARGET_UNSAFE", { targetKib, leastKib: MIN_KIB, mostKib: this.maximumKib });
    this.write(targetKib);
  }

  /**
   * Ask for all that the guest was built for, or for what the toolstack set while we watched. Xen gives what it allows,
   * and the kernel tries a few times for the rest: it may come when the host has memory again.
   */
  async release(guest: string): Promise<void> {
    this.check(guest);
    this.write(Number.POSITIVE_INFINITY);
  }

  async close(): Promise<void> {
    this.options.files.close();
  }

  private check(guest: string): void {
    if (guest !== this.guest) throw selfballoonError("ERR_GUEST_UNKNOWN", { guest });
  }

  /**
   * While the balloon moves, MemTotal runs ahead of current_kb by up to 3 MiB, so the offset is taken when the target
   * is reached, before and after MemTotal was read, and kept. Before the first time the difference of the moment must do.
   */
  private measureOffset({ currentKib, targetKib }: XenBalloonReading, memTotalKib: number): number {
    const nowKib = currentKib - memTotalKib;
    if (currentKib === targetKib && currentKib === this.balloon.currentKib()) this.offsetKib = nowKib;
    return this.offsetKib ?? nowKib;
  }

  private readBalloon(): XenBalloonReading {
    const reading = this.balloon.read();
    this.maximumKib = maximumKib(this.maximumKib, reading);
    return reading;
  }

  /**
   * Never above what the guest was built for, nor above what the toolstack set, which it may have done since the step's
   * observation. A toolstack that set less than any target of ours is left alone. Where it sets another at this moment, ours
   * is made again for that.
   */
  private write(wantedKib: number, isAgain = false): void {
    const reading = this.readBalloon();
    const seen = observeCeiling(this.ceiling, reading);
    const maxKib = Math.min(this.maximumKib, seen.ceiling.toolstackKib ?? this.maximumKib);
    const minKib = Math.min(MIN_KIB, this.maximumKib);
    this.ceiling = seen.ceiling;
    this.untold.push(...seen.notices);
    if (maxKib < minKib) return;
    const targetKib = Math.min(maxKib, Math.max(minKib, wantedKib));
    const isIdle = (reading.retryCount ?? 1) === 1 && standsStill(seen.ceiling, reading);
    const gaveUp = isIdle && reading.targetKib === targetKib && targetKib > minKib;
    const askedKib = gaveUp ? targetKib - WAKE_KIB : targetKib;
    const writtenKib = this.balloon.write(askedKib, reading.targetKib, minKib, this.maximumKib);
    if (writtenKib === null) {
      if (isAgain) throw selfballoonError("ERR_TARGET_MOVED", { targetKib: askedKib });
      this.write(wantedKib, true);
      return;
    }
    const noted = noteWrite(seen.ceiling, reading, writtenKib);
    this.ceiling = noted.ceiling;
    this.untold.push(...(gaveUp ? [givenUp(reading)] : []), ...noted.notices);
  }
}

function givenUp({ currentKib, targetKib }: XenBalloonReading): Notice {
  const mib = (kib: number): number => Math.floor(kib / 1024);
  return { code: "retries_given_up", details: { currentMib: mib(currentKib), targetMib: mib(targetKib) } };
}
