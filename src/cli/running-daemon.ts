import type { GuestStatus } from "../core/control.ts";
import { problemOf } from "../core/errors.ts";
import { type Finding, finding } from "../core/finding.ts";
import { reasonText } from "../view/reason-text.ts";
import { askSocket } from "./daemon.ts";

/** The daemon that runs on this machine, as it says itself. */
export interface RunningDaemon {
  /** What it does, in one sentence. */
  readonly doing: string;
  readonly guests: readonly GuestStatus[];
}

/** Ask whether a daemon runs; null if none answers. The finding says so. */
export async function findDaemon(
  socket: string,
): Promise<{ readonly daemon: RunningDaemon | null; readonly finding: Finding }> {
  try {
    const { doing } = (await askSocket(socket, "GET", "/healthz")) as Pick<RunningDaemon, "doing">;
    const { guests } = (await askSocket(socket, "GET", "/v1/guests")) as Pick<RunningDaemon, "guests">;
    return { daemon: { doing, guests }, finding: finding("ok", `A daemon answers at ${socket}.`) };
  } catch (thrown) {
    return { daemon: null, finding: finding("info", `No daemon runs: ${problemOf(thrown)}.`) };
  }
}

/**
 * What is to be said of a QMP socket that serves somebody else: that it is our own daemon, unless that one is locked out
 * of it too; null if it is not.
 */
export function explainHeld(daemon: RunningDaemon | null, path: string): Finding | null {
  if (daemon === null || !daemon.doing.includes("QMP socket")) return null;
  const isLockedOut = daemon.guests.some(
    ({ problem }) => problem?.code === "ERR_SOCKET_OCCUPIED" && problem.details["path"] === path,
  );
  if (isLockedOut) return null;
  return finding("info", `${path}: held by the running daemon (see \`selfballoon status\`); end it for a full look.`);
}

/** What keeps the daemon from managing guests whose sockets it holds. */
export function daemonProblems({ guests }: RunningDaemon): readonly Finding[] {
  return guests.flatMap(({ guest, problem, decision, observation }) => {
    if (problem !== null) return finding("warn", `${guest}: ${problem.message}.`);
    return decision?.reason === "missing" ? finding("warn", `${guest}: ${reasonText(decision, observation)}`) : [];
  });
}
