import type { Cancellation, GuestSize, Reading, WatchSample } from "../../core/backend.ts";
import { selfballoonError } from "../../core/errors.ts";
import { givenBytes, requireSafeTarget } from "../host/balloon-state.ts";
import { cancellable, requireGoing } from "../host/cancellation.ts";
import { type ChosenReadings, type Source, sourceNotices, WATCHED_BY } from "../host/source.ts";
import { hasCode } from "../host/thrown.ts";
import { NOTHING_AVAILABLE } from "../host/watch-sample.ts";
import { type Balloon, BalloonMachine } from "./balloon-machine.ts";
import { GuestSources, type GuestSourcesOptions } from "./guest-sources.ts";
import type { Machine } from "./machine.ts";
import type { QmpEvent } from "./qmp-message.ts";
import { VITAL_EVENTS } from "./vitals.ts";

export interface QemuGuestOptions extends GuestSourcesOptions {
  /** Seconds for the observations' `t`. */
  readonly nowS: () => number;
}

/** What the watch between steps needs of the last observation. */
interface Watched {
  readonly balloon: Balloon;
  readonly chosen: ChosenReadings;
}

/** A guest of a QEMU host: its machine, and the sources of its readings. */
export class QemuGuest {
  readonly path: string;
  private readonly options: QemuGuestOptions;
  private readonly machine: BalloonMachine;
  private readonly sources: GuestSources;
  private source: Source | null = null;
  /** The maximum that the last observation was made by; null before the first. */
  private observedMaximumBytes: number | null = null;
  private watched: Watched | null = null;
  private watchedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: QemuGuestOptions) {
    const { path, deadlineMs, nowMs } = options;
    this.path = path;
    this.options = options;
    this.machine = new BalloonMachine({ path, deadlineMs, nowMs, onEvent: (event) => this.take(event) });
    this.sources = new GuestSources(this.machine, options);
  }

  /** What is known of the machine without asking it; null if it was never reached. */
  get known(): Machine | null {
    return this.machine.known;
  }

  /** Ask the machine what it is. */
  async discover(): Promise<void> {
    await this.machine.discover();
  }

  /** Read the guest, which others call `guest`. */
  observe(guest: string, cancellation: Cancellation): Promise<Reading> {
    return cancellable(this.observeNow(guest), `reading ${guest}`, cancellation);
  }

  /**
   * What is available now: from one file of the agent's, or once a period from the statistics; nothing at all while the
   * guest restarts. Null while there is nothing to look at.
   */
  watch(guest: string, cancellation: Cancellation): Promise<WatchSample | null> | null {
    const { watched } = this;
    // While the guest boots nothing can be read, and what it was allowed before must not starve it.
    if (this.machine.isRestarting) return Promise.resolve(NOTHING_AVAILABLE);
    if (watched === null) return null;
    const { balloon, chosen } = watched;
    const by = WATCHED_BY[chosen.source];
    if (by === null) return null;
    const isAgent = by === "agent";
    const nowMs = this.options.nowMs();
    const periodMs = isAgent ? 0 : balloon.machine.pollingPeriodS * 1000;
    if (nowMs - this.watchedAtMs < periodMs) return null;
    this.watchedAtMs = nowMs;
    const sample = isAgent
      ? this.sources.watchAgent(balloon, chosen.readings.pageBytes)
      : this.sources.watchStatistics(balloon);
    return cancellable(sample, `watching ${guest}`, cancellation);
  }

  /** How large the guest is, whatever it is doing. */
  size(guest: string, cancellation: Cancellation): Promise<GuestSize> {
    return cancellable(this.machine.memorySize(), `asking how large ${guest} is`, cancellation);
  }

  /** Set the balloon's target. It is approached meanwhile; `observe` tells how far it has come. */
  apply(guest: string, targetBytes: number, cancellation: Cancellation): Promise<void> {
    return cancellable(this.applyNow(guest, targetBytes, cancellation), `setting ${guest}`, cancellation);
  }

  /** Give the guest all its memory, whatever it is doing: a machine that stands takes the target when it runs again. */
  release(guest: string, maxBytes: number | null, cancellation: Cancellation): Promise<void> {
    return cancellable(this.releaseNow(guest, maxBytes), `releasing ${guest}`, cancellation);
  }

  async close(): Promise<void> {
    await this.sources.close();
    this.machine.close();
  }

  private async observeNow(guest: string): Promise<Reading> {
    this.watched = null;
    const { balloon, chosen } = await this.readAgreeing(guest);
    const { source, readings } = chosen;
    const notices = sourceNotices(this.source, source, chosen.statisticsAgeMs);
    const { maximumBytes, unballoonedBytes } = balloon.size;
    this.source = source;
    this.watched = { balloon, chosen };
    this.observedMaximumBytes = maximumBytes;
    const rssBytes = await this.machine.residentBytes();
    return { observation: { t: this.options.nowS(), guest, ...readings }, notices, rssBytes, unballoonedBytes };
  }

  /** Memory may have been plugged since QEMU was asked: where the guest says more than can be, both are read again. */
  private async readAgreeing(guest: string): Promise<Pick<Watched, "balloon" | "chosen">> {
    const balloon = await this.machine.readRunning(guest);
    try {
      return { balloon, chosen: await this.sources.read(balloon) };
    } catch (thrown) {
      if (!hasCode(thrown, "ERR_FORMAT")) throw thrown;
      this.machine.outdate();
      const again = await this.machine.readRunning(guest);
      return { balloon: again, chosen: await this.sources.read(again) };
    }
  }

  /** A target is made from a reading: where the machine has other memory by now, it means another size of the balloon. */
  private async applyNow(guest: string, targetBytes: number, cancellation: Cancellation): Promise<void> {
    this.machine.outdate();
    const { maximumBytes } = (await this.machine.readRunning(guest)).size;
    if (maximumBytes !== (this.observedMaximumBytes ?? maximumBytes)) {
      throw selfballoonError("ERR_GUEST_LEFT_ALONE", { guest, state: "being given other memory" });
    }
    requireSafeTarget(targetBytes, maximumBytes);
    requireGoing(`setting ${guest}`, cancellation);
    await this.machine.setTarget(targetBytes);
  }

  private async releaseNow(guest: string, maxBytes: number | null): Promise<void> {
    this.machine.outdate();
    const { size } = await this.machine.readBalloon(guest);
    await this.machine.setTarget(givenBytes(size, maxBytes));
  }

  private take(event: QmpEvent): void {
    if (VITAL_EVENTS.has(event.name)) this.watched = null;
    if (event.name === "VSERPORT_CHANGE") this.sources.portChanged();
    if (event.name !== "RESET") return;
    this.sources.restarted();
    this.source = null;
  }
}
