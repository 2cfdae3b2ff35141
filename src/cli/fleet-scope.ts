import type { NatsConnection } from "@nats-io/transport-node";
import { selfballoonError } from "../core/errors.ts";
import type { FleetView } from "../fleet/fleet-view.ts";
import { parseLabel, parseScopeKey, type Scope } from "../fleet/scope.ts";
import { SettingsBoard } from "../fleet/settings-board.ts";
import { type SettingsEditor, settingsEditor } from "../fleet/settings-editor.ts";
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

/** Changes what is set for the hosts of a fleet. */
export function editorOf(connection: NatsConnection): SettingsEditor {
  return settingsEditor(() => SettingsBoard.open(connection));
}

/** A number of hosts, for people. */
export function hostsText(count: number): string {
  return count === 1 ? "1 host" : `${count} hosts`;
}

/** What is wrong with how a command was called. */
export function usage(problem: string): Error {
  return selfballoonError("ERR_USAGE", { problem });
}
