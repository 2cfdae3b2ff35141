import { randomBytes } from "node:crypto";
import type { NatsConnection } from "@nats-io/transport-node";
import { selfballoonError } from "../core/errors.ts";
import { shownText } from "../core/shown-text.ts";
import type { FleetView } from "../fleet/fleet-view.ts";
import { abortRollout, beginRollout, firstOf, type RolloutStart, resumeRollout } from "../fleet/rollout.ts";
import { RolloutDriver } from "../fleet/rollout-driver.ts";
import { MAX_FIRST } from "../fleet/rollout-limits.ts";
import { type Scope, scopeText } from "../fleet/scope.ts";
import { SettingsBoard } from "../fleet/settings-board.ts";
import { hostsIn, type RolloutOverview, type ScopeOverview, settingsOverview } from "../fleet/settings-overview.ts";
import type { JudgedChange } from "./fleet-change.ts";
import type { FirstHosts, FleetOptions } from "./fleet-options.ts";
import { edit, type FleetAct, hostsText, scopeOf } from "./fleet-scope.ts";
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
  { guest, values, risks }: JudgedChange,
  { first, watch: watchMs, json }: FleetOptions & { readonly first: FirstHosts },
): Promise<void> {
  const start = startIn(scope, view);
  const live = liveOf(start);
  const hosts = firstOf(
    live,
    "count" in first ? first.count : Math.min(MAX_FIRST, Math.ceil(first.share * live.length)),
  );
  const id = randomBytes(4).toString("hex");
  const begun = { id, guest, values, hosts: [...hosts], watchMs };
  await edit(connection, scope, (before) => beginRollout(before, begun, start));
  if (json)
    return printJson({ scope: scopeText(scope), id, first: hosts, others: live.length - hosts.length, watchMs, risks });
  const others = hostsText(live.length - hosts.length);
  print(
    `For ${scopeText(scope)}: ${hosts.join(", ")} first, and after ${watchMs / 1000} s without more trouble ${others} more.`,
  );
  for (const risk of risks) print(risk);
  print("A `selfballoon fleet serve` carries it on, or `selfballoon fleet rollout` as long as it runs.");
}

/** `selfballoon fleet resume`: begin again with a change that was stopped or is under way. @throws ERR_USAGE, ERR_NO_ROLLOUT, ERR_NO_ROLLOUT_HOSTS. */
export function resumeAction(options: FleetOptions): FleetAct {
  const scope = scopeOf(options);
  return async (connection, view) => {
    const start = startIn(scope, view);
    const { rollout } = await edit(connection, scope, (before) =>
      resumeRollout(before, firstOf(liveOf(start), before.rollout?.hosts.length ?? 0), start),
    );
    print(`For ${scopeText(scope)}: ${rollout?.hosts.join(", ") ?? ""} first, again.`);
  };
}

/** `selfballoon fleet abort`: take back what only the first hosts have. @throws ERR_USAGE, ERR_NO_ROLLOUT. */
export function abortAction(options: FleetOptions): FleetAct {
  const scope = scopeOf(options);
  return async (connection) => {
    await edit(connection, scope, (before) => abortRollout(before, scope));
    print(`For ${scopeText(scope)} nothing is on its way any more; what all hosts have stays set.`);
  };
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
export function rolloutLine({ guest, values, text }: RolloutOverview): string {
  const whose = guest === null ? "" : `guests ${shownText(guest)}, `;
  const what = Object.entries(values).map(([name, value]) => (value === null ? `${name} no more` : `${name}=${value}`));
  return `${whose}${what.join(" ")} is rolled out; ${shownText(text, MAX_WORDS)}`;
}

function startIn(scope: Scope, view: FleetView): RolloutStart {
  return { scope, hosts: hostsIn(scope, view.list()), nowMs: view.serverMs() };
}

function liveOf({ hosts }: RolloutStart): readonly string[] {
  return hosts.filter(({ isStale, state }) => !isStale && state?.settings !== undefined).map(({ host }) => host);
}
