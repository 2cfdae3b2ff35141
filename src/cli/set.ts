import { parseSet } from "../config/load.ts";
import { selfballoonError } from "../core/errors.ts";
import { shownGuest } from "../core/shown-text.ts";
import { riskOf } from "../core/tunable-risks.ts";
import { findTunable } from "../core/tunables.ts";
import { ask, askGuestSettings } from "./daemon.ts";
import type { DaemonOptions, GuestOption } from "./flags.ts";
import { get } from "./get.ts";
import { print } from "./output.ts";
import { checkNames } from "./tunable-name.ts";

type SetOptions = DaemonOptions & GuestOption & { readonly json?: boolean };

/** `selfballoon set [--guest GUEST] NAME=VALUE...`: all of them or, if one is refused, none; what comes of values that few mean is told. */
export async function set(assignments: readonly string[], options: SetOptions): Promise<void> {
  const settings = assignments.map(parseSet);
  const names = settings.map(({ name }) => name);
  const changes = Object.fromEntries(settings.map(({ name, text }) => [name, text]));
  const { guest } = options;
  if (guest === undefined) {
    checkNames(names, "ERR_TUNABLE_UNKNOWN");
    await ask(options, "PATCH", "/v1/tunables", changes);
  } else {
    checkNames(names, "ERR_GUEST_SETTING_UNKNOWN");
    await askGuestSettings(options, "PATCH", guest, changes);
  }
  if (options.json) return get(names, options);
  const whose = guest === undefined ? "" : ` for ${shownGuest(guest)}, until it is reset`;
  for (const { name, text } of settings) print(`${name}=${text.trim()}${whose}`);
  for (const { name, text } of settings) {
    const tunable = findTunable(name);
    const risk = tunable === null ? null : riskOf(tunable.name, Number(text));
    if (risk !== null) print(`${name}=${text.trim()}: ${risk}`);
  }
}

/**
 * `selfballoon reset NAME...`: back to the defaults. `selfballoon reset --guest GUEST [NAME]...`: back to what is configured for
 * the guest, without a name all of it.
 */
export async function reset(names: readonly string[], options: SetOptions): Promise<void> {
  const { guest } = options;
  if (guest !== undefined) return resetGuest(guest, names, options);
  if (names.length === 0) {
    const problem = "missing required argument 'NAME'; see selfballoon reset --help";
    throw selfballoonError("ERR_USAGE", { problem });
  }
  checkNames(names, "ERR_TUNABLE_UNKNOWN");
  await ask(options, "PATCH", "/v1/tunables", undone(names));
  if (options.json) return get(names, options);
  for (const name of names) print(`${name} has its default again`);
}

async function resetGuest(guest: string, names: readonly string[], options: SetOptions): Promise<void> {
  checkNames(names, "ERR_GUEST_SETTING_UNKNOWN");
  if (names.length === 0) await askGuestSettings(options, "DELETE", guest);
  else await askGuestSettings(options, "PATCH", guest, undone(names));
  if (options.json) return get(names, options);
  const what = names.length === 0 ? "everything is" : `${names.join(", ")} ${names.length === 1 ? "is" : "are"}`;
  print(`For ${shownGuest(guest)} ${what} as configured again.`);
}

function undone(names: readonly string[]): Readonly<Record<string, null>> {
  return Object.fromEntries(names.map((name) => [name, null]));
}
