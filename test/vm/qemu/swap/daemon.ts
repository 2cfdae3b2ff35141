import type { ShrinkRecord, StepRecord } from "../../../../src/core/journal-record.ts";
import { PATIENCE_MS } from "../../rig/wait.ts";
import type { QemuGuest } from "../rig.ts";
import { TOOLS } from "./tools.ts";

/** How often the daemon steps, in s: often, to be soon done; not so often that a busy machine can't keep up. */
export const INTERVAL_S = 3;

/** Long enough for a whole scenario. */
const DAEMON_DEADLINE_MS = 2 * PATIENCE_MS;

/** What a run of the daemon left behind. */
export interface DaemonEvidence {
  readonly steps: readonly StepRecord[];
  readonly shrinks: readonly ShrinkRecord[];
}

/** A run of the daemon in a guest, by a name of its own. */
export class GuestDaemon {
  /** Resolves when it has ended. */
  readonly ended: Promise<unknown>;
  readonly #guest: QemuGuest;
  readonly #name: string;

  /** `capabilities` is all that it may have, as `setpriv` takes it; `tunables` are more for `--set`. */
  constructor(guest: QemuGuest, name: string, capabilities: string, tunables: readonly string[] = []) {
    this.#guest = guest;
    this.#name = name;
    const all = [`selfballoon_interval=${INTERVAL_S}`, "frontswap_cpu_percent=100", ...tunables];
    const sets = all.map((set) => `--set ${set}`).join(" ");
    const daemon = `/in/setpriv --bounding-set=${capabilities} node /in/dist/selfballoon.mjs run --json ${sets}`;
    // In a group of its own, as a service manager puts it: the root group has no limits that could be lowered.
    const group = "mkdir -p /sys/fs/cgroup/daemon; echo $$ >/sys/fs/cgroup/daemon/cgroup.procs";
    const command = `${TOOLS}; ${group}; ${daemon} >/tmp/${name}.steps 2>/tmp/${name}.log`;
    this.ended = guest.exec(command, DAEMON_DEADLINE_MS);
  }

  async steps(): Promise<readonly StepRecord[]> {
    return (await linesOf(this.#guest, `/tmp/${this.#name}.steps`)) as readonly StepRecord[];
  }

  /** The daemon logs each run with the names of its record's fields. */
  async shrinks(): Promise<readonly ShrinkRecord[]> {
    const lines = (await linesOf(this.#guest, `/tmp/${this.#name}.log`)) as readonly { readonly time: string }[];
    const isShrink = (line: { readonly time: string }): line is ShrinkRecord & { readonly time: string } =>
      "end" in line;
    return lines.filter(isShrink).map((line) => ({ ...line, atMs: Date.parse(line.time) }));
  }

  async evidence(): Promise<DaemonEvidence> {
    return { steps: await this.steps(), shrinks: await this.shrinks() };
  }
}

/** A command of selfballoon in the guest. @returns what it printed. */
export async function selfballoon(guest: QemuGuest, command: string): Promise<string> {
  return (await guest.exec(`${TOOLS}; node /in/dist/selfballoon.mjs ${command}`)).stdout;
}

/** The last line may be cut off by a kill. */
async function linesOf(guest: QemuGuest, path: string): Promise<readonly unknown[]> {
  const { stdout } = await guest.exec(`cat ${path} 2>/dev/null`);
  return stdout.split("\n").flatMap((line) => (line.startsWith("{") && line.endsWith("}") ? [JSON.parse(line)] : []));
}
