import type { HostView } from "../../fleet/fleet-view.ts";

type State = NonNullable<HostView["state"]>;

/** What a bar of a host shows, in percent of the whole bar's length. */
export interface HostParts {
  readonly used: number;
  readonly spare: number;
  readonly saved: number;
}

/** What the largest of these hosts is: a bar of its whole length. In MiB, never 0. */
export function largestMb(hosts: readonly HostView[]): number {
  return Math.max(1, ...hosts.map(({ state }) => Math.max(state?.maximumMb ?? 0, state?.budgetMb ?? 0)));
}

/** The parts of a host's bar where the largest host has `longestMb`. */
export function partsOf({ currentMb, availableMb, maximumMb }: State, longestMb: number): HostParts {
  const percent = (amount: number): number => (Math.max(0, amount) / longestMb) * 100;
  return {
    used: percent(currentMb - availableMb),
    spare: percent(availableMb),
    saved: percent(maximumMb - currentMb),
  };
}
