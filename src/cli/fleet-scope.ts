import type { NatsConnection } from "@nats-io/transport-node";
import { problemOf, SelfballoonError, selfballoonError } from "../core/errors.ts";
import type { FleetView } from "../fleet/fleet-view.ts";
import { parseLabel, parseScopeKey, type Scope, scopeText } from "../fleet/scope.ts";
import { SettingsBoard } from "../fleet/settings-board.ts";
import type { KeptDocument, SettingsDocument } from "../fleet/settings-wire.ts";
import type { FleetOptions } from "./fleet-options.ts";
import type { FleetAccess } from "./fleet-serve.ts";

/** Does it, once the fleet is seen. */
export type FleetAct = (connection: NatsConnection, view: FleetView, access: FleetAccess) => Promise<void> | void;

/** Whom the options name: `--all`, `--where NAME=VALUE` or `--host NAME`, one of them. @throws ERR_USAGE. */
export function scopeOf({ all = false, where, host }: FleetOptions): Scope {
  const said = [all, where !== undefined, host !== undefined].filter(Boolean).length;
  if (said !== 1) throw usage("say for which hosts: --all, --where NAME=VALUE or --host NAME, one of them");
  if (all) return { kind: "all" };
  const scope = where === undefined ? parseScopeKey(`host.${host ?? ""}`) : parseLabel(where);
  if (scope !== null) return scope;
  throw usage(
    `${JSON.stringify(where ?? host)} must be ${where === undefined ? "a host's name" : "a label NAME=VALUE"}`,
  );
}

/** Change what is set for a scope, as `SettingsBoard` does. @throws ERR_FLEET_UNSET, or as it says. */
export async function edit(
  connection: NatsConnection,
  scope: Scope,
  change: (before: SettingsDocument) => SettingsDocument,
  isAnew = false,
): Promise<KeptDocument> {
  try {
    const board = await SettingsBoard.open(connection);
    return await board.edit(scope, change, isAnew);
  } catch (thrown) {
    if (thrown instanceof SelfballoonError) throw thrown;
    throw selfballoonError("ERR_FLEET_UNSET", { scope: scopeText(scope), problem: problemOf(thrown) }, thrown);
  }
}

/** A number of hosts, for people. */
export function hostsText(count: number): string {
  return count === 1 ? "1 host" : `${count} hosts`;
}

/** What is wrong with how a command was called. */
export function usage(problem: string): Error {
  return selfballoonError("ERR_USAGE", { problem });
}
