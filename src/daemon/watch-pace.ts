import type { Notice } from "../core/notices.ts";
import type { Tunables } from "../core/tunables.ts";

/** Most looks a second at all guests together: through guest agents about a tenth of a core. */
const MOST_LOOKS_PER_S = 1000;

/** The least time between two looks at one of so many guests, in ms. */
function leastWatchMs(guests: number): number {
  return Math.ceil((guests * 1000) / MOST_LOOKS_PER_S);
}

/** The tunables with a watch that so many guests allow; its headroom follows, because it is reckoned from them. */
export function pacedTunables(tunables: Tunables, guests: number): Tunables {
  const leastMs = leastWatchMs(guests);
  return tunables.guard_watch_ms >= leastMs ? tunables : { ...tunables, guard_watch_ms: leastMs };
}

/** Tells when the guests have become too many for the watch that was asked for. */
export class WatchPace {
  private isSlowed = false;

  /** @returns what is worth telling now that there are so many guests; null if nothing has changed. */
  notice(guests: number, { guard, guard_watch_ms }: Tunables): Notice | null {
    const watchMs = leastWatchMs(guests);
    const wasSlowed = this.isSlowed;
    this.isSlowed = guard === 1 && watchMs > guard_watch_ms;
    if (!this.isSlowed || wasSlowed) return null;
    return { code: "watch_slowed", details: { guests, watchMs, wantedMs: guard_watch_ms } };
  }
}
