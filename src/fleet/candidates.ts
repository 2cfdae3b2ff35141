import type { HostView } from "./fleet-view.ts";

/** Which hosts may be asked. */
export interface HostFilter {
  /** Labels that a host must have, with these values. */
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Hosts for `mib` MiB, those first that look best: where it is free, the most free first; then those that could free it of
 * what their guests have and do not use, the most first. Stale ones and those whose guests share no budget are left out.
 */
export function candidatesFor(mib: number, hosts: readonly HostView[], { labels }: HostFilter): readonly string[] {
  return hosts
    .flatMap(({ host, state, isStale }) => {
      if (state === null || isStale || state.freeMb === null) return [];
      if (Object.entries(labels).some(([name, value]) => state.labels[name] !== value)) return [];
      const { freeMb, availableMb } = state;
      return [{ host, isFree: freeMb >= mib, freeMb, couldMb: freeMb + availableMb }];
    })
    .sort((a, b) => Number(b.isFree) - Number(a.isFree) || (a.isFree ? b.freeMb - a.freeMb : b.couldMb - a.couldMb))
    .map(({ host }) => host);
}
