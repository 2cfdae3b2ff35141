import { type HostReading, type HostSight, sightOf } from "../core/host/host-reading.ts";
import { nextLookMs } from "../core/host/look.ts";
import type { Clock } from "../time/clock.ts";

/** What the watch of a host is given. */
export interface HostWatchOptions {
  readonly clock: Clock;
  /** Read the host's own memory; what can't be read is null. */
  readonly read: () => HostReading;
  readonly onSight: (sight: HostSight) => void;
}

/** Looks at the host's own memory every second, and more often while it is tight. */
export class HostWatch {
  private readonly options: HostWatchOptions;
  private cancel: () => void = () => {};
  private last: HostReading | null = null;
  private lastMs = 0;

  constructor(options: HostWatchOptions) {
    this.options = options;
  }

  /** Look now, and again and again until it is stopped. */
  look(): void {
    this.stop();
    const { clock, read, onSight } = this.options;
    const nowMs = clock.nowMs();
    const reading = read();
    const sight = sightOf(this.last, reading, nowMs - this.lastMs);
    this.last = reading;
    this.lastMs = nowMs;
    this.cancel = clock.after(nextLookMs(sight), () => this.look());
    onSight(sight);
  }

  stop(): void {
    this.cancel();
  }
}
