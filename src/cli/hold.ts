import { shownGuest } from "../core/shown-text.ts";
import { ask } from "./daemon.ts";
import type { DaemonOptions } from "./flags.ts";
import { print } from "./output.ts";

/** `selfballoon pause [GUEST]...`: move nothing of these guests, or of any, until they are resumed. */
export async function pause(names: readonly string[], options: DaemonOptions): Promise<void> {
  await choose(names, options, "pause");
  print(`${whoText(names)} paused: observed, and not moved until \`selfballoon resume\`.`);
}

/** `selfballoon resume [GUEST]...`: these guests, or all, are moved again. */
export async function resume(names: readonly string[], options: DaemonOptions): Promise<void> {
  await choose(names, options, "resume");
  print(`${whoText(names)} resumed.`);
}

async function choose(names: readonly string[], options: DaemonOptions, what: "pause" | "resume"): Promise<void> {
  await ask(options, "POST", `/v1/${what}`, names.length === 0 ? undefined : { guests: names });
}

function whoText(names: readonly string[]): string {
  if (names.length === 0) return "All guests are";
  return `${names.map(shownGuest).join(", ")} ${names.length === 1 ? "is" : "are"}`;
}
