import { selfballoonError } from "../../core/errors.ts";
import { BYTES_PER_KIB } from "../../core/units.ts";
import type { BalloonSize } from "../host/balloon-state.ts";
import { hasCode } from "../host/thrown.ts";
import { ActualSize } from "./actual-size.ts";
import { discoverMachine, type Machine } from "./machine.ts";
import { ProcessSize } from "./process-size.ts";
import { QmpClient } from "./qmp.ts";
import type { QmpEvent } from "./qmp-message.ts";
import { RestartWatch } from "./restart-watch.ts";
import { type GuestStatistics, parseGuestStatistics } from "./statistics.ts";
import { readVitals, VITAL_EVENTS, type Vitals } from "./vitals.ts";

/** What a newcomer adds to QEMU's command line for a balloon. */
const BALLOON_REMEDY = "-device virtio-balloon-pci,id=balloon0,deflate-on-oom=on";

/** Vitals are read again after so long, or at once after an event that may have changed them. */
const VITALS_KEPT_MS = 10_000;

/** How long a machine is left alone after its connection failed. */
export const BACKOFF_MS = { first: 1000, max: 10_000 };

/** A machine's balloon as it is now. */
export interface Balloon {
  readonly machine: Machine;
  /** The device's path in QEMU's object model. */
  readonly path: string;
  readonly size: BalloonSize;
}

export interface BalloonMachineOptions {
  /** The machine's QMP socket. */
  readonly path: string;
  /** How long QEMU may take for one answer. */
  readonly deadlineMs: number;
  /** A monotonic clock. */
  readonly nowMs: () => number;
  /** Something happened in the machine. */
  readonly onEvent: (event: QmpEvent) => void;
}

/** A machine behind its QMP socket: what it is, what it is doing, and its balloon. */
export class BalloonMachine {
  readonly qmp: QmpClient;
  private readonly options: BalloonMachineOptions;
  private readonly restarts: RestartWatch;
  private readonly actual: ActualSize;
  private readonly process: ProcessSize;
  private machine: Machine | null = null;
  /** Whether `machine` is of an earlier connection. */
  private outdated = true;
  private discovering: Promise<Machine> | null = null;
  private vitals: Vitals | null = null;
  private vitalsReadAtMs = 0;
  private vitalEvents = 0;

  constructor(options: BalloonMachineOptions) {
    const { path, deadlineMs, nowMs } = options;
    this.options = options;
    this.restarts = new RestartWatch(nowMs);
    this.qmp = new QmpClient({
      path,
      nowMs,
      deadlineMs,
      backoffMs: BACKOFF_MS,
      onEvent: (event) => this.take(event),
      onConnected: () => {
        this.outdated = true;
        this.outdate();
        this.process.forget();
      },
    });
    this.actual = new ActualSize(this.qmp, nowMs);
    this.process = new ProcessSize(this.qmp, path);
  }

  /** What is known of the machine without asking it; null if it was never reached. */
  get known(): Machine | null {
    return this.machine;
  }

  /** Whether the machine was reset and its balloon's driver was not heard since. */
  get isRestarting(): boolean {
    return this.restarts.isSilent;
  }

  /** What the machine is made of; asked once a connection. */
  discover(): Promise<Machine> {
    if (this.machine !== null && !this.outdated) return Promise.resolve(this.machine);
    this.discovering ??= this.discoverNow().finally(() => {
      this.discovering = null;
    });
    return this.discovering;
  }

  async setTarget(targetBytes: number): Promise<void> {
    this.actual.moved();
    await this.qmp.execute("balloon", { value: targetBytes });
  }

  /** The memory that the guest has now. */
  async currentBytes(): Promise<number> {
    return (await this.readSize()).currentBytes;
  }

  /** What its process holds of the host's memory, in bytes; null where that can't be seen. */
  residentBytes(): Promise<number | null> {
    return this.process.readBytes();
  }

  /** How large the machine is, whatever it is doing: without a balloon it has all that it was built for. */
  async memorySize(): Promise<BalloonSize> {
    if ((await this.discover()).balloonPath !== null) return this.readSize();
    const { maximumBytes, unballoonedBytes } = await this.freshVitals();
    return { currentBytes: maximumBytes, maximumBytes, unballoonedBytes };
  }

