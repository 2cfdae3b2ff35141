import { randomBytes } from "node:crypto";
import type { NatsConnection } from "@nats-io/transport-node";
import { type FleetSection, loadConfig } from "../config/load.ts";
import { selfballoonError } from "../core/errors.ts";
import { SENTENCE_LENGTH, shownText } from "../core/shown-text.ts";
import { BYTES_PER_MIB } from "../core/units.ts";
import { connectFleet } from "../fleet/connect.ts";
import { findGuests } from "../fleet/find-guests.ts";
import { FleetView, type HostView } from "../fleet/fleet-view.ts";
import { followFleet } from "../fleet/follow.ts";
import { prepareFleet } from "../fleet/prepare.ts";
import type { PlacedGuest } from "../fleet/service/answers.ts";
import { bytesText } from "../view/amounts.ts";
import { healthTexts } from "../view/host-health.ts";
import { STANDINGS } from "../view/standing.ts";
import { type DaemonOptions, flagsOf } from "./flags.ts";
import type { FleetAction } from "./fleet-actions.ts";
import type { FleetOptions } from "./fleet-options.ts";
import { reserveInFleet, showAdvice } from "./fleet-reserve.ts";
import { abortAction, followRollouts, resumeAction } from "./fleet-rollout.ts";
import type { FleetAct } from "./fleet-scope.ts";
import { type FleetAccess, showFleet, signalled } from "./fleet-serve.ts";
import { getOfFleet, setAction, unsetAction } from "./fleet-settings.ts";
import { coloured, print, printJson, printTable, tableLines } from "./output.ts";
import { parseMib } from "./reservations.ts";

/** `selfballoon fleet`: all hosts of the fleet that the configuration names. @throws ERR_NO_FLEET. */
export async function fleet(
  what: FleetAction,
  args: readonly string[],
  options: FleetOptions,
  version: string,
): Promise<void> {
  const act = what === "prepare" ? nothingOf(args) : ACTIONS[what](args, options, version);
  const { section, access } = await fleetSection(options);
  const connection = await connectFleet(section, `cli-${randomBytes(6).toString("hex")}`);
  try {
    if (act === null) return await prepare(connection, section);
    const view = new FleetView(() => performance.now());
    await followFleet(connection, view);
    await act(connection, view, access);
  } finally {
    await connection.close();
  }
}

/** What each word does; what is wrong with what follows it shows before anybody is asked. @throws ERR_USAGE. */
const ACTIONS: Readonly<
  Record<Exclude<FleetAction, "prepare">, (args: readonly string[], options: FleetOptions, version: string) => FleetAct>
> = {
  status: alone((options) => (_, view) => showHosts(view, options)),
  top: alone((options) => (_, view) => showTop(view, options)),
  guests: alone((options) => (_, view) => showGuests(view, options)),
  advise: alone((options) => (_, view) => showAdvice(view, options)),
  get: alone((options) => (connection, view) => getOfFleet(connection, view, options)),
  serve: alone(
    (options, version) => (connection, view, access) =>
      showFleet(connection, view, { ...access, ...options }, version, signalled()),
  ),
  rollout: alone((options) => (connection, view) => followRollouts(connection, view, options)),
  resume: resumeAction,
  abort: abortAction,
  set: setAction,
  unset: unsetAction,
  reserve: (args, options) => {
    const mib = mibOf(args);
    return (connection, view) => reserveInFleet(connection, view, mib, options);
  },
};

/** An action that takes no arguments. */
function alone(
  make: (options: FleetOptions, version: string) => FleetAct,
): (args: readonly string[], options: FleetOptions, version: string) => FleetAct {
  return (args, options, version) => {
    nothingOf(args);
    return make(options, version);
  };
}

/** @throws ERR_USAGE. */
function mibOf([text, ...more]: readonly string[]): number {
  if (text === undefined || more.length > 0)
    throw selfballoonError("ERR_USAGE", { problem: "fleet reserve takes one number of MiB" });
  return parseMib(text);
}

