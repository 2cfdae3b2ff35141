import { type ApiAnswer, askDaemon } from "../api/client.ts";
import { type Flags, loadConfig } from "../config/load.ts";
import type { GuestStatus, TunableStatus } from "../core/control.ts";
import { ERRORS, type ErrorCode, OperatorError, selfballoonError } from "../core/errors.ts";

/** Where a command finds the daemon. */
export interface DaemonOptions {
  readonly config?: string;
  readonly root?: string;
}

/** The flags that a command which only talks to the daemon has. */
export function flagsOf(options: DaemonOptions): Flags {
  return { ...(options.config === undefined ? {} : { config: options.config }), set: [], root: options.root ?? "" };
}

/** The socket that the daemon listens on, by the same configuration that the daemon reads. */
export async function socketOf(options: DaemonOptions): Promise<string> {
  const { socket } = await loadConfig(flagsOf(options), process.env, "nothing was done");
  return socket;
}

/** Ask the daemon, and take its problem for ours. @throws what the daemon answered, ERR_NO_DAEMON. */
export async function ask(options: DaemonOptions, method: string, path: string, body?: unknown): Promise<unknown> {
  return bodyOf(await askDaemon(await socketOf(options), method, path, body));
}

export async function askGuests(options: DaemonOptions): Promise<readonly GuestStatus[]> {
  const { guests } = (await ask(options, "GET", "/v1/guests")) as { guests: readonly GuestStatus[] };
  return guests;
}

export async function askTunables(options: DaemonOptions): Promise<readonly TunableStatus[]> {
  const { tunables } = (await ask(options, "GET", "/v1/tunables")) as { tunables: readonly TunableStatus[] };
  return tunables;
}

function bodyOf(answer: ApiAnswer): unknown {
  if (answer.ok) return answer.body;
  const { code, details, message } = answer.problem;
  if (!Object.hasOwn(ERRORS, code)) throw selfballoonError("ERR_INTERNAL", { problem: message });
  throw new OperatorError(code as ErrorCode, details);
}
