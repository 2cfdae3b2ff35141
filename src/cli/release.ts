import type { Config } from "../config/load.ts";
import { allGuests } from "../core/all-found.ts";
import type { Gift } from "../core/control.ts";
import { SelfballoonError, selfballoonError } from "../core/errors.ts";
import { shownGuest } from "../core/shown-text.ts";
import { partialGiftTexts } from "../view/gift-text.ts";
import { askSocket, configOrDefaults } from "./daemon.ts";
import type { DaemonOptions } from "./flags.ts";
import { print, printJson } from "./output.ts";
import type { CliPorts } from "./ports.ts";

const DEADLINE_MS = 10_000;

/**
 * `selfballoon release [GUEST]...`: give these guests, or all, their memory back and exit. A daemon that runs is told to, and
 * balloons them no more until they are resumed; without one, after a crash or `kill -9`, the balloon is opened from here.
 */
export async function release(
  ports: CliPorts,
  names: readonly string[],
  options: DaemonOptions & { readonly json?: boolean },
): Promise<void> {
  // A bad configuration must not keep memory from a guest: then the defaults find the balloon.
  const { config, problem } = await configOrDefaults(options);
  if (problem !== null) process.stderr.write(`selfballoon: ${problem}\n`);
  const gifts = await releasedByDaemon(config.socket, names);
  const isJson = options.json === true;
  if (gifts !== null) return isJson ? printJson({ gifts }) : tell(names, gifts);
  try {
    await releaseBalloons(ports, config, names, { root: options.root ?? "", isJson });
  } finally {
    await ports.recoverSwap(config, options.root ?? "");
  }
}

function tell(names: readonly string[], gifts: readonly Gift[]): void {
  const whose = names.length === 0 ? "all" : "their";
  const what = gifts.length > 0 ? `The daemon gave ${whose} memory back` : "The daemon had no memory to give back,";
  const then = names.length === 0 ? "stopped selfballooning" : `left ${names.map(shownGuest).join(", ")} alone`;
  print(`${what} and ${then}; \`${["selfballoon resume", ...names.map(shownGuest)].join(" ")}\` resumes.`);
  partialGiftTexts(gifts).forEach(print);
}

async function releaseBalloons(
  ports: CliPorts,
  config: Config,
  names: readonly string[],
  { root, isJson }: { readonly root: string; readonly isJson: boolean },
): Promise<void> {
  const backend = await ports.openBackend(config, root);
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const found = await allGuests(backend, signal);
  const unknown = names.find((name) => !found.includes(name));
  const guests = names.length === 0 ? found : names.filter((name) => found.includes(name));
  // One guest's fault must not keep the others from their memory.
  const released = await Promise.allSettled(guests.map((guest) => backend.release(guest, null, signal)));
  await backend.close();
  const given = guests.filter((_, index) => released[index]?.status === "fulfilled");
  if (isJson) printJson({ gifts: given.map((guest): Gift => ({ guest, bytes: null, ofBytes: null, isAll: true })) });
  else if (given.length > 0) print(`All memory was given back to ${given.map(shownGuest).join(", ")}.`);
  for (const result of released) if (result.status === "rejected") throw result.reason;
  if (unknown !== undefined) throw selfballoonError("ERR_GUEST_UNKNOWN", { guest: unknown });
}

/** What the daemon gave; null if there is no daemon. */
async function releasedByDaemon(socket: string, names: readonly string[]): Promise<readonly Gift[] | null> {
  const body = names.length === 0 ? undefined : { guests: names };
  try {
    const { gifts } = (await askSocket(socket, "POST", "/v1/release", body)) as { gifts: readonly Gift[] };
    return gifts;
  } catch (thrown) {
    if (thrown instanceof SelfballoonError && thrown.code === "ERR_NO_DAEMON") return null;
    throw thrown;
  }
}
