import { ownOf } from "../core/own.ts";
import { shownText } from "../core/shown-text.ts";
import type { HostView } from "./fleet-view.ts";
import { isOf } from "./refusals.ts";
import { type Scope, scopeKey, scopeText } from "./scope.ts";
import { MAX_BECAUSE, type Rollout } from "./settings-wire.ts";
import type { HostState, Trouble } from "./wire.ts";

// What is seen of the hosts that have a change first: whether all have it, and whether it does harm there.

/** Trouble of less time says nothing of what is usual, in s. */
const LEAST_UP_S = 60;

/** What is expected may be exceeded so many times. */
const FACTOR = 2;

/** What is seen of a scope's hosts when a roll-out is carried on. */
export interface RolloutSight {
  readonly scope: Scope;
  /** The number of the document, which hosts say that they have taken. */
  readonly revision: number;
  readonly hosts: readonly HostView[];
  /** The server's clock, or a little before it. */
  readonly nowMs: number;
}

/** A first host that is seen, with what it says of its troubles. */
interface FirstHost {
  readonly host: string;
  readonly state: HostState;
  readonly trouble: Trouble;
}

/** The first hosts that are live and say all that is asked of them. */
export function firstHosts(
  { hosts }: Pick<Rollout, "hosts">,
  sight: Pick<RolloutSight, "hosts">,
): readonly FirstHost[] {
  return sight.hosts.flatMap(({ host, state, isStale }) =>
    isStale || state?.trouble === undefined || !hosts.includes(host) ? [] : [{ host, state, trouble: state.trouble }],
  );
}

/** First hosts that keep it from going on: those that are not seen, or have not taken what is there. */
export function heldBy(rollout: Rollout, sight: RolloutSight): readonly string[] {
  const seen = firstHosts(rollout, sight).filter((one) => hasTaken(one, sight));
  return rollout.hosts.filter((host) => !seen.some((one) => one.host === host));
}

function hasTaken({ state }: FirstHost, { scope, revision }: RolloutSight): boolean {
  return (state.settings?.taken[scopeKey(scope)] ?? 0) >= revision;
}

/** Why nobody should have it: a refusal by one who has taken it, or trouble that rose where it is. Null if there is no reason. */
export function reasonToStop(rollout: Rollout, sight: RolloutSight): string | null {
  const seen = firstHosts(rollout, sight);
  for (const { host, state } of seen.filter((one) => hasTaken(one, sight)))
    for (const refusal of state.settings?.refused ?? [])
      if (refusal.scope === scopeText(sight.scope) && isOf(rollout, refusal))
        return `${host} refuses ${refusal.name}: ${shownText(refusal.problem, MAX_BECAUSE / 2)}`;
  return (
    risen("OOM kills", "oomKills", 0, rollout, seen, sight.nowMs) ??
    risen("emergencies", "emergencies", seen.length, rollout, seen, sight.nowMs)
  );
}

/**
 * Whether trouble rose on the first hosts since it was begun: beyond twice as much as in as long before, and `allowed` besides. A
 * daemon that was started again counts from 0.
 */
function risen(
  what: string,
  kind: "oomKills" | "emergencies",
  allowed: number,
  { phase }: Rollout,
  seen: readonly FirstHost[],
  nowMs: number,
): string | null {
  if (phase.is !== "first") return null;
  const { atMs, before } = phase.begun;
  const elapsedS = Math.max(0, (nowMs - atMs) / 1000);
  const counts = seen.map(({ host, trouble }) => {
    const was = ownOf(before, host) ?? { upS: 0, oomKills: 0, emergencies: 0 };
    const isRestarted = trouble.upS < was.upS;
    const usual = (was[kind] / Math.max(LEAST_UP_S, was.upS)) * elapsedS;
    return { host, count: isRestarted ? trouble[kind] : Math.max(0, trouble[kind] - was[kind]), usual };
  });
  const count = counts.reduce((sum, one) => sum + one.count, 0);
  const usual = counts.reduce((sum, one) => sum + one.usual, 0);
  if (count <= FACTOR * usual + allowed) return null;
  const where = counts.flatMap((one) => (one.count > 0 ? [`${one.count} on ${one.host}`] : [])).join(", ");
  return `${what} rose since it was begun: ${where} within ${Math.round(elapsedS)} s, where ${usual.toFixed(1)} are usual`;
}
