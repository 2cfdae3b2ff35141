import { describe, expect, it } from "vitest";
import { ERRORS } from "../../../src/core/errors.ts";
import { readProjectFile } from "../../support/docs.ts";

const lines = readProjectFile("packaging/systemd/selfballoon.service").split("\n");
const isDirective = (line: string): boolean => /^[A-Z][A-Za-z]+=/.test(line);
const directives = lines.filter(isDirective);

/** The values of a directive, in order. */
function valuesOf(name: string): readonly string[] {
  return directives.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1));
}

describe("the systemd unit", () => {
  it("has nothing but sections, directives, comments and empty lines", () => {
    const others = lines.filter((line) => !isDirective(line) && !/^(#.*|\[(Unit|Service|Install)\])?$/.test(line));
    expect(others).toEqual([]);
  });

  it.each(directives)("gives the reason for %s in the line above", (directive) => {
    expect(lines[lines.indexOf(directive) - 1]).toMatch(/^# \S/);
  });

  it("gives memory back however the daemon ended, with the same program", () => {
    const [start = ""] = valuesOf("ExecStart");
    expect(start).toMatch(/ run --real$/);
    expect(valuesOf("ExecStopPost")).toEqual([start.replace(/ run --real$/, " release")]);
  });

  it("keeps memory for the daemon, which a slice without a minimum would take away", () => {
    const [minimum = ""] = valuesOf("MemoryMin");
    const [maximum = ""] = valuesOf("MemoryMax");
    expect(Number.parseInt(minimum, 10)).toBeGreaterThanOrEqual(64);
    expect(Number.parseInt(maximum, 10)).toBeGreaterThan(Number.parseInt(minimum, 10));
    expect(valuesOf("Slice")).toEqual(["-.slice"]);
  });

  it("has the OOM killer take nearly everything else first", () => {
    const [adjustment] = valuesOf("OOMScoreAdjust").map(Number);
    expect(adjustment).toBeLessThanOrEqual(-500);
    expect(adjustment).toBeGreaterThan(-1000);
  });

  it("watches the daemon, which speaks through a child", () => {
    expect(Number(valuesOf("WatchdogSec")[0])).toBeGreaterThan(0);
    expect(valuesOf("Type")).toEqual(["notify"]);
    expect(valuesOf("NotifyAccess")).toEqual(["all"]);
  });

  it("starts the daemon again after a fault, but not where that is of no use", () => {
    expect(valuesOf("Restart")).toEqual(["on-failure"]);
    const useless = new Set(Object.values(ERRORS).flatMap(({ exitCode }) => (exitCode === 1 ? [] : [exitCode])));
    expect(valuesOf("RestartPreventExitStatus")).toEqual([[...useless].sort().join(" ")]);
  });

  it("leaves the daemon the capabilities that Xen's balloon and self-shrinking ask for, and their folders in /sys", () => {
    expect(valuesOf("CapabilityBoundingSet")).toEqual(["CAP_SYS_ADMIN CAP_SYS_PTRACE CAP_DAC_READ_SEARCH"]);
    expect(valuesOf("ProtectKernelTunables")).toEqual(["no"]);
    expect(valuesOf("ReadWritePaths").join(" ")).toContain("/sys/devices/system/xen_memory");
  });

  it("lets the daemon open the way to xenstore, which its backend uses, and no other device", () => {
    const [, device] = /XENBUS = "([^"]+)"/.exec(readProjectFile("src/backends/xen/backend.ts")) ?? [];
    expect(valuesOf("PrivateDevices")).toEqual(["no"]);
    expect(valuesOf("DevicePolicy")).toEqual(["closed"]);
    expect(valuesOf("DeviceAllow")).toEqual([`${device} rw`]);
  });

  it("forbids memory that is written and run, so Node must not compile", () => {
    expect(valuesOf("MemoryDenyWriteExecute")).toEqual(["yes"]);
    for (const command of [...valuesOf("ExecStart"), ...valuesOf("ExecStopPost")])
      expect(command).toContain("--jitless");
  });

  it("gives the daemon longer to end than the daemon gives itself to give memory back", () => {
    const [, deadlineMs] = /STOP_DEADLINE_MS = ([\d_]+)/.exec(readProjectFile("src/daemon/lifecycle.ts")) ?? [];
    const [stopS] = valuesOf("TimeoutStopSec").map(Number);
    expect(stopS).toBeGreaterThan(Number(deadlineMs?.replaceAll("_", "")) / 1000);
  });
});
