import { loadConfig } from "../config/load.ts";
import { SelfballoonError } from "../core/errors.ts";
import { ask, type DaemonOptions, flagsOf } from "./daemon.ts";
import { print } from "./output.ts";
import type { CliPorts } from "./ports.ts";

const DEADLINE_MS = 10_000;

/**
 * `selfballoon release`: give all memory back and exit. A daemon that runs is told to, and stops selfballooning;
 * without one, after a crash or `kill -9`, the balloon is opened from here.
 */
export async function release(ports: CliPorts, options: DaemonOptions): Promise<void> {
  if (await daemonReleased(options)) {
    return print(
      "The daemon gave all memory back and stopped selfballooning; `selfballoon set selfballooning=1` resumes.",
    );
  }
  const config = await loadConfig(flagsOf(options), process.env, "nothing was given back");
  const backend = await ports.openBackend(config, options.root ?? "");
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const guests = await backend.guests(signal);
  for (const guest of guests) await backend.release(guest, signal);
  await backend.close();
  print(`All memory was given back to ${guests.join(", ")}.`);
}

async function daemonReleased(options: DaemonOptions): Promise<boolean> {
  try {
    await ask(options, "POST", "/v1/release");
    return true;
  } catch (thrown) {
    if (thrown instanceof SelfballoonError && thrown.code === "ERR_NO_DAEMON") return false;
    throw thrown;
  }
}
