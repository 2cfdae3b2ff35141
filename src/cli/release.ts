import type { Config } from "../config/load.ts";
import { SelfballoonError } from "../core/errors.ts";
import { shownGuest } from "../core/shown-text.ts";
import { askSocket, configOrDefaults, type DaemonOptions } from "./daemon.ts";
import { print } from "./output.ts";
import type { CliPorts } from "./ports.ts";

const DEADLINE_MS = 10_000;

/**
 * `selfballoon release`: give all memory back and exit. A daemon that runs is told to, and stops selfballooning;
 * without one, after a crash or `kill -9`, the balloon is opened from here.
 */
export async function release(ports: CliPorts, options: DaemonOptions): Promise<void> {
  // A bad configuration must not keep memory from a guest: then the defaults find the balloon.
  const { config, problem } = await configOrDefaults(options);
  if (problem !== null) process.stderr.write(`selfballoon: ${problem}\n`);
  const released = await releasedByDaemon(config.socket);
  if (released !== null) {
    const what = released.length > 0 ? "The daemon gave all memory back" : "The daemon had no memory to give back,";
    return print(`${what} and stopped selfballooning; \`selfballoon set selfballooning=1\` resumes.`);
  }
  try {
    await releaseBalloons(ports, config, options.root ?? "");
  } finally {
    await ports.recoverSwap(config, options.root ?? "");
  }
}

async function releaseBalloons(ports: CliPorts, config: Config, root: string): Promise<void> {
  const backend = await ports.openBackend(config, root);
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const guests = await backend.guests(signal);
  // One guest's fault must not keep the others from their memory.
  const released = await Promise.allSettled(guests.map((guest) => backend.release(guest, null, signal)));
  await backend.close();
  const given = guests.filter((_, index) => released[index]?.status === "fulfilled");
  if (given.length > 0) print(`All memory was given back to ${given.map(shownGuest).join(", ")}.`);
  for (const result of released) if (result.status === "rejected") throw result.reason;
}

/** The guests that the daemon gave their memory back; null if there is no daemon. */
async function releasedByDaemon(socket: string): Promise<readonly string[] | null> {
  try {
    const { released } = (await askSocket(socket, "POST", "/v1/release")) as { released: readonly string[] };
    return released;
  } catch (thrown) {
    if (thrown instanceof SelfballoonError && thrown.code === "ERR_NO_DAEMON") return null;
    throw thrown;
  }
}
