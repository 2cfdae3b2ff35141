import type { GuestSpec } from "../../sim/host.ts";
import type { Misbehaviour, MisbehaviourKind } from "../../sim/misbehaviour.ts";
import { createWorkload, type WorkloadName } from "../../sim/workloads.ts";

/** A day, ten builds and ten batch jobs in ten minutes, so that a minute of watching shows something. */
const PERIOD_SECONDS = 600;

/** What a simulated host is made of. */
export interface SimulatedPlan {
  readonly guests: number;
  /** The same seed gives the same guests and days. */
  readonly seed: number;
  /** True if some of them reboot, and some disappear and come back. */
  readonly isRestless: boolean;
}

/** The guests of a simulated host: the six default ones, and again as many as are asked for, with days of their own. */
export function simulatedGuests({ guests: count, seed, isRestless }: SimulatedPlan): readonly GuestSpec[] {
  const guests: GuestSpec[] = [];
  for (let round = 0; guests.length < count; round += 1) {
    const more = defaultGuests(seed + round).slice(0, count - guests.length);
    guests.push(...more.map((guest) => (round === 0 ? guest : { ...guest, name: `${guest.name}-${round + 1}` })));
  }
  return isRestless ? guests.map((guest, nth) => ({ ...guest, misbehaviours: restlessness(nth) })) : guests;
}

/** Of four guests one disappears for a while again and again, one reboots again and again, and two stay. */
const KINDS: readonly (MisbehaviourKind | null)[] = ["vanishing", null, "rebooting", null];

/** For so long, and so often. */
const RESTLESS_SECONDS = 3600;
const RESTLESS_PERIOD_SECONDS = 40;
const ABSENT_SECONDS = 12;

function restlessness(nth: number): readonly Misbehaviour[] {
  const kind = KINDS[nth % KINDS.length] ?? null;
  if (kind === null) return [];
  const list: Misbehaviour[] = [];
  for (let from = 8 + (nth % RESTLESS_PERIOD_SECONDS); from < RESTLESS_SECONDS; from += RESTLESS_PERIOD_SECONDS) {
    list.push({ kind, fromSeconds: from, untilSeconds: from + ABSENT_SECONDS });
  }
  return list;
}

/** Each has swap as large as itself, as the law asks for. */
export function defaultGuests(seed: number): readonly GuestSpec[] {
  const load = (name: WorkloadName, sizeMib: number, nth: number) =>
    createWorkload(name, { seed: seed * 101 + nth, sizeMib, periodSeconds: PERIOD_SECONDS });
  const guest = (name: string, maximumMib: number, cpus: number, loads: GuestSpec["loads"]): GuestSpec => ({
    name,
    maximumMib,
    cpus,
    loads,
    zramMib: maximumMib / 2,
    swapMib: maximumMib,
  });
  return [
    guest("idle", 512, 1, [load("idle", 256, 1)]),
    guest("batch", 1024, 1, [load("idle", 200, 2), load("batch", 600, 3)]),
    guest("web", 2048, 2, [load("web", 1600, 4)]),
    guest("java", 3072, 2, [load("jvm", 1000, 5), load("go", 600, 6)]),
    guest("build", 4096, 2, [load("build", 3200, 7)]),
    guest("database", 8192, 2, [load("database", 5000, 8)]),
  ];
}
