import { randomBytes } from "node:crypto";
import { type FleetSection, loadConfig } from "../config/load.ts";
import { selfballoonError } from "../core/errors.ts";
import { BYTES_PER_MIB } from "../core/units.ts";
import { connectFleet } from "../fleet/connect.ts";
import { FleetView, type HostView } from "../fleet/fleet-view.ts";
import { followFleet } from "../fleet/follow.ts";
import { type GuestRow, isShort, missingMb } from "../fleet/guest-row.ts";
import { prepareFleet } from "../fleet/prepare.ts";
import { bytesText } from "../view/amounts.ts";
import { type DaemonOptions, flagsOf } from "./daemon.ts";
import type { FleetAction } from "./fleet-actions.ts";
import { coloured, print, printJson, tableLines } from "./output.ts";

/** What `selfballoon fleet` takes. */
export interface FleetOptions extends DaemonOptions {
  readonly short?: boolean;
  readonly json?: boolean;
}

/** `selfballoon fleet`: all hosts of the fleet that the configuration names. @throws ERR_NO_FLEET. */
export async function fleet(what: FleetAction, options: FleetOptions): Promise<void> {
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
    else showGuests(view, options);
  } finally {
    await connection.close();
  }
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
  const heading = ["HOST", "GUESTS", "SHORT", "BUDGET", "HAVE", "WANT", "SAVED", "SEEN", "DOES"];
  const [first = "", ...rest] = tableLines([heading, ...hosts.map(hostLine)]);
  print(coloured("bold", first));
  rest.forEach((line, nth) => {
    print(hosts[nth]?.isStale === true ? coloured("yellow", line) : line);
  });
  for (const { host, refused } of hosts)
    if (refused !== null) print(`${host}: something in its name was not taken: ${refused}`);
}

function hostLine({ host, state, ageMs, isStale }: HostView): readonly string[] {
  if (state === null) return [host, "-", "-", "-", "-", "-", "-", "never", "-"];
  const seen = `${Math.round((ageMs ?? 0) / 1000)} s ago`;
  return [
    host,
    String(state.guests),
    String(state.short),
    mib(state.budgetMb),
    mib(state.currentMb),
    mib(state.wantedMb),
    mib(state.maximumMb - state.currentMb),
    isStale ? `STALE, ${seen}` : seen,
    state.doing,
  ];
}

interface PlacedGuest extends GuestRow {
  readonly host: string;
  readonly isStale: boolean;
}

function showGuests(view: FleetView, { json, short = false }: FleetOptions): void {
  const guests = view
    .list()
    .flatMap(({ host, isStale }) => [...view.guests(host)].map((row): PlacedGuest => ({ ...row, host, isStale })))
    .filter((row) => !short || isShort(row))
    .sort((a, b) => missingMb(b) - missingMb(a) || (a.host === b.host ? 0 : a.host < b.host ? -1 : 1));
  if (json) {
    printJson({ guests });
    return;
  }
  const heading = ["GUEST", "HOST", "HAS", "GOAL", "LACKS", "WHY"];
  const [first = "", ...rest] = tableLines([heading, ...guests.map(guestLine)]);
  print(coloured("bold", first));
  rest.forEach(print);
}

function guestLine(row: PlacedGuest): readonly string[] {
  const why = row.problem ?? row.reason ?? "no step yet";
  return [
    row.guest,
    row.host,
    mib(row.currentMb),
    mib(row.goalMb),
    mib(isShort(row) ? missingMb(row) : null),
    row.isStale ? `${why} (stale)` : why,
  ];
}

function mib(amount: number | null): string {
  return amount === null ? "-" : bytesText(amount * BYTES_PER_MIB);
}
