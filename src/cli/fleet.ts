import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { parseListen } from "../config/listen.ts";
import { type FleetSection, loadConfig } from "../config/load.ts";
import { selfballoonError } from "../core/errors.ts";
import { BYTES_PER_MIB } from "../core/units.ts";
import { connectFleet } from "../fleet/connect.ts";
import { findGuests } from "../fleet/find-guests.ts";
import { FleetView, type HostView } from "../fleet/fleet-view.ts";
import { followFleet } from "../fleet/follow.ts";
import { prepareFleet } from "../fleet/prepare.ts";
import type { PlacedGuest } from "../fleet/service/answers.ts";
import { bytesText } from "../view/amounts.ts";
import { STANDINGS } from "../view/standing.ts";
import { type DaemonOptions, flagsOf } from "./flags.ts";
import type { FleetAction } from "./fleet-actions.ts";
import { coloured, print, printJson, printTable, tableLines } from "./output.ts";

/** What `selfballoon fleet` takes. */
export interface FleetOptions extends DaemonOptions {
  readonly short?: boolean;
  readonly json?: boolean;
  readonly listen?: string;
}

/** Beside the port of a host's own page. */
const DEFAULT_LISTEN = "127.0.0.1:7071";

/** `selfballoon fleet`: all hosts of the fleet that the configuration names. @throws ERR_NO_FLEET. */
export async function fleet(what: FleetAction, options: FleetOptions, version: string): Promise<void> {
  const section = await fleetSection(options);
  const connection = await connectFleet(section, `cli-${randomBytes(6).toString("hex")}`);
  try {
    if (what === "prepare") {
      await prepareFleet(connection, section.replicas);
      print("The fleet is prepared: members may write.");
      return;
    }
    const view = new FleetView(() => performance.now());
    await followFleet(connection, view);
    if (what === "status") showHosts(view, options);
    else if (what === "guests") showGuests(view, options);
    else await serve(view, options, version);
  } finally {
    await connection.close();
  }
}

/** Serve until a signal ends the process: nothing has to be put away. */
async function serve(view: FleetView, { listen = DEFAULT_LISTEN }: FleetOptions, version: string): Promise<void> {
  const address = parseListen(listen, "--listen", "nothing was served");
  if (address === null) throw selfballoonError("ERR_USAGE", { problem: "--listen must be HOST:PORT" });
  const { serveFleet } = await import("../fleet/service/serve.ts");
  const pageFolder = fileURLToPath(new URL("./web/", import.meta.url));
  const { url, close } = await serveFleet(view, { ...address, version, pageFolder });
  print(`Fleet: ${url}`);
  await new Promise((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
  await close();
}

/** What the configuration says of the fleet. @throws ERR_NO_FLEET. */
async function fleetSection(options: DaemonOptions): Promise<FleetSection> {
  const { fleet: section } = await loadConfig(flagsOf(options), process.env, "nothing was done");
  if (section !== null) return section;
  throw selfballoonError("ERR_NO_FLEET", { servers: "no server", problem: "the configuration names none" });
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
  for (const { host, refused } of hosts)
    if (refused !== null) print(`${host}: something in its name was not taken: ${refused}`);
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
