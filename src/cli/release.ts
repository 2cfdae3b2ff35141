import { SelfballoonError } from "../core/errors.ts";
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
  if (await daemonReleased(config.socket)) {
    return print(
      "The daemon gave all memory back and stopped selfballooning; `selfballoon set selfballooning=1` resumes.",
    );
  }
  const backend = await ports.openBackend(config, options.root ?? "");
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const guests = await backend.guests(signal);
  // One guest's fault must not keep the others from their memory.
  const released = await Promise.allSettled(guests.map((guest) => backend.release(guest, signal)));
  await backend.close();
  const given = guests.filter((_, index) => released[index]?.status === "fulfilled");
  if (given.length > 0) print(`All memory was given back to ${given.join(", ")}.`);
  for (const result of released) if (result.status === "rejected") throw result.reason;
}

async function daemonReleased(socket: string): Promise<boolean> {
  try {
    await askSocket(socket, "POST", "/v1/release");
    return true;
  } catch (thrown) {
    if (thrown instanceof SelfballoonError && thrown.code === "ERR_NO_DAEMON") return false;
    throw thrown;
  }
}
