import { DebianMachine } from "../debian.ts";
import { buildPackage } from "./build.ts";
import { Guest, type Moment, type Service } from "./guest.ts";
import { buildMachine, type HostServiceEvidence, playHostService } from "./host-service.ts";

/** What docs/guides/installing.md says, to have metrics over TCP. */
const LISTEN = [
  "mkdir -p /etc/systemd/system/selfballoon.service.d",
  "cp /usr/share/doc/selfballoon/examples/systemd/listen.conf /etc/systemd/system/selfballoon.service.d/",
  "sed -i 's/^#listen = /listen = /' /etc/selfballoon/selfballoon.toml",
  "systemctl daemon-reload",
].join(" && ");
/** There is no curl. */
const ASK_METRICS =
  "bash -c 'exec 3<>/dev/tcp/127.0.0.1/7070; printf \"GET /metrics HTTP/1.0\\r\\nHost: localhost:7070\\r\\n\\r\\n\" >&3; cat <&3'";

/** What came to pass, in order. */
export interface PackageEvidence {
  readonly installed: Moment;
  readonly verified: string;
  /** systemd's mark for the sandbox: 0 is locked up, 10 wide open. */
  readonly exposure: number;
  readonly reloaded: { readonly service: Service; readonly interval: string };
  readonly killed: Service;
  readonly rebooted: Moment;
  readonly withoutSwap: Service;
  /** With compressed swap again, and the package's example of a drop-in, which lets the service listen. */
  readonly listening: { readonly service: Service; readonly metrics: string };
  /** As the service of a host, by the package's example of a drop-in for that. */
  readonly onHost: HostServiceEvidence;
  readonly removed: { readonly service: Service; readonly left: string; readonly swapHighs: string };
  readonly purged: { readonly left: string };
  /** When each part was done, in s from the first boot on. */
  readonly times: Readonly<Record<string, number>>;
}

/** Builds the package, and plays its life in a machine with a Debian 13: two boots. */
export async function playPackage(): Promise<PackageEvidence> {
  const files = { "selfballoon.deb": await buildPackage("package"), "machine.mjs": await buildMachine() };
  const machine = await DebianMachine.create("package", files);
  try {
    const clock = new Clock();
    const first = await firstBoot(machine, clock);
    const second = await secondBoot(machine, clock);
    return { ...first, ...second, times: clock.times };
  } finally {
    await machine.remove();
  }
}

type First = Pick<PackageEvidence, "installed" | "verified" | "exposure" | "reloaded" | "killed">;

async function firstBoot(machine: DebianMachine, clock: Clock): Promise<First> {
  const guest = new Guest(await machine.boot());
  try {
    clock.lap("booted");
    await guest.must("apt-get install -y /in/selfballoon.deb");
    const installed = await guest.moment();
    clock.lap("installed");
    const verified = await guest.say("systemd-analyze verify --man=no selfballoon.service");
    const exposure = await guest.exposure();
    clock.lap("verified");
    await guest.must(
      "sed -i 's/^#selfballoon_interval = .*/selfballoon_interval = 2/' /etc/selfballoon/selfballoon.toml",
    );
    await guest.must("systemctl reload selfballoon");
    const told = "journalctl -u selfballoon --no-pager | grep -c 'was reloaded'";
    await guest.until("the reload", async () => (await guest.say(told)).trim() === "1");
    const reloaded = {
      service: await guest.service(),
      interval: await guest.say("selfballoon get selfballoon_interval"),
    };
    clock.lap("reloaded");
    await guest.killHard("selfballoon");
    const killed = await guest.service();
    clock.lap("killed");
    await guest.reboot();
    return { installed, verified, exposure, reloaded, killed };
  } finally {
    await guest.stop();
  }
}

type Second = Pick<PackageEvidence, "rebooted" | "withoutSwap" | "listening" | "onHost" | "removed" | "purged">;

async function secondBoot(machine: DebianMachine, clock: Clock): Promise<Second> {
  const guest = new Guest(await machine.boot());
  try {
    await guest.until("the service to be up", async () => (await guest.service()).ActiveState === "active");
    const rebooted = await guest.moment();
    clock.lap("rebooted");
    await guest.must("systemctl stop zramswap");
    await guest.say("systemctl restart selfballoon");
    const withoutSwap = await guest.service();
    await guest.must("systemctl start zramswap");
    await guest.must(LISTEN);
    await guest.must("systemctl start selfballoon");
    const listening = { service: await guest.service(), metrics: await guest.say(ASK_METRICS) };
    clock.lap("listening");
    const onHost = await playHostService(guest);
    clock.lap("onHost");
    await guest.must("dpkg --remove selfballoon");
    const removed = {
      service: await guest.service(),
      left: await guest.left(),
      swapHighs: await guest.say("find /sys/fs/cgroup -name memory.swap.high -exec cat {} + | sort -u"),
    };
    clock.lap("removed");
    await guest.must("dpkg --purge selfballoon");
    const purged = { left: await guest.left() };
    clock.lap("purged");
    return { rebooted, withoutSwap, listening, onHost, removed, purged };
  } finally {
    await guest.stop();
  }
}

class Clock {
  readonly times: Record<string, number> = {};
  readonly #startMs = performance.now();

  lap(what: string): void {
    this.times[what] = Math.round((performance.now() - this.#startMs) / 1000);
  }
}
