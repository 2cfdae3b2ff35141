import type { Backend } from "./backend.ts";
import type { ControlPort } from "./control.ts";
import type { Problem } from "./errors.ts";
import type { Notice } from "./notices.ts";

/** The daemon, as those find it who speak with the toolstack. */
export interface DaemonPort extends Pick<ControlPort, "change" | "subscribe"> {
  /** Record what is wrong with something that concerns no guest alone. */
  tell(problem: Problem): void;
  /** Record something worth telling. */
  notice(notice: Notice): void;
}

/** A backend that may speak with the toolstack, which gives the guest that we run in its memory. */
export interface ToolstackBackend extends Backend {
  /**
   * Show the toolstack how the guest stands, and take its wishes. Nothing of it is waited for, whatever becomes of the
   * toolstack. Absent where there is none, or where the operator did not ask for it.
   * @returns how to end it, which never rejects.
   */
  readonly joinToolstack?: (daemon: DaemonPort) => Promise<() => Promise<void>>;
}
