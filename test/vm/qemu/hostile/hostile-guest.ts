import { bundleProgram } from "../../rig/bundle.ts";
import { type QemuGuest, startQemuGuest } from "../rig.ts";

const FOLDER = new URL("./", import.meta.url);
const BOOT_DEADLINE_MS = 180_000;
const TOLD_DEADLINE_MS = 480_000;
/** Lies told between two resets. */
const LIES_A_BOOT = 2;
const ENDLESS = 10_000;

/** How often a guest's agent was asked for anything during a lie, and how often it told that. */
export interface Told {
  readonly lie: string;
  readonly questions: number;
  readonly times: number;
}

/** A guest whose agent is another's than QEMU's, and that resets its machine. */
export class HostileGuest {
  readonly guest: QemuGuest;

  private constructor(guest: QemuGuest) {
    this.guest = guest;
  }

  static async start(name: string, memoryMib: number): Promise<HostileGuest> {
    const guest = await startQemuGuest({
      name,
      memoryMib,
      kernel: "6.1",
      survivesReset: true,
      withNode: true,
      guestFiles: { "agent.mjs": await buildAgent() },
      deadlineMs: BOOT_DEADLINE_MS,
    });
    return new HostileGuest(guest);
  }

  /** Tell all lies, one after the other. */
  async lie(): Promise<readonly Told[]> {
    const { exitCode, stdout } = await this.tell("");
    if (exitCode !== 0) throw new Error(`the hostile agent ended with ${exitCode}: ${stdout}`);
    return stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Told); // the test's own agent
  }

  /** Reset the machine again and again: each boot tells some lies, and the last goes on with all others. */
  async resetInALoop(times: number): Promise<void> {
    for (let nth = 0; nth < times; nth += 1) {
      await this.guest.qmp("system_reset");
      await this.guest.exec("true", BOOT_DEADLINE_MS);
      const isLast = nth === times - 1;
      const telling = this.tell(`${nth * LIES_A_BOOT} ${isLast ? ENDLESS : LIES_A_BOOT}`);
      if (!isLast) await telling;
      else telling.catch(() => undefined); // it ends with its machine
    }
  }

  stop(): Promise<void> {
    return this.guest.stop();
  }

  private tell(argv: string): ReturnType<QemuGuest["exec"]> {
    return this.guest.exec(`killall -9 qemu-ga node; exec node /in/agent.mjs ${argv}`, TOLD_DEADLINE_MS);
  }
}

/** The agent as one file. */
function buildAgent(): Promise<string> {
  return bundleProgram("hostile-agent", new URL("agent.ts", FOLDER), [new URL("lies.ts", FOLDER)]);
}
