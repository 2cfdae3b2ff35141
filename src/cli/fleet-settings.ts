import type { NatsConnection } from "@nats-io/transport-node";
import { selfballoonError } from "../core/errors.ts";
import { shownText } from "../core/shown-text.ts";
import { FIRST_HOSTS_TEXT, type FirstHosts, parseFirst } from "../fleet/first-hosts.ts";
import type { FleetView } from "../fleet/fleet-view.ts";
import type { JudgedChange } from "../fleet/judged-change.ts";
import { isOf } from "../fleet/refusals.ts";
import { changedBeside } from "../fleet/rollout.ts";
import { type Scope, scopeText } from "../fleet/scope.ts";
import { SettingsBoard } from "../fleet/settings-board.ts";
import { withoutAll } from "../fleet/settings-change.ts";
import { hostsIn, refusedBy, settingsOverview, waitingFor } from "../fleet/settings-overview.ts";
import type { KeptDocument } from "../fleet/settings-wire.ts";
import { settingChange, unsettingChange } from "./fleet-change.ts";
import type { FleetOptions } from "./fleet-options.ts";
import { beginInFleet, rolloutLine } from "./fleet-rollout.ts";
import { editorOf, type FleetAct, hostsText, scopeOf, usage } from "./fleet-scope.ts";
import { print, printJson, printTable } from "./output.ts";

/** Hosts are looked at so often until they have taken what was set. */
const LOOK_MS = 200;

/** A host's own words are cut to this. */
const MAX_WORDS = 240;

/** Hosts and refusals that are named. */
const MAX_NAMED = 20;

/**
 * `selfballoon fleet set`, with `--first` as a roll-out. @throws ERR_USAGE, or why a setting is refused; once the fleet is seen,
 * ERR_FLEET_UNSET, ERR_ROLLOUT_UNDER_WAY, ERR_FLEET_SETTINGS_UNFIT, ERR_FLEET_SETTINGS_UNREADABLE, ERR_FLEET_UNTAKEN.
 */
export function setAction(args: readonly string[], options: FleetOptions): FleetAct {
  return changeAction(scopeOf(options), settingChange(args, options), options);
}

/**
 * `selfballoon fleet unset`: these names or, without one, all that is set there and on its way, whatever it is.
 * @throws as `fleet set`.
 */
export function unsetAction(names: readonly string[], options: FleetOptions): FleetAct {
  const scope = scopeOf(options);
  const change = unsettingChange(names, options);
  if (names.length > 0) return changeAction(scope, change, options);
  if (options.first !== undefined) throw usage("--first takes the names of what is to be unset");
  const { guest } = change;
  return (connection, view) =>
    write(view, scope, change, options, () =>
      editorOf(connection)(scope, (before) => withoutAll(guest, before), { isAnew: guest === null }),
    );
}

function changeAction(scope: Scope, change: JudgedChange, options: FleetOptions): FleetAct {
  const first = options.first === undefined ? null : firstHosts(options.first);
  if (first !== null && !options.dryRun)
    return (connection, view) => beginInFleet(connection, view, scope, change, first, options);
  return (connection, view) =>
    write(view, scope, change, options, () =>
      editorOf(connection)(scope, (before) => changedBeside(before, change, scope)),
    );
}

/** @throws ERR_USAGE. */
function firstHosts(text: string): FirstHosts {
  const first = parseFirst(text);
  if (first === null) throw usage(`--first must be ${FIRST_HOSTS_TEXT}, not ${JSON.stringify(text)}`);
  return first;
}

async function write(
  view: FleetView,
  scope: Scope,
  change: JudgedChange,
  options: FleetOptions,
  put: () => Promise<KeptDocument>,
): Promise<void> {
  const { risks } = change;
  if (options.dryRun) return tellDryRun(scope, view, risks, options);
  const { revision } = await put();
  const isInTime = await takenWithin(view, scope, revision, options.wait);
  const met = hostsIn(scope, view.list());
  const waiting = waitingFor(scope, revision, met);
  const refused = refusedBy(met).filter((one) => one.scope === scopeText(scope));
  if (options.json) printJson({ scope: scopeText(scope), revision, hosts: met.length, waiting, refused, risks });
  else {
    print(`Set for ${scopeText(scope)}: taken by ${met.length - waiting.length} of ${hostsText(met.length)}.`);
    for (const risk of risks) print(risk);
    if (!isInTime) for (const { host, because } of waiting.slice(0, MAX_NAMED)) print(`  ${host} ${because}.`);
    tellRefused(refused);
  }
  const without = new Set([...waiting, ...refused.filter((one) => isOf(change, one))].map(({ host }) => host));
  if (met.length > 0 && without.size === met.length)
    throw selfballoonError("ERR_FLEET_UNTAKEN", { scope: scopeText(scope), hosts: hostsText(met.length) });
}

function tellDryRun(scope: Scope, view: FleetView, risks: readonly string[], { json }: FleetOptions): void {
  const hosts = hostsIn(scope, view.list()).map(({ host }) => host);
  if (json) {
    printJson({ scope: scopeText(scope), hosts, risks });
    return;
  }
  const named = hosts.slice(0, MAX_NAMED).join(", ");
  const more = hosts.length > MAX_NAMED ? " and others" : "";
  print(
    `It would be for ${hostsText(hosts.length)}${hosts.length === 0 ? "" : `: ${named}${more}`}. Nothing was changed.`,
  );
  for (const risk of risks) print(risk);
}

/** Wait until every live host of the scope has taken it, or for so long. */
async function takenWithin(view: FleetView, scope: Scope, revision: number, waitMs: number): Promise<boolean> {
  const endMs = performance.now() + waitMs;
  for (;;) {
    const waiting = waitingFor(scope, revision, hostsIn(scope, view.list()));
    if (waiting.every(({ because }) => because !== "has not taken it yet")) return waiting.length === 0;
    if (performance.now() > endMs) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** `selfballoon fleet get`: what is set, how far it was taken, and what hosts refuse. */
export async function getOfFleet(connection: NatsConnection, view: FleetView, { json }: FleetOptions): Promise<void> {
  const board = await SettingsBoard.follow(connection);
  const { scopes, refused } = settingsOverview(board.list(), view);
  if (json) return printJson({ scopes, refused });
  if (scopes.length === 0) print("Nothing is set for the hosts of this fleet.");
  else if (scopes.some(({ settings }) => settings.length > 0))
    printTable(
      ["HOSTS", "GUESTS", "NAME", "VALUE", "TAKEN"],
      scopes.flatMap(({ scope, settings, hosts }) =>
        settings.map(({ guest, name, value, taken }) => [
          scope,
          guest === null ? "all" : shownText(guest),
          name,
          value,
          `${taken} of ${hosts}`,
        ]),
      ),
    );
  for (const { scope, problem, waiting, rollout } of scopes) {
    if (rollout !== null) print(`${scope}: ${rolloutLine(rollout)}`);
    if (problem !== null) print(`What is set for ${scope} can't be used: ${shownText(problem, MAX_WORDS)}`);
    for (const { host, because } of waiting.slice(0, MAX_NAMED)) print(`${scope}: ${host} ${because}.`);
  }
  tellRefused(refused);
}

function tellRefused(refused: ReturnType<typeof refusedBy>): void {
  for (const { host, scope, guest, name, problem } of refused.slice(0, MAX_NAMED)) {
    const whose = guest === null ? "" : ` for guests ${shownText(guest)}`;
    print(`${host} refuses ${name}${whose} of ${scope}: ${shownText(problem, MAX_WORDS)}`);
  }
}
