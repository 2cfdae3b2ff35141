import { execFile } from "node:child_process";

/** systemd answers at once; a hung one must not hold the daemon up. */
const DEADLINE_MS = 5000;

/** Tells systemd how the service is doing (sd_notify(3)). Does nothing where there is no systemd to tell. */
export interface Notifier {
  ready(status: string): void;
  reloading(): void;
  stopping(): void;
  /** We are alive and our steps are in time. */
  alive(): void;
  /** How often `alive` is to be called, in ms; null if systemd does not watch. */
  readonly watchdogMs: number | null;
}

/**
 * A notifier for the environment that systemd started us with. Node has no datagram Unix sockets, so systemd's own
 * client carries the message.
 */
export function createNotifier(environment: NodeJS.ProcessEnv): Notifier {
  const tell = (...words: readonly string[]): void => {
    if (environment["NOTIFY_SOCKET"] === undefined) return;
    const options = { timeout: DEADLINE_MS, env: environment };
    execFile("systemd-notify", ["--no-block", `--pid=${process.pid}`, ...words], options, () => {
      // Nobody to tell it to: a lost message shows in systemd itself, as a start-up or watchdog time-out.
    });
  };
  const watchdogUs = Number(environment["WATCHDOG_USEC"]);
  return {
    ready: (status) => tell("--ready", `--status=${status}`),
    reloading: () => tell("RELOADING=1"),
    stopping: () => tell("STOPPING=1"),
    alive: () => tell("WATCHDOG=1"),
    // Half of the limit, as sd_watchdog_enabled(3) recommends.
    watchdogMs: Number.isFinite(watchdogUs) && watchdogUs > 0 ? watchdogUs / 2000 : null,
  };
}
