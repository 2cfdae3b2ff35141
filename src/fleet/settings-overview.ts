import type { BoardEntry } from "./board-entry.ts";
import type { FleetView, HostView } from "./fleet-view.ts";
import { isOf } from "./refusals.ts";
import { rolloutText, watchLeftMs } from "./rollout.ts";
import { heldBy, type RolloutSight } from "./rollout-watch.ts";
import { isInScope, type Scope, scopeKey, scopesOf, scopeText } from "./scope.ts";
import type { Rollout, SettingsDocument } from "./settings-wire.ts";

/** One setting of a scope; `guest` is the pattern of guests that it is for, null for all. */
export interface SettingLine {
  readonly guest: string | null;
  readonly name: string;
  readonly value: string;
  /** Hosts of the scope that have it: they have taken it, and do not refuse it. */
  readonly taken: number;
}

/** A host that has not taken what is set for it, and why as far as it is known. */
export interface WaitingHost {
  readonly host: string;
  readonly because: "is stale" | "knows no settings" | "has not taken it yet";
}

/** What is set for one scope, and how far its hosts have taken it. */
export interface ScopeOverview {
  readonly scope: string;
  /** The number of what is there, another after each change. */
  readonly revision: number;
  readonly settings: readonly SettingLine[];
  /** Why what is there can't be used; null if it can. */
  readonly problem: string | null;
  /** Hosts of the scope, and those of them that have not taken it. */
  readonly hosts: number;
  readonly waiting: readonly WaitingHost[];
  /** The last change that was rolled out there; null if there is none. */
  readonly rollout: RolloutOverview | null;
}

/** A change on its way to the hosts of a scope. */
export interface RolloutOverview {
  /** Tells it from others of the scope. */
  readonly id: string;
  readonly is: Rollout["phase"]["is"];
  /** What it changes; a value of null: it is set no more. */
  readonly guest: string | null;
  readonly values: Rollout["values"];
  /** The hosts that have it first. */
  readonly first: readonly string[];
  /** How it stands, in a sentence. */
  readonly text: string;
  /** How long all first hosts are to have had it before the others get it, in ms. */
  readonly watchMs: number;
  /** How much of that is left; null where they are not watched: it has not begun, or is over. */
  readonly restMs: number | null;
  /** First hosts that keep it from going on. */
  readonly heldBy: readonly string[];
}

/** A setting that a host refuses. */
export interface RefusedOnHost extends Pick<SettingLine, "guest" | "name"> {
  readonly host: string;
  readonly scope: string;
  readonly problem: string;
}

/** What is set for a fleet, and what its hosts make of it. */
export interface SettingsOverview {
  readonly scopes: readonly ScopeOverview[];
  readonly refused: readonly RefusedOnHost[];
}

/** Put together what is set and what the hosts say of it. Scopes for which there is nothing are left out. */
export function settingsOverview(
  entries: readonly BoardEntry[],
  view: Pick<FleetView, "list" | "serverMs">,
): SettingsOverview {
  const hosts = view.list();
  const byScope = hostsByScope(hosts);
  const scopes = entries.map(({ scope, document, revision, problem }): ScopeOverview => {
    const ofGuests = Object.entries(document.guests).flatMap(([guest, said]) => linesOf(guest, said));
    const lines = [...linesOf(null, document.settings), ...ofGuests];
    const met = byScope.get(scopeKey(scope)) ?? [];
    const waiting = lines.length === 0 ? [] : waitingFor(scope, revision, met);
    const has = takersOf(scope, met, waiting);
    const settings = lines.map((line) => ({ ...line, taken: has(line) }));
    const rollout = rolloutOf(document, { scope, revision, hosts: met, nowMs: view.serverMs() });
    return { scope: scopeText(scope), revision, settings, problem, hosts: met.length, waiting, rollout };
  });
  return {
    scopes: scopes.filter(
      ({ settings, problem, rollout }) => settings.length > 0 || problem !== null || rollout !== null,
    ),
    refused: refusedBy(hosts),
  };
}

/** How much there is of what somebody should look at: roll-outs that are not done, and what hosts refuse. */
export function settingsNews(entries: readonly BoardEntry[], hosts: readonly HostView[]): number {
  const open = entries.filter(({ document: { rollout } }) => rollout !== undefined && rollout.phase.is !== "done");
  return open.length + refusedBy(hosts).length;
}

/** The hosts of every scope that has any, by its key: there may be as many scopes as hosts. */
function hostsByScope(hosts: readonly HostView[]): ReadonlyMap<string, readonly HostView[]> {
  const found = new Map<string, HostView[]>();
  for (const view of hosts)
    for (const key of scopesOf(view.host, view.state?.labels ?? {}).map(scopeKey)) {
      const of = found.get(key);
      if (of === undefined) found.set(key, [view]);
      else of.push(view);
    }
  return found;
}

function rolloutOf({ rollout }: SettingsDocument, sight: RolloutSight): RolloutOverview | null {
  if (rollout === undefined) return null;
  const { id, phase, guest, values, hosts: first, watchMs } = rollout;
  const heldByThem = phase.is === "first" ? heldBy(rollout, sight) : [];
  const text = rolloutText(rollout, sight);
  const restMs = watchLeftMs(rollout, sight);
  return { id, is: phase.is, guest, values, first, text, watchMs, restMs, heldBy: heldByThem };
}

/** Counts the hosts of a scope that have a setting of it. */
function takersOf(
  scope: Scope,
  met: readonly HostView[],
  waiting: readonly WaitingHost[],
): (line: Omit<SettingLine, "taken">) => number {
  const without = new Set(waiting.map(({ host }) => host));
  const refused = refusedBy(met).filter((one) => one.scope === scopeText(scope) && !without.has(one.host));
  return ({ guest, name, value }) => {
    const refusing = refused.filter((one) => isOf({ guest, values: { [name]: value } }, one));
    return met.length - without.size - new Set(refusing.map(({ host }) => host)).size;
  };
}

/** The hosts of a scope, as far as they are known. */
export function hostsIn(scope: Scope, hosts: readonly HostView[]): readonly HostView[] {
  return hosts.filter(({ host, state }) => isInScope(scope, host, state?.labels ?? {}));
}

/** Which of these hosts have not taken what has this revision. */
export function waitingFor(scope: Scope, revision: number, hosts: readonly HostView[]): readonly WaitingHost[] {
  return hosts.flatMap(({ host, state, isStale }): readonly WaitingHost[] => {
    if (isStale || state === null) return [{ host, because: "is stale" }];
    if (state.settings === undefined) return [{ host, because: "knows no settings" }];
    const taken = state.settings.taken[scopeKey(scope)] ?? 0;
    return taken >= revision ? [] : [{ host, because: "has not taken it yet" }];
  });
}

/** What live hosts refuse. */
export function refusedBy(hosts: readonly HostView[]): readonly RefusedOnHost[] {
  return hosts.flatMap(({ host, state, isStale }) =>
    isStale ? [] : (state?.settings?.refused ?? []).map((one) => ({ host, ...one })),
  );
}

function linesOf(guest: string | null, said: Readonly<Record<string, string>>): readonly Omit<SettingLine, "taken">[] {
  return Object.entries(said).map(([name, value]) => ({ guest, name, value }));
}
