import type { Observation } from "../../src/core/observation.ts";
import { SIMULATED_POLICIES } from "../../src/sim/policies/policies.ts";
import type { PolicyRun } from "../../src/sim/policies/policy.ts";
import { observationOf } from "./observations.ts";
import { mib } from "./sim.ts";

/** A guest as a policy on a host sees it, in MiB. */
export interface GuestInMib {
  readonly name?: string;
  readonly has?: number;
  readonly max?: number;
  readonly free?: number;
  /** Free memory and the cache. */
  readonly available?: number;
  readonly swap?: number;
  readonly stalledUs?: number;
}

/** A guest of 1 GiB whose kernel keeps nothing for itself. */
export function guestInMib(readings: GuestInMib): Observation {
  const { name = "g", has = 1024, max = 1024, free = 0, available = free, swap = 0, stalledUs = 0 } = readings;
  return observationOf({
    guest: name,
    totalramPages: mib(has),
    balloonCurrentPages: mib(has),
    balloonMaxPages: mib(max),
    maxPfn: mib(max),
    totalreservePages: 0,
    freePages: mib(free),
    availablePages: mib(available),
    swapTotalPages: mib(swap),
    psiSomeTotalUs: stalledUs,
  });
}

/** A run of the policy of this name. */
export function startPolicy(policy: string): PolicyRun {
  const found = SIMULATED_POLICIES[policy];
  if (found === undefined) throw new Error(`there is no ${policy}`);
  return found.start(() => 0);
}

/** The balloons' targets in MiB after a step, null where one was left as it is. */
export function stepInMib(
  run: PolicyRun,
  hostMib: number,
  guests: readonly GuestInMib[],
  nowMs = 0,
): readonly (number | null)[] {
  const sight = { memoryPages: mib(hostMib), isShared: false, guests: guests.map(guestInMib) };
  return run.step(sight, nowMs).map(({ balloonTargetPages: pages }) => (pages === null ? null : pages / mib(1)));
}
