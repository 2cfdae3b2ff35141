import { PATIENCE_MS, waitUntil } from "../../rig/wait.ts";
import type { QemuGuest } from "../rig.ts";

/** Each look starts a program in the guest, which has one slow processor. */
const LOOK_INTERVAL_MS = 2000;

/** What systemd says of the service. */
export interface Service {
  readonly ActiveState: string;
  readonly LoadState: string;
  readonly UnitFileState: string;
  readonly MainPID: string;
  readonly NRestarts: string;
  readonly ExecMainStatus: string;
  readonly StatusText: string;
}

const PROPERTIES: readonly (keyof Service)[] = [
  ...(["ActiveState", "LoadState", "UnitFileState", "MainPID"] as const),
  ...(["NRestarts", "ExecMainStatus", "StatusText"] as const),
];

/** A moment of the play: what systemd and the program said then. */
export interface Moment {
  readonly service: Service;
  /** Of `selfballoon status`; standard error is with it. */
  readonly status: string;
}

/** What runs the commands. */
type Machine = Pick<QemuGuest, "exec" | "isRunning" | "stop">;

/** A guest in which the package is, or is to be. */
export class Guest {
  readonly #guest: Machine;

  constructor(guest: Machine) {
    this.#guest = guest;
  }

  /** What a command says on both outputs, however it ends. */
  async say(command: string): Promise<string> {
    return (await this.#guest.exec(`{ ${command}; } 2>&1`, PATIENCE_MS)).stdout;
  }

  /** What a command says, and in the last line its exit code. */
  async end(command: string): Promise<string> {
    return (await this.say(`${command}; echo $?`)).trim();
  }

  /** Runs a command that must succeed. */
  async must(command: string): Promise<void> {
    const { exitCode, stdout } = await this.#guest.exec(`{ ${command}; } 2>&1`, PATIENCE_MS);
    if (exitCode === 0) return;
    const journal = await this.say("journalctl -u selfballoon -u selfballoon-sysfs -n 30 --no-pager");
    throw new Error(`in the guest: ${command} ended with ${exitCode}\n${stdout}\n${journal}`);
  }

  /** Kills the main process of a service by SIGKILL, and waits until systemd has started it again. */
  async killHard(unit: string): Promise<void> {
    const { MainPID, NRestarts } = await this.service(unit);
    await this.must(`kill -9 ${MainPID}`);
    await this.until(`${unit} to be back`, async () => {
      const now = await this.service(unit);
      return now.ActiveState === "active" && now.NRestarts !== NRestarts;
    });
  }

  async until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    await waitUntil(what, isSo, PATIENCE_MS, LOOK_INTERVAL_MS);
  }

  /** What systemd says of a service of the package. */
  async service(unit = "selfballoon"): Promise<Service> {
    const said = await this.say(`systemctl show ${unit} -p ${PROPERTIES.join(",")}`);
    const value = (name: string): string => new RegExp(`^${name}=(.*)$`, "m").exec(said)?.[1] ?? "";
    return Object.fromEntries(PROPERTIES.map((name) => [name, value(name)])) as Record<keyof Service, string>;
  }

  /** systemd's mark for the service's sandbox: 0 is locked up, 10 wide open. */
  async exposure(): Promise<number> {
    const security = await this.say("systemd-analyze security --no-pager selfballoon.service");
    return Number(/Overall exposure level[^:]*: ([\d.]+)/.exec(security)?.[1]);
  }

  async moment(): Promise<Moment> {
    return { service: await this.service(), status: await this.say("selfballoon status") };
  }

  /** What is still there of the package: files, its process, its socket. */
  async left(): Promise<string> {
    const places = ["/usr", "/etc", "/run", "/var/lib/selfballoon"].join(" ");
    return this.say(
      `find ${places} -name '*selfballoon*' ! -name '*.service.d' 2>/dev/null | sort; grep -l 'selfballoon[.]mjs' /proc/[0-9]*/cmdline`,
    );
  }

  /** Reboots; the emulator ends, because the rig boots the disk anew. */
  async reboot(): Promise<void> {
    await this.#guest.exec("systemctl reboot").catch(() => undefined); // the answer may be lost with the machine
    await waitUntil("the machine to go down", () => !this.#guest.isRunning(), PATIENCE_MS);
  }

  stop(): Promise<void> {
    return this.#guest.stop();
  }
}
