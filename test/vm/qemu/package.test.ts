import { beforeAll, describe, expect, it } from "vitest";
import { debianGate } from "./debian.ts";
import { newestKernelGate } from "./images.ts";
import { type PackageEvidence, playPackage } from "./package/scenario.ts";

const gate = await debianGate();
const skip = gate.skip || (await newestKernelGate()).skip;

/** systemd's own mark: below 5 a service is "OK", below 2.5 well. */
const MAX_EXPOSURE = 3;

describe.skipIf(skip)("the package in a Debian 13 with compressed swap", () => {
  let evidence: PackageEvidence;

  beforeAll(async () => {
    evidence = await playPackage();
    console.log(`exposure ${evidence.exposure}, seconds: ${JSON.stringify(evidence.times)}`);
  });

  it("starts its service when it is installed, and enables it", () => {
    const { service, status } = evidence.installed;
    expect(service).toMatchObject({ ActiveState: "active", UnitFileState: "enabled", NRestarts: "0" });
    expect(service.StatusText).toContain("zram0");
    expect(status).toMatch(/^GUEST +STATE +HAS .*\ndebian +\w+ +\d+ MiB /);
  });

  it("has a unit that systemd finds nothing wrong with, in a narrow sandbox", () => {
    expect(evidence.verified).toBe("");
    expect(evidence.exposure).toBeLessThan(MAX_EXPOSURE);
  });

  it("reloads the configuration on `systemctl reload`, and stays the same process", () => {
    const { service, interval } = evidence.reloaded;
    expect(interval).toBe("2\n");
    expect(service).toMatchObject({ ActiveState: "active", MainPID: evidence.installed.service.MainPID });
  });

  it("is back after `kill -9`", () => {
    expect(evidence.killed.ActiveState).toBe("active");
    // A machine that is slow that day may not start it within systemd's limit the first time.
    expect(Number(evidence.killed.NRestarts)).toBeGreaterThanOrEqual(1);
    expect(evidence.killed.MainPID).not.toBe(evidence.reloaded.service.MainPID);
  });

  it("is back after a reboot, ready", () => {
    const { service, status } = evidence.rebooted;
    expect(service).toMatchObject({ ActiveState: "active", NRestarts: "0" });
    expect(service.StatusText).toContain("zram0");
    expect(status).toMatch(/^debian /m);
  });

  it("ends with exit code 4 where there is nothing to do, once, and starts when there is", () => {
    expect(evidence.withoutSwap).toMatchObject({ ActiveState: "failed", ExecMainStatus: "4", NRestarts: "0" });
    expect(evidence.listening.service).toMatchObject({ ActiveState: "active" });
  });

  it("tells its metrics over TCP once it is let", () => {
    expect(evidence.listening.metrics).toMatch(/^HTTP\/1\.1 200 /);
    expect(evidence.listening.metrics).toMatch(/^selfballoon_guest_readable\{guest="debian"\} 1$/m);
  });

  it("takes memory of a host's guests as a user of its own without capabilities, and gives it back at its end", () => {
    const { service, hasMib, user, capabilities, exposure, end } = evidence.onHost;
    expect(service).toMatchObject({ ActiveState: "active", NRestarts: "0" });
    expect(hasMib).toBeLessThan(400);
    expect(user).toBe("selfballoon");
    expect(new Set(capabilities)).toEqual(new Set(["0000000000000000"]));
    expect(exposure).toBeLessThan(2);
    expect(end).toMatch(/All memory was given back/);
  });

  it("leaves nothing running and nothing changed when it is removed, but configuration and history", () => {
    const { service, left, swapHighs } = evidence.removed;
    expect(service).toMatchObject({ LoadState: "not-found", MainPID: "0" });
    expect(left.trim().split("\n")).toEqual([
      "/etc/selfballoon",
      "/etc/selfballoon/selfballoon.toml",
      "/etc/systemd/system/multi-user.target.wants/selfballoon.service",
      "/var/lib/selfballoon",
    ]);
    expect(swapHighs.trim()).toBe("max");
  });

  it("leaves nothing at all when it is purged", () => {
    expect(evidence.purged.left).toBe("");
  });
});
