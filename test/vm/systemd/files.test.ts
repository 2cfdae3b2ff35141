import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasFuse } from "../../support/fuse.ts";
import { debianGate } from "../qemu/debian.ts";
import { buildPackage } from "../qemu/package/build.ts";
import { Guest } from "../qemu/package/guest.ts";
import { SystemdContainer } from "./container.ts";
import {
  enableFiles,
  type KilledFiles,
  killFiles,
  READER,
  readWithoutDaemon,
  type StoppedFiles,
  stopFiles,
  type UsedFiles,
  useFiles,
  XEN_GUEST,
} from "./files.ts";

const skip = (await debianGate()).skip || !hasFuse();

describe.skipIf(skip)("the unit of the driver's files under a systemd of Debian 13", () => {
  let container: SystemdContainer;
  let used: UsedFiles;
  let withoutDaemon: string;
  let killed: KilledFiles;
  let stopped: StoppedFiles;

  beforeAll(async () => {
    const deb = await buildPackage("container-package");
    container = await SystemdContainer.create();
    await playFirstBoot(container, deb);
    const running = await container.boot();
    try {
      const guest = new Guest(running);
      used = await useFiles(guest);
      withoutDaemon = await readWithoutDaemon(guest);
      killed = await killFiles(guest);
      stopped = await stopFiles(guest);
    } finally {
      await running.stop();
    }
  });

  afterAll(() => container.remove());

  it("has them at their place after a reboot, and systemd finds nothing wrong with it", () => {
    const { service, verified, entries } = used;
    expect(service).toMatchObject({ ActiveState: "active", UnitFileState: "enabled", NRestarts: "0" });
    expect([service.StatusText, verified]).toEqual([expect.stringMatching(/^serving .*\/selfballoon$/), ""]);
    expect(entries.trim().split("\n")).toEqual(expect.arrayContaining(["current_clocksource", "selfballoon"]));
  });

  it("has them written by old lines of tmpfiles.d and by root, and read but not written by nobody", () => {
    expect([used.tmpfiles, used.byRoot]).toEqual(["7\n664 daemon\n", "3\n0"]);
    expect(used.byNobody).toMatch(/^3\n.*Permission denied\n[12]$/);
  });

  it("lets a daemon that starts while they are there write to what they stand beside", () => {
    expect(killed.daemonWrites).toBe("0");
  });

  it("has them say so where there is no daemon", () => {
    expect(withoutDaemon).toMatch(/not connected\n1$/);
  });

  it("has them back after `kill -9` of the daemon and of their own process, and never hang a reader", () => {
    const { daemonBack, filesBack, met } = killed;
    expect([daemonBack, filesBack]).toEqual(["5\n0", "5\n0"]);
    // 1 with a value: the value was read whole, and the end of the file no more.
    expect([met.filter((line) => !/^(0 5|1( 5)?)$/.test(line.trim())), met.includes("0 5")]).toEqual([[], true]);
  });

  it("has the place as it was when they are stopped, although somebody has one open", () => {
    expect(stopped.service).toMatchObject({ ActiveState: "inactive", ExecMainStatus: "0" });
    expect(stopped.entries).toBe(used.entries.replace(/^selfballoon\n/m, ""));
    expect(stopped.mounts).toBe("0\n");
  });
});

/** Installs the package, and enables the unit. */
async function playFirstBoot(container: SystemdContainer, deb: string): Promise<void> {
  const running = await container.boot();
  try {
    await running.put(deb, "/srv/selfballoon.deb");
    await running.put(fileURLToPath(new URL("../../fixtures/xen/pv-idle", import.meta.url)), XEN_GUEST);
    await running.put(fileURLToPath(new URL("./read-on.sh", import.meta.url)), READER);
    const guest = new Guest(running);
    await guest.must("dpkg --install /srv/selfballoon.deb");
    await enableFiles(guest);
    await guest.reboot();
  } finally {
    await running.stop();
  }
}