  /** What was read of its memory may be so no longer: the next one to ask gets a new answer. */
  outdate(): void {
    this.forgetVitals();
    this.actual.moved();
  }

  async statistics(path: string): Promise<GuestStatistics> {
    return parseGuestStatistics(await this.qmp.execute("qom-get", { path, property: "guest-stats" }));
  }

  close(): void {
    this.qmp.close();
  }

  /**
   * The balloon, whatever the machine is doing. Others call it `guest`.
   * @throws ERR_BALLOON_MISSING, ERR_FORMAT, and what QMP throws.
   */
  async readBalloon(guest: string): Promise<Balloon> {
    const machine = await this.discover();
    const { balloonPath: path } = machine;
    if (path === null) throw selfballoonError("ERR_BALLOON_MISSING", { guest, remedy: BALLOON_REMEDY });
    try {
      return { machine, path, size: await this.readSize() };
    } catch (thrown) {
      if (hasCode(thrown, "ERR_COMMAND_REFUSED")) this.outdated = true; // its devices may have changed
      throw thrown;
    }
  }

  /** QEMU says nothing when memory is plugged: a size above the maximum that was known means that it was. */
  private async readSize(): Promise<BalloonSize> {
    const size = await this.readSizeOnce();
    if (size.currentBytes <= size.maximumBytes) return size;
    this.outdate();
    const again = await this.readSizeOnce();
    if (again.currentBytes <= again.maximumBytes) return again;
    const kib = (bytes: number): string => `${Math.floor(bytes / BYTES_PER_KIB)} KiB`;
    throw selfballoonError("ERR_FORMAT", {
      what: "QEMU's answer to query-balloon",
      expected: `at most the ${kib(again.maximumBytes)} that the machine has`,
      problem: `it says ${kib(again.currentBytes)}`,
    });
  }

  private async readSizeOnce(): Promise<BalloonSize> {
    const wasEmpty = this.restarts.isEmpty;
    const [saidBytes, vitals] = await Promise.all([this.actual.readBytes(), this.freshVitals()]);
    const { maximumBytes, unballoonedBytes } = vitals;
    // QEMU may have answered before the balloon moved; then the next reading tells.
    const isEmpty = this.restarts.isEmpty || wasEmpty;
    return { currentBytes: isEmpty ? maximumBytes : saidBytes, maximumBytes, unballoonedBytes };
  }

  /** What is being read meanwhile may be of before the event. */
  private forgetVitals(): void {
    this.vitals = null;
    this.vitalEvents += 1;
  }

  private async freshVitals(): Promise<Vitals> {
    const nowMs = this.options.nowMs();
    if (this.vitals !== null && nowMs - this.vitalsReadAtMs < VITALS_KEPT_MS) return this.vitals;
    const events = this.vitalEvents;
    const vitals = await readVitals(this.qmp);
    this.vitals = events === this.vitalEvents ? vitals : null;
    this.vitalsReadAtMs = nowMs;
    return vitals;
  }

  /**
   * The balloon of a machine that may be moved, which it may not be from a restart until the guest's driver is heard.
   * @throws ERR_GUEST_LEFT_ALONE while it may not be moved, and what `readBalloon` throws.
   */
  async readRunning(guest: string): Promise<Balloon> {
    const balloon = await this.readBalloon(guest);
    const { state } = await this.freshVitals();
    if (state !== "running") throw selfballoonError("ERR_GUEST_LEFT_ALONE", { guest, state });
    if (this.restarts.isSilent) this.restarts.takeStamp((await this.statistics(balloon.path)).lastUpdateS);
    if (this.restarts.isSilent) throw selfballoonError("ERR_GUEST_LEFT_ALONE", { guest, state: "restarting" });
    return balloon;
  }

  private async discoverNow(): Promise<Machine> {
    const machine = await discoverMachine(this.qmp);
    this.machine = machine;
    this.outdated = false;
    return machine;
  }

  private take(event: QmpEvent): void {
    this.restarts.take(event);
    this.actual.take(event);
    if (VITAL_EVENTS.has(event.name)) this.forgetVitals();
    this.options.onEvent(event);
  }
}
