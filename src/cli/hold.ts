import { shownGuest } from "../core/shown-text.ts";
import { ask } from "./daemon.ts";
import type { DaemonOptions } from "./flags.ts";
import { print } from "./output.ts";

/** What takes guests out of the daemon's hands, and gives them back. */
export type HandOrder = "pause" | "resume" | "release";

/** `selfballoon pause [GUEST]...`: move nothing of these guests, or of any, until they are resumed. */
export async function pause(names: readonly string[], options: DaemonOptions): Promise<void> {
  await choose(names, options, "pause");
  print(handText(names, "pause"));
}

/** `selfballoon resume [GUEST]...`: these guests, or all, are moved again. */
export async function resume(names: readonly string[], options: DaemonOptions): Promise<void> {
  await choose(names, options, "resume");
  print(handText(names, "resume"));
}

async function choose(names: readonly string[], options: DaemonOptions, what: "pause" | "resume"): Promise<void> {
  await ask(options, "POST", `/v1/${what}`, names.length === 0 ? undefined : { guests: names });
}

/** That it was done to these guests or, where none are named, to all. */
export function handText(names: readonly string[], what: HandOrder): string {
  return `${whoText(names)} ${DONE[what]}`;
}

const DONE: Readonly<Record<HandOrder, string>> = {
  pause: "paused: observed, and not moved until `selfballoon resume`.",
  resume: "resumed.",
  release: "released: given all memory back, and not moved until `selfballoon resume`.",
};

/** A line has no room for more. */
const MAX_NAMED = 8;

function whoText(names: readonly string[]): string {
  if (names.length === 0) return "All guests are";
  if (names.length > MAX_NAMED) return `${names.length} guests are`;
  return `${names.map(shownGuest).join(", ")} ${names.length === 1 ? "is" : "are"}`;
}
