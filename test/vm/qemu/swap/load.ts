import { PATIENCE_MS } from "../../rig/wait.ts";
import type { ExecResult } from "../exec-channel.ts";
import type { QemuGuest } from "../rig.ts";
import { TOOLS } from "./tools.ts";

const GROUP = "/sys/fs/cgroup/load";
/** The load's own, inside of it, and its user's to change: so systemd has it in a login session. */
const SESSION = `${GROUP}/session`;
/** A load sleeps and wakes beside a whole scenario. */
const HOG_DEADLINE_MS = 2 * PATIENCE_MS;

/** A user of the load's own, so that reading its memory takes privilege. */
const USER = 1000;

/** How a load that was swapped out woke up. */
export interface Waking {
  /** From the moment it goes on until it has checked all its memory and ended, in ms. */
  readonly wokenMs: number;
  readonly result: ExecResult;
}

/**
 * A load whose memory is swapped out while it does nothing: a hog in a control group of its own, stopped after it has
 * filled its memory, and reclaimed.
 */
export class SleepingLoad {
  readonly #guest: QemuGuest;
  readonly #pid: string;
  readonly #result: Promise<ExecResult>;

  private constructor(guest: QemuGuest, pid: string, result: Promise<ExecResult>) {
    this.#guest = guest;
    this.#pid = pid;
    this.#result = result;
  }

  static async start(guest: QemuGuest, mib: number): Promise<SleepingLoad> {
    const delegate = `echo +memory >/sys/fs/cgroup/cgroup.subtree_control; mkdir -p ${GROUP}; echo +memory >${GROUP}/cgroup.subtree_control`;
    await guest.exec(`${delegate}; mkdir -p ${SESSION}; chown -R ${USER} ${SESSION}`);
    // It holds its memory for a second only: it is stopped by then, and checks what it holds when it goes on.
    const hog = `${TOOLS}; /in/setpriv --reuid ${USER} --clear-groups hog ${mib} --pattern --compressible --hold-ms 1000`;
    const result = guest.exec(`echo $$ >${SESSION}/cgroup.procs; ${hog}`, HOG_DEADLINE_MS);
    const isFilled = `[ "$(awk '/^VmRSS/ { print $2 }' /proc/$pid/status)" -ge ${mib * 1024} ]`;
    const stop = `until pid=$(pidof hog); do usleep 10000; done; until ${isFilled}; do usleep 10000; done; kill -STOP $pid`;
    const { stdout } = await guest.exec(`${stop}; echo $pid; echo ${mib + 5}M >${GROUP}/memory.reclaim`, PATIENCE_MS);
    return new SleepingLoad(guest, stdout.trim(), result);
  }

  async wake(): Promise<Waking> {
    const clock = "cut -d ' ' -f 1 /proc/uptime";
    const { stdout } = await this.#guest.exec(
      `${clock}; kill -CONT ${this.#pid}; while [ -d /proc/${this.#pid} ]; do usleep 10000; done; ${clock}`,
      HOG_DEADLINE_MS,
    );
    const [from = "0", to = "0"] = stdout.trim().split("\n");
    return { wokenMs: Math.round((Number(to) - Number(from)) * 1000), result: await this.#result };
  }
}

/** The limit on the load's swap that a daemon may change which has no right to override the modes of files. */
export const SWAP_HIGH = `${GROUP}/memory.swap.high`;
