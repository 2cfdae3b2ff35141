import type { Notice } from "../notices.ts";
import type { Tunables } from "../tunables.ts";

/** Looks a second at all guests together, at the most: through guest agents about a tenth of a core. */
const MAX_LOOKS_PER_S = 1000;

/** The shortest time between two looks at one of so many guests, in ms. */
function minWatchMs(guests: number): number {
  return Math.ceil((guests * 1000) / MAX_LOOKS_PER_S);
}

/** The tunables with a watch that so many guests allow; its headroom follows, because it is reckoned from them. */
export function pacedTunables(tunables: Tunables, guests: number): Tunables {
  const minMs = minWatchMs(guests);
  return tunables.guard_watch_ms >= minMs ? tunables : { ...tunables, guard_watch_ms: minMs };
}

/** What is worth telling when `before` guests became `now`; null if the watch is as fast as it was asked for, or was slow already. */
export function paceNotice(before: number, now: number, { guard, guard_watch_ms }: Tunables): Notice | null {
  const isSlow = (guests: number): boolean => guard === 1 && minWatchMs(guests) > guard_watch_ms;
  if (!isSlow(now) || isSlow(before)) return null;
  return { code: "watch_slowed", details: { guests: now, watchMs: minWatchMs(now), wantedMs: guard_watch_ms } };
}

/** How often the watch looks, in ms; null where it does not, because the guard is off or steps are as frequent. */
export function watchPeriodMs({
  guard,
  selfballooning,
  guard_watch_ms,
  selfballoon_interval,
}: Tunables): number | null {
  if (guard !== 1 || selfballooning !== 1) return null;
  return guard_watch_ms >= selfballoon_interval * 1000 ? null : guard_watch_ms;
}
