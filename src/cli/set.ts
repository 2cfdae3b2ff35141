import { parseSet } from "../config/load.ts";
import { selfballoonError } from "../core/errors.ts";
import { shownGuest } from "../core/shown-text.ts";
import { ask, askGuestSettings } from "./daemon.ts";
import type { DaemonOptions, GuestOption } from "./flags.ts";
import { print } from "./output.ts";
import { checkSettingNames, checkTunableNames } from "./tunable-name.ts";

/** `selfballoon set [--guest GUEST] NAME=VALUE...`: all of them or, if one is refused, none. */
export async function set(assignments: readonly string[], options: DaemonOptions & GuestOption): Promise<void> {
  const settings = assignments.map(parseSet);
  const names = settings.map(({ name }) => name);
  const changes = Object.fromEntries(settings.map(({ name, text }) => [name, text]));
  const { guest } = options;
  if (guest === undefined) {
    checkTunableNames(names);
    await ask(options, "PATCH", "/v1/tunables", changes);
  } else {
    checkSettingNames(names);
    await askGuestSettings(options, "PATCH", guest, changes);
  }
  const whose = guest === undefined ? "" : ` for ${shownGuest(guest)}, until it is reset`;
  for (const { name, text } of settings) print(`${name}=${text.trim()}${whose}`);
}

/**
 * `selfballoon reset NAME...`: back to the defaults. `selfballoon reset --guest GUEST [NAME]...`: back to what is configured for
 * the guest, without a name all of it.
 */
export async function reset(names: readonly string[], options: DaemonOptions & GuestOption): Promise<void> {
  const { guest } = options;
  if (guest !== undefined) return resetGuest(guest, names, options);
  if (names.length === 0) {
    const problem = "missing required argument 'NAME'; see selfballoon reset --help";
    throw selfballoonError("ERR_USAGE", { problem });
  }
  checkTunableNames(names);
  await ask(options, "PATCH", "/v1/tunables", undone(names));
  for (const name of names) print(`${name} has its default again`);
}

async function resetGuest(guest: string, names: readonly string[], options: DaemonOptions): Promise<void> {
  checkSettingNames(names);
  if (names.length === 0) await askGuestSettings(options, "DELETE", guest);
  else await askGuestSettings(options, "PATCH", guest, undone(names));
  const what = names.length === 0 ? "everything is" : `${names.join(", ")} ${names.length === 1 ? "is" : "are"}`;
  print(`For ${shownGuest(guest)} ${what} as configured again.`);
}

function undone(names: readonly string[]): Readonly<Record<string, null>> {
  return Object.fromEntries(names.map((name) => [name, null]));
}
