import type { OpenBackend, WatchSample } from "../core/backend.ts";
import { reactionMs } from "../core/guard/headroom.ts";
import { Alarm } from "../core/guest/alarm.ts";
import { DemandRing } from "../core/guest/demand.ts";
import type { Tunables } from "../core/tunables.ts";
import type { Clock } from "./clock.ts";
import { withDeadline } from "./deadline.ts";

/** A look that takes longer than this is given up; the next step will tell what is wrong. */
const LOOK_DEADLINE_MS = 1000;

/** After so many looks at nothing in a row the guest counts as not watched. */
const EMPTY_LOOKS = 10;

/** What the fast lane is given. */
export interface FastLaneOptions {
  readonly guest: string;
  readonly backend: OpenBackend;
  readonly clock: Clock;
  readonly tunables: () => Tunables;
  /** Less than this available is short, in pages; null while nothing is known, or while the guest has everything. */
  readonly linePages: () => number | null;
  /** Memory is short: do not wait for the next step. */
  readonly onShort: () => void;
  /** Demand rose by so many pages within one reaction time. */
  readonly onRise: (risePages: number) => void;
}

/** Between two steps: a cheap look at what is available, ten times a second, so that a burst is answered at once. */
export class FastLane {
  private readonly options: FastLaneOptions;
  private readonly ring = new DemandRing();
  private readonly alarm = new Alarm();
  private stopLooking: () => void = () => {};
  private periodMs = 0;
  private emptyLooks = 0;
  private isLooking = false;

  constructor(options: FastLaneOptions) {
    this.options = options;
  }

  /** Begin to look, or look at another interval, as the tunables say; not at all while the guard is off. */
  start(): void {
    this.stop();
    const { guard, selfballooning, guard_watch_ms } = this.options.tunables();
    if (guard !== 1 || selfballooning !== 1) return;
    this.periodMs = guard_watch_ms;
    this.stopLooking = this.options.clock.every(guard_watch_ms, this.look);
  }

  /** Whether there was nothing to look at for a while: the backend has no watch, or the guest stands. */
  get seesNothing(): boolean {
    return this.emptyLooks >= EMPTY_LOOKS;
  }

  stop(): void {
    this.stopLooking();
    this.stopLooking = () => {};
  }

  private readonly look = (): void => {
    const { guard_watch_ms, selfballoon_interval } = this.options.tunables();
    if (guard_watch_ms !== this.periodMs) this.start(); // guests came or went
    const stepsAsOften = guard_watch_ms >= selfballoon_interval * 1000;
    if (this.isLooking || stepsAsOften) return;
    try {
      const sample = this.options.backend.watch(this.options.guest, NEVER);
      this.emptyLooks = sample === null ? this.emptyLooks + 1 : 0;
      if (sample instanceof Promise) void this.lookLater(sample);
      else if (sample !== null) this.judge(sample);
    } catch {
      // What can't be read is told by the next step, which reads the same and more.
    }
  };

  private async lookLater(promised: Promise<WatchSample | null>): Promise<void> {
    this.isLooking = true;
    try {
      const sample = await withDeadline(this.options.clock, LOOK_DEADLINE_MS, "the watch", () => promised);
      if (sample !== null) this.judge(sample);
    } catch {
      // As above.
    } finally {
      this.isLooking = false;
    }
  }

  private judge(sample: WatchSample): void {
    const { tunables, linePages, onShort, onRise } = this.options;
    const values = tunables();
    const risePages = this.ring.rise(sample, Math.ceil(reactionMs(values) / values.guard_watch_ms));
    if (risePages > 0) onRise(risePages);
    if (this.alarm.isDue(sample, linePages())) onShort();
  }
}

/** A look has its own deadline; nothing else calls it off. */
const NEVER = new AbortController().signal;