/** @throws ERR_USAGE. */
function nothingOf([first]: readonly string[]): null {
  if (first === undefined) return null;
  throw selfballoonError("ERR_USAGE", { problem: `there must be nothing after it, not ${JSON.stringify(first)}` });
}

/** Make what members write into. */
async function prepare(connection: NatsConnection, { replicas }: FleetSection): Promise<void> {
  await prepareFleet(connection, replicas);
  print("The fleet is prepared: members may write.");
}

/** What the configuration says of the fleet. @throws ERR_NO_FLEET, ERR_CONFIG_INVALID for a token that nobody could know. */
async function fleetSection(
  options: DaemonOptions,
): Promise<{ readonly section: FleetSection; readonly access: FleetAccess }> {
  const config = await loadConfig(flagsOf(options), process.env, "nothing was done");
  const { fleet: section, allowedHosts, readsNeedToken, tokenFile = null, file } = config;
  if (section === null)
    throw selfballoonError("ERR_NO_FLEET", { servers: "no server", problem: "the configuration names none" });
  if (readsNeedToken && tokenFile === null) {
    const problem =
      "a fleet's page makes no token of its own, so that api.token_file must be named beside api.reads_need_token";
    throw selfballoonError("ERR_CONFIG_INVALID", { file: file ?? "", problem, consequence: "nothing was done" });
  }
  return { section, access: { allowedHosts, tokenFile, readsNeedToken } };
}

function showHosts(view: FleetView, { json }: FleetOptions): void {
  const hosts = view.list();
  if (json) {
    printJson({ hosts, ignored: view.ignored });
    return;
  }
  const heading = ["HOST", "GUESTS", "SHORT", "HELD", "BUDGET", "HAVE", "WANT", "SAVED", "SEEN", "DOES"];
  const [first = "", ...rest] = tableLines([heading, ...hosts.map(hostLine)]);
  print(coloured("bold", first));
  rest.forEach((line, nth) => {
    print(hosts[nth]?.isStale === true ? coloured("yellow", line) : line);
  });
  for (const { host, state } of hosts)
    for (const text of state === null ? [] : healthTexts(state)) print(`${host}: ${shownText(text, SENTENCE_LENGTH)}`);
  for (const { host, refused } of hosts)
    if (refused !== null) print(`${host}: something in its name was not taken: ${refused}`);
}

/** Where standard output is no terminal, or JSON is asked for, it is told once. */
async function showTop(view: FleetView, options: FleetOptions): Promise<void> {
  if (options.json || !process.stdout.isTTY) showHosts(view, options);
  else await (await import("./fleet-top.ts")).fleetTop(view);
}

function hostLine({ host, state, ageMs, isStale }: HostView): readonly string[] {
  if (state === null) return [host, "-", "-", "-", "-", "-", "-", "-", "never", "-"];
  const seen = `${Math.round((ageMs ?? 0) / 1000)} s ago`;
  return [
    host,
    String(state.guests),
    String(state.short),
    String(state.held),
    mib(state.budgetMb),
    mib(state.currentMb),
    mib(state.wantedMb),
    mib(state.maximumMb - state.currentMb),
    isStale ? `STALE, ${seen}` : seen,
    state.doing,
  ];
}

function showGuests(view: FleetView, { json, short = false }: FleetOptions): void {
  const { guests } = findGuests(view, {
    standings: short ? ["short"] : STANDINGS,
    words: [],
    limit: Number.POSITIVE_INFINITY,
  });
  if (json) {
    printJson({ guests });
    return;
  }
  printTable(["GUEST", "HOST", "STANDS", "HAS", "GOAL", "LACKS", "WHY"], guests.map(guestLine));
}

function guestLine(row: PlacedGuest): readonly string[] {
  const why = row.problem ?? row.reason ?? "no step yet";
  return [
    row.guest,
    row.host,
    row.standing,
    mib(row.currentMb),
    mib(row.goalMb),
    mib(row.missingMb),
    row.isStale ? `${why} (stale)` : why,
  ];
}

function mib(amount: number | null): string {
  return amount === null ? "-" : bytesText(amount * BYTES_PER_MIB);
}
