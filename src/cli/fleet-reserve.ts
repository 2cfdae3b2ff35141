import type { NatsConnection } from "@nats-io/transport-node";
import { selfballoonError } from "../core/errors.ts";
import { shownGuest } from "../core/shown-text.ts";
import { BYTES_PER_MIB } from "../core/units.ts";
import { adviseFleet, type HostAdvice } from "../fleet/advice.ts";
import type { FleetView } from "../fleet/fleet-view.ts";
import { reserveOnOne } from "../fleet/reserve.ts";
import { bytesText } from "../view/amounts.ts";
import type { FleetOptions } from "./fleet-options.ts";
import { print, printJson } from "./output.ts";

/** `selfballoon fleet reserve MIB`: keep memory free on one host of the fleet. @throws ERR_FLEET_FULL, ERR_FLEET_UNDECIDED. */
export async function reserveInFleet(
  connection: NatsConnection,
  view: FleetView,
  mib: number,
  options: FleetOptions,
): Promise<void> {
  const { for: guest = null, wait: waitMs, expires: lifeMs } = options;
  const wish = { mib, guest, waitMs, lifeMs, labels: labelsOf(options.label) };
  const { isNew, ...given } = await reserveOnOne(connection, view, wish);
  if (options.json) return printJson({ ...given, guest, isNew });
  const whom = guest === null ? "" : ` for ${shownGuest(guest)}`;
  const what = isNew ? "are free and reserved" : "were reserved before";
  print(`${given.mib} MiB ${what}${whom} on ${given.host}, as ${given.id}, for ${given.lifeMs / 1000} s.`);
}

/** @throws ERR_USAGE. */
function labelsOf(said: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    said.map((text) => {
      const at = text.indexOf("=");
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
      throw selfballoonError("ERR_USAGE", { problem: `a label is NAME=VALUE, not ${JSON.stringify(text)}` });
    }),
  );
}

/** `selfballoon fleet advise`: whose move would help most. */
export function showAdvice(view: FleetView, { json }: Pick<FleetOptions, "json">): void {
  const advice = adviseFleet(view);
  if (json) printJson({ advice });
  else if (advice.length === 0) print("No host is short: there is nothing to move.");
  else tellAdvice(advice);
}

function tellAdvice(advice: readonly HostAdvice[]): void {
  for (const { host, lacksMb, moves } of advice) {
    print(`${host} lacks ${mibText(lacksMb)}.${moves.length === 0 ? " No other host has room for its guests." : ""}`);
    for (const { guest, to, wantsMb, hasMb } of moves)
      print(
        `  Move ${shownGuest(guest)} to ${to}: it wants ${mibText(wantsMb)}, and ${mibText(hasMb)} come free here.`,
      );
  }
}

function mibText(amount: number): string {
  return bytesText(amount * BYTES_PER_MIB);
}
