import type { NatsConnection } from "@nats-io/transport-node";
import { selfballoonError } from "../core/errors.ts";
import { shownText } from "../core/shown-text.ts";
import type { FirstHosts } from "../fleet/first-hosts.ts";
import type { FleetView } from "../fleet/fleet-view.ts";
import type { JudgedChange } from "../fleet/judged-change.ts";
import { abortRollout } from "../fleet/rollout.ts";
import { RolloutDriver } from "../fleet/rollout-driver.ts";
import { ROLLOUT_ID } from "../fleet/rollout-limits.ts";
import { beginIn, resumeIn } from "../fleet/rollout-orders.ts";
import { type Scope, scopeText } from "../fleet/scope.ts";
import { SettingsBoard } from "../fleet/settings-board.ts";
import { type RolloutOverview, type ScopeOverview, settingsOverview } from "../fleet/settings-overview.ts";
import type { FleetOptions } from "./fleet-options.ts";
import { editorOf, type FleetAct, hostsText, scopeOf, usage } from "./fleet-scope.ts";
import { print, printJson } from "./output.ts";

/** What is rolled out is looked at so often. */
const LOOK_MS = 1000;

/** Its sentence is cut to this. */
const MAX_WORDS = 1000;

/**
 * `selfballoon fleet set --first`: some hosts have it first.
 * @throws ERR_NO_ROLLOUT_HOSTS, ERR_ROLLOUT_UNDER_WAY, ERR_FLEET_UNSET.
 */
export async function beginInFleet(
  connection: NatsConnection,
  view: FleetView,
  scope: Scope,
  change: JudgedChange,
  first: FirstHosts,
  { watch: watchMs, json }: FleetOptions,
): Promise<void> {
  const begun = await beginIn(editorOf(connection), view, scope, change, { first, watchMs });
  const { risks } = change;
  if (json) return printJson({ scope: scopeText(scope), ...begun, watchMs, risks });
  const others = hostsText(begun.others);
  print(
    `For ${scopeText(scope)}: ${begun.first.join(", ")} first, and after ${watchMs / 1000} s without more trouble ${others} more.`,
  );
  for (const risk of risks) print(risk);
  print(
    `A \`selfballoon fleet serve\` carries roll-out ${begun.id} on, or \`selfballoon fleet rollout\` as long as it runs.`,
  );
}

/** `selfballoon fleet resume`: begin again with a change that was stopped or is under way. @throws ERR_USAGE, ERR_NO_ROLLOUT, ERR_ROLLOUT_OTHER, ERR_NO_ROLLOUT_HOSTS. */
export function resumeAction(args: readonly string[], options: FleetOptions): FleetAct {
  const [scope, id] = [scopeOf(options), meantBy(args)];
  return async (connection, view) => {
    const first = await resumeIn(editorOf(connection), view, scope, id);
    print(`For ${scopeText(scope)}: ${first.join(", ")} first, again.`);
  };
}

/** `selfballoon fleet abort`: take back what only the first hosts have. @throws ERR_USAGE, ERR_NO_ROLLOUT, ERR_ROLLOUT_OTHER. */
export function abortAction(args: readonly string[], options: FleetOptions): FleetAct {
  const [scope, id] = [scopeOf(options), meantBy(args)];
  return async (connection) => {
    await editorOf(connection)(scope, (before) => abortRollout(before, id, scope));
    print(`For ${scopeText(scope)} nothing is on its way any more; what all hosts have stays set.`);
  };
}

/** Which roll-out is meant; null: whichever is there. @throws ERR_USAGE. */
function meantBy([id, ...more]: readonly string[]): string | null {
  if (id === undefined) return null;
  if (more.length === 0 && ROLLOUT_ID.test(id)) return id;
  throw usage("what follows must be the ID of one roll-out, as `selfballoon fleet get` names it");
}

/**
 * `selfballoon fleet rollout`: carry on what is rolled out, and say how it stands, until nothing is under way.
 * @throws ERR_ROLLOUT_STOPPED if one was stopped meanwhile.
 */
export async function followRollouts(
  connection: NatsConnection,
  view: FleetView,
  { json }: FleetOptions,
): Promise<void> {
  const board = await SettingsBoard.follow(connection);
  const driver = new RolloutDriver({
    board,
    view,
    onDecided: () => {},
    onProblem: (problem) => process.stderr.write(`selfballoon: ${problem}\n`),
  });
  const look = (): readonly ScopeOverview[] =>
    settingsOverview(board.list(), view).scopes.filter(({ rollout }) => rollout !== null);
  const told = new Map<string, string>();
  const followed = new Set(look().flatMap(({ scope, rollout }) => (rollout?.is === "first" ? [scope] : [])));
  for (;;) {
    const all = look();
    if (!json) tellNews(all, told);
    if (!all.some(({ rollout }) => rollout?.is === "first")) {
      if (json) printJson({ rollouts: all.map(({ scope, rollout }) => ({ scope, ...rollout })) });
      else if (all.length === 0) print("Nothing is on its way to the hosts of this fleet.");
      return refuseStopped(all.filter(({ scope }) => followed.has(scope)));
    }
    await driver.look();
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function tellNews(all: readonly ScopeOverview[], told: Map<string, string>): void {
  for (const { scope, rollout } of all) {
    const line = rollout === null ? "" : `${scope}: ${rolloutLine(rollout)}`;
    // Seconds that go by are no news.
    const news = line.replace(/in \d+ s$/, "");
    if (told.get(scope) !== news) print(line);
    told.set(scope, news);
  }
}

function refuseStopped(all: readonly ScopeOverview[]): void {
  const stopped = all.find(({ rollout }) => rollout?.is === "stopped");
  if (stopped?.rollout === undefined || stopped.rollout === null) return;
  const problem = shownText(stopped.rollout.text, MAX_WORDS);
  throw selfballoonError("ERR_ROLLOUT_STOPPED", { scope: stopped.scope, problem });
}

/** What is rolled out and how it stands, for people. */
export function rolloutLine({ id, guest, values, text }: RolloutOverview): string {
  const whose = guest === null ? "" : `guests ${shownText(guest)}, `;
  const what = Object.entries(values).map(([name, value]) => (value === null ? `${name} no more` : `${name}=${value}`));
  return `${whose}${what.join(" ")} is rolled out as ${id}; ${shownText(text, MAX_WORDS)}`;
}
