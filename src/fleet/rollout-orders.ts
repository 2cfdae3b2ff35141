import { randomBytes } from "node:crypto";
import type { EditTerms } from "./edit-terms.ts";
import type { FirstHosts } from "./first-hosts.ts";
import type { FleetView } from "./fleet-view.ts";
import { beginRollout, firstOf, type RolloutStart, resumeRollout } from "./rollout.ts";
import { MAX_FIRST } from "./rollout-limits.ts";
import type { Scope } from "./scope.ts";
import type { SettingsChange } from "./settings-change.ts";
import type { SettingsEditor } from "./settings-editor.ts";
import { hostsIn } from "./settings-overview.ts";

/** What is seen of the hosts when a roll-out is begun. */
type Sight = Pick<FleetView, "list" | "serverMs">;

/** How a change is rolled out. */
export interface RolloutTerms extends Pick<EditTerms, "revision"> {
  readonly first: FirstHosts;
  /** How long the first hosts are watched, in ms. */
  readonly watchMs: number;
}

/** A roll-out that was begun. */
export interface BegunRollout {
  readonly id: string;
  /** The hosts that have it first, and how many others there are. */
  readonly first: readonly string[];
  readonly others: number;
}

/** The live hosts of the scope that would have a change first, and how many others there are. */
export function firstIn(view: Sight, scope: Scope, first: FirstHosts): Omit<BegunRollout, "id"> {
  const live = liveOf(startIn(scope, view));
  const count = "count" in first ? first.count : Math.min(MAX_FIRST, Math.ceil(first.share * live.length));
  const hosts = firstOf(live, count);
  return { first: hosts, others: live.length - hosts.length };
}

/** Give a change to some live hosts of the scope first. @throws ERR_NO_ROLLOUT_HOSTS, ERR_ROLLOUT_UNDER_WAY, or as `edit` does. */
export async function beginIn(
  edit: SettingsEditor,
  view: Sight,
  scope: Scope,
  { guest, values }: SettingsChange,
  { first, watchMs, revision = null }: RolloutTerms,
): Promise<BegunRollout> {
  const chosen = firstIn(view, scope, first);
  const id = randomBytes(4).toString("hex");
  const begun = { id, guest, values, hosts: [...chosen.first], watchMs };
  await edit(scope, (before) => beginRollout(before, begun, startIn(scope, view)), { revision });
  return { id, ...chosen };
}

/**
 * Begin again with a change that was stopped or is under way, on as many hosts that are live now.
 * @param id which is meant; null: whichever is there.
 * @returns those that have it first. @throws ERR_NO_ROLLOUT, ERR_ROLLOUT_OTHER, ERR_NO_ROLLOUT_HOSTS, or as `edit` does.
 */
export async function resumeIn(
  edit: SettingsEditor,
  view: Sight,
  scope: Scope,
  id: string | null,
): Promise<readonly string[]> {
  const start = startIn(scope, view);
  const { rollout } = await edit(scope, (before) =>
    resumeRollout(before, id, firstOf(liveOf(start), before.rollout?.hosts.length ?? 0), start),
  );
  return rollout?.hosts ?? [];
}

function startIn(scope: Scope, view: Sight): RolloutStart {
  return { scope, hosts: hostsIn(scope, view.list()), nowMs: view.serverMs() };
}

function liveOf({ hosts }: RolloutStart): readonly string[] {
  return hosts.filter(({ isStale, state }) => !isStale && state?.settings !== undefined).map(({ host }) => host);
}
