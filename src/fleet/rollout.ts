import { selfballoonError } from "../core/errors.ts";
import { firstHosts, heldBy, type RolloutSight, reasonToStop } from "./rollout-watch.ts";
import { type Scope, scopeText } from "./scope.ts";
import { changedBy, type SettingsChange } from "./settings-change.ts";
import { MAX_BECAUSE, type Rollout, type SettingsDocument } from "./settings-wire.ts";

// A roll-out as a machine of three states: `first` (some hosts have the change, and are watched), then `done` or `stopped`. It lies
// in the document of its scope, so that a host reads both at once, and whoever carries it on decides by what is there.

/** What is seen of a scope's hosts when a roll-out is begun. */
export type RolloutStart = Omit<RolloutSight, "revision">;

/** What a host is told of the scope: one of the first has the change already. */
export function saidTo(host: string, document: SettingsDocument): SettingsDocument {
  const { rollout } = document;
  const hasIt = rollout?.phase.is === "first" && rollout.hosts.includes(host);
  return hasIt ? changedBy(rollout, document) : document;
}

/** Change what is set at once. @throws ERR_ROLLOUT_UNDER_WAY where the same is being rolled out. */
export function changedBeside(before: SettingsDocument, change: SettingsChange, scope: Scope): SettingsDocument {
  const { rollout } = before;
  const isSame =
    rollout?.guest === change.guest && Object.keys(change.values).some((name) => Object.hasOwn(rollout.values, name));
  if (isSame && rollout.phase.is === "first") throw underWay(scope);
  return changedBy(change, before);
}

/** Begin one. @throws ERR_ROLLOUT_UNDER_WAY, ERR_NO_ROLLOUT_HOSTS. */
export function beginRollout(
  before: SettingsDocument,
  begun: Omit<Rollout, "phase">,
  start: RolloutStart,
): SettingsDocument {
  if (before.rollout?.phase.is === "first") throw underWay(start.scope);
  return begunAt(before, begun, start);
}

/**
 * Begin again with the change of one that was stopped or is under way, on these hosts.
 * @param id which is meant; null: whichever is there. @throws ERR_NO_ROLLOUT, ERR_ROLLOUT_OTHER, ERR_NO_ROLLOUT_HOSTS.
 */
export function resumeRollout(
  before: SettingsDocument,
  id: string | null,
  hosts: readonly string[],
  start: RolloutStart,
): SettingsDocument {
  const rollout = meantOf(before, id, start.scope);
  if (rollout.phase.is === "done") throw noRollout(start.scope);
  return begunAt(before, { ...rollout, hosts: [...hosts] }, start);
}

/** What is usual is what was until now: whatever comes from here on, on its way to the hosts too, is judged. */
function begunAt(before: SettingsDocument, begun: Omit<Rollout, "phase">, start: RolloutStart): SettingsDocument {
  if (begun.hosts.length === 0) throw selfballoonError("ERR_NO_ROLLOUT_HOSTS", { scope: scopeText(start.scope) });
  const troubles = firstHosts(begun, start).map(({ host, trouble }) => [host, trouble] as const);
  const from = { atMs: start.nowMs, before: Object.fromEntries(troubles) };
  return { ...before, rollout: { ...begun, phase: { is: "first", begun: from, sinceMs: null } } };
}

function underWay(scope: Scope): Error {
  return selfballoonError("ERR_ROLLOUT_UNDER_WAY", { scope: scopeText(scope) });
}

/**
 * Take it back from the first hosts, and forget it; what is done stays set.
 * @param id which is meant; null: whichever is there. @throws ERR_NO_ROLLOUT, ERR_ROLLOUT_OTHER.
 */
export function abortRollout(before: SettingsDocument, id: string | null, scope: Scope): SettingsDocument {
  meantOf(before, id, scope);
  const { rollout: _, ...rest } = before;
  return rest;
}

function meantOf({ rollout }: SettingsDocument, id: string | null, scope: Scope): Rollout {
  if (rollout === undefined) throw noRollout(scope);
  if (id === null || id === rollout.id) return rollout;
  throw selfballoonError("ERR_ROLLOUT_OTHER", { scope: scopeText(scope), id, other: rollout.id });
}

function noRollout(scope: Scope): Error {
  return selfballoonError("ERR_NO_ROLLOUT", { scope: scopeText(scope) });
}

/** So many of the hosts, spread over all of them: of their names in order each so many-th. */
export function firstOf(hosts: readonly string[], count: number): readonly string[] {
  const taken = Math.min(count, hosts.length);
  return Array.from({ length: taken }, (_, nth) => hosts[Math.floor((nth * hosts.length) / taken)] ?? "");
}

/** Carry it on by what is seen: the same document where there is nothing to decide yet. */
export function stepRollout(before: SettingsDocument, sight: RolloutSight): SettingsDocument {
  const { rollout } = before;
  if (rollout === undefined || rollout.phase.is !== "first") return before;
  const { nowMs: atMs } = sight;
  const because = reasonToStop(rollout, sight);
  if (because !== null) {
    const phase = { is: "stopped", atMs, because: because.slice(0, MAX_BECAUSE) } as const;
    return { ...before, rollout: { ...rollout, phase } };
  }
  if (heldBy(rollout, sight).length > 0) return before;
  const { phase } = rollout;
  if (phase.sinceMs === null) return { ...before, rollout: { ...rollout, phase: { ...phase, sinceMs: atMs } } };
  if (atMs - phase.sinceMs < rollout.watchMs) return before;
  return { ...changedBy(rollout, before), rollout: { ...rollout, phase: { is: "done", atMs } } };
}

/** How long the first hosts are watched yet, in ms; null where they are not: not all have it, or it is over. */
export function watchLeftMs({ phase, watchMs }: Rollout, { nowMs }: Pick<RolloutSight, "nowMs">): number | null {
  if (phase.is !== "first" || phase.sinceMs === null) return null;
  return Math.max(0, watchMs - (nowMs - phase.sinceMs));
}

/** How it stands, in a sentence. */
export function rolloutText(rollout: Rollout, sight: RolloutSight): string {
  const { hosts, phase } = rollout;
  const first = hosts.join(", ");
  switch (phase.is) {
    case "done":
      return "done: all hosts have it";
    case "stopped":
      return `stopped, and taken back from ${first}: ${phase.because}`;
    case "first": {
      const held = heldBy(rollout, sight);
      if (held.length > 0) return `on ${first} first; held by ${held.join(", ")}`;
      const restMs = watchLeftMs(rollout, sight);
      if (restMs === null) return `on ${first} first`;
      return `${first} ${hosts.length === 1 ? "has" : "have"} it; the others in ${Math.ceil(restMs / 1000)} s`;
    }
  }
}
