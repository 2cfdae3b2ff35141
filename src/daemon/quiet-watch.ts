import { isQuietAt, type LocalTime, type QuietHours } from "../core/quiet-hours.ts";
import type { Clock } from "../time/clock.ts";
import { localTimeAt } from "../time/local-time.ts";
import type { Journal } from "./journal.ts";

/** What quiet hours are kept with. */
export interface QuietWatchTools {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly guests: () => readonly string[];
  readonly hoursOf: (guest: string) => readonly QuietHours[];
  /** Other guests than before have quiet hours. */
  readonly onChange: () => void;
  readonly stepSoon: (guests: readonly string[]) => void;
}

/** Looks at the wall clock, and knows whose quiet hours these are. What was looked at last holds until the next look. */
export class QuietWatch {
  private readonly tools: QuietWatchTools;
  private localTime: LocalTime;

  constructor(tools: QuietWatchTools) {
    this.tools = tools;
    this.localTime = localTimeAt(tools.clock.wallMs());
  }

  isQuiet(guest: string): boolean {
    return isQuietAt(this.tools.hoursOf(guest), this.localTime);
  }

  /** Quiet hours may have begun or ended: whom that concerns steps now. */
  look(): void {
    const { clock, journal, guests, onChange, stepSoon } = this.tools;
    const now = localTimeAt(clock.wallMs());
    if (now.minute === this.localTime.minute && now.day === this.localTime.day) return;
    const before = new Set(guests().filter((guest) => this.isQuiet(guest)));
    this.localTime = now;
    const changed = guests().filter((guest) => this.isQuiet(guest) !== before.has(guest));
    if (changed.length === 0) return;
    onChange();
    for (const guest of changed) {
      const code = before.has(guest) ? "quiet_ends" : "quiet_begins";
      journal.add({ kind: "notice", guest, notice: { code, details: {} } });
    }
    stepSoon(changed);
  }
}
