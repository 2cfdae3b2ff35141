import { parseSet } from "../config/load.ts";
import { ask } from "./daemon.ts";
import type { DaemonOptions } from "./flags.ts";
import { print } from "./output.ts";
import { checkTunableNames } from "./tunable-name.ts";

/** `selfballoon set NAME=VALUE...`: all of them or, if one is refused, none. */
export async function set(assignments: readonly string[], options: DaemonOptions): Promise<void> {
  const settings = assignments.map(parseSet);
  checkTunableNames(settings.map(({ name }) => name));
  await ask(options, "PATCH", "/v1/tunables", Object.fromEntries(settings.map(({ name, text }) => [name, text])));
  for (const { name, text } of settings) print(`${name}=${text.trim()}`);
}

/** `selfballoon reset NAME...`: back to the defaults. */
export async function reset(names: readonly string[], options: DaemonOptions): Promise<void> {
  checkTunableNames(names);
  await ask(options, "PATCH", "/v1/tunables", Object.fromEntries(names.map((name) => [name, null])));
  for (const name of names) print(`${name} has its default again`);
}
