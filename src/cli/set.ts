import { parseSet } from "../config/load.ts";
import { hintFor } from "../config/nearest.ts";
import { selfballoonError } from "../core/errors.ts";
import { findTunable, TUNABLES } from "../core/tunables.ts";
import { ask, type DaemonOptions } from "./daemon.ts";
import { print } from "./output.ts";

/** `selfballoon set NAME=VALUE...`: all of them or, if one is refused, none. */
export async function set(assignments: readonly string[], options: DaemonOptions): Promise<void> {
  const settings = assignments.map(parseSet);
  for (const { name } of settings) checkName(name);
  await ask(options, "PATCH", "/v1/tunables", Object.fromEntries(settings.map(({ name, text }) => [name, text])));
  for (const { name, text } of settings) print(`${name}=${text.trim()}`);
}

/** `selfballoon reset NAME...`: back to the defaults. */
export async function reset(names: readonly string[], options: DaemonOptions): Promise<void> {
  for (const name of names) checkName(name);
  await ask(options, "PATCH", "/v1/tunables", Object.fromEntries(names.map((name) => [name, null])));
  for (const name of names) print(`${name} has its default again`);
}

function checkName(name: string): void {
  if (findTunable(name) !== null) return;
  const hint = hintFor(
    name,
    TUNABLES.map((row) => row.name),
  );
  throw selfballoonError("ERR_TUNABLE_UNKNOWN", { name: JSON.stringify(name.slice(0, 64)), hint });
}
