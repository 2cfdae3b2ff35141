import { type BalloonSight, hostFreePages, sightOf, sum } from "./balloons.ts";
import { type HostSight, hostPolicy, type Stepped } from "./policy.ts";

/** Constants of MoM's balloon rules. */
const PRESSURE_THRESHOLD = 0.2;
const PRESSURE_CRITICAL = 0.05;
const MIN_FREE_SHARE = 0.2;
const MAX_CHANGE_SHARE = 0.05;
const MIN_CHANGE_SHARE = 0.0025;
/** Samples that are averaged, and steps between two runs of the policy: collected every 5 s, decided every 10 s. */
const SAMPLES = 10;
const STEPS = 2;
/** Each guest's balloon_min is the operator's to set: here a quarter of its memory. */
const MINIMUM_SHARE = 1 / 4;

interface Samples {
  readonly current: readonly number[];
  readonly free: readonly number[];
}

interface State {
  readonly steps: number;
  readonly hostFree: readonly number[];
  readonly guests: ReadonlyMap<string, Samples>;
}

function step(before: State, host: HostSight): Stepped<State, readonly (number | null)[]> {
  const sights = host.guests.map(sightOf);
  const guests = new Map<string, Samples>();
  for (const sight of sights) {
    if (sight === null) continue;
    const samples = before.guests.get(sight.name);
    const current = pushed(samples?.current, sight.currentPages);
    guests.set(sight.name, { current, free: pushed(samples?.free, sight.freePages) });
  }
  const hostFree = pushed(before.hostFree, Math.max(0, hostFreePages(host)) / host.memoryPages);
  const state = { steps: before.steps + 1, hostFree, guests };
  if (state.steps % STEPS !== 0) return { state, result: sights.map(() => null) };
  const result = sights.map((sight) => {
    const samples = sight === null ? undefined : guests.get(sight.name);
    return sight === null || samples === undefined ? null : targetOf(sight, samples, average(hostFree));
  });
  return { state, result };
}

function pushed(samples: readonly number[] = [], value: number): readonly number[] {
  return [...samples.slice(-(SAMPLES - 1)), value];
}

function average(samples: readonly number[]): number {
  return sum(samples) / samples.length;
}

/**
 * While less than a fifth of the host is free every guest shrinks, by 5 % at the most; else every guest grows, by 5 % at the
 * least, whether it needs that or not.
 */
function targetOf(guest: BalloonSight, { current, free }: Samples, hostFree: number): number | null {
  const has = guest.currentPages;
  const minimum = guest.maxPages * MINIMUM_SHARE;
  const used = average(current) - average(free);
  const shrinks = hostFree < PRESSURE_THRESHOLD;
  const keepsFree = hostFree <= PRESSURE_CRITICAL ? hostFree - PRESSURE_CRITICAL : hostFree;
  const size = shrinks
    ? Math.max((1 - MAX_CHANGE_SHARE) * has, Math.max(minimum, used + keepsFree * has))
    : Math.min(guest.maxPages, Math.max((1 + MAX_CHANGE_SHARE) * has, minimum, used + MIN_FREE_SHARE * has));
  const moves = shrinks ? size <= has : size >= has;
  return moves && Math.abs(size - has) > MIN_CHANGE_SHARE * has ? Math.floor(size) : null;
}

/** oVirt's Memory Overcommitment Manager. */
export const mom = hostPolicy<State>({
  summary:
    "Every guest shrinks while less than a fifth of the host is free, and grows by 5 % or more otherwise; every 10 s.",
  source: "balloon.rules of oVirt MoM (2025), with the defaults of momd; a balloon_min of a quarter",
  intervalMs: 5000,
  initial: { steps: 0, hostFree: [], guests: new Map() },
  step,
});
