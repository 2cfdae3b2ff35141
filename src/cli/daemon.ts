import { type ApiAnswer, askDaemon } from "../api/client.ts";
import { type Config, defaultConfig, loadConfig } from "../config/load.ts";
import type { TunableStatus } from "../core/control.ts";
import type { GuestSettingStatus } from "../core/controls/guest-setting-status.ts";
import type { SettingChanges } from "../core/controls/guest-settings.ts";
import { ERRORS, OperatorError, problemOf, selfballoonError } from "../core/errors.ts";
import type { HostStanding } from "../core/host/standing.ts";
import type { GuestRow } from "../view/guest-row.ts";
import { type BackendOptions, type DaemonOptions, flagsOf } from "./flags.ts";

/** A guest as the daemon answers it, at one moment. */
export type AnsweredGuest = Omit<GuestRow, "psiPercent">;

/** The configuration or, if it is bad, the defaults and what is wrong with it: for what must be done all the same. */
export async function configOrDefaults(
  options: BackendOptions,
): Promise<{ readonly config: Config; readonly problem: string | null }> {
  try {
    return { config: await loadConfig(flagsOf(options), process.env, "the defaults were used"), problem: null };
  } catch (thrown) {
    return { config: defaultConfig(flagsOf(options), process.env), problem: problemOf(thrown) };
  }
}

/** The socket that the daemon listens on, by the same configuration that the daemon reads. */
export async function socketOf(options: DaemonOptions): Promise<string> {
  const { socket } = await loadConfig(flagsOf(options), process.env, "nothing was done");
  return socket;
}

/** Ask the daemon, and take its problem for ours; it must answer within `deadlineMs`. @throws what the daemon answered, ERR_NO_DAEMON. */
export async function ask(
  options: DaemonOptions,
  method: string,
  path: string,
  body?: unknown,
  deadlineMs?: number,
): Promise<unknown> {
  return bodyOf(await askDaemon(await socketOf(options), method, path, body, undefined, deadlineMs));
}

/** The same, where the socket is known; `signal` ends the wait. */
export async function askSocket(
  socket: string,
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<unknown> {
  return bodyOf(await askDaemon(socket, method, path, body, signal));
}

export async function askGuests(options: DaemonOptions): Promise<readonly AnsweredGuest[]> {
  const { guests } = (await ask(options, "GET", "/v1/guests")) as { guests: readonly AnsweredGuest[] };
  return guests;
}

/** How the memory of the guests' host stands; null where none is shared. */
export async function askHost(options: DaemonOptions): Promise<HostStanding | null> {
  const { host } = (await ask(options, "GET", "/v1/host")) as { host: HostStanding | null };
  return host;
}

export async function askTunables(options: DaemonOptions): Promise<readonly TunableStatus[]> {
  const { tunables } = (await ask(options, "GET", "/v1/tunables")) as { tunables: readonly TunableStatus[] };
  return tunables;
}

/** The settings of one guest, after a change where there is one. */
export async function askGuestSettings(
  options: DaemonOptions,
  method: "GET" | "PATCH" | "DELETE",
  guest: string,
  changes?: SettingChanges,
): Promise<readonly GuestSettingStatus[]> {
  const path = `/v1/guests/${encodeURIComponent(guest)}/settings`;
  const { settings } = (await ask(options, method, path, changes)) as { settings: readonly GuestSettingStatus[] };
  return settings;
}

function bodyOf(answer: ApiAnswer): unknown {
  if (answer.ok) return answer.body;
  const { code, details, detail } = answer.problem;
  if (!Object.hasOwn(ERRORS, code)) throw selfballoonError("ERR_INTERNAL", { problem: detail });
  throw new OperatorError(code, details);
}
