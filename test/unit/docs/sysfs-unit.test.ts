import { describe, expect, it } from "vitest";
import { ERRORS } from "../../../src/core/errors.ts";
import { readProjectFile } from "../../support/docs.ts";

const PLACE = "/sys/devices/system/xen_memory/xen_memory0/selfballoon";

const lines = readProjectFile("packaging/systemd/selfballoon-sysfs.service").split("\n");
const isDirective = (line: string): boolean => /^[A-Z][A-Za-z]+=/.test(line);
const directives = lines.filter(isDirective);

function valuesOf(name: string): readonly string[] {
  return directives.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1));
}

describe("the unit of the driver's files", () => {
  it("has nothing but sections, directives, comments and empty lines", () => {
    const others = lines.filter((line) => !isDirective(line) && !/^(#.*|\[(Unit|Service|Install)\])?$/.test(line));
    expect(others).toEqual([]);
  });

  it.each(directives)("gives the reason for %s in the line above", (directive) => {
    expect(lines[lines.indexOf(directive) - 1]).toMatch(/^# \S/);
  });

  it("serves the driver's place, and removes what is left there however it ended", () => {
    const [start = ""] = valuesOf("ExecStart");
    expect(start.endsWith(` files ${PLACE}`)).toBe(true);
    expect(valuesOf("ExecStopPost")).toEqual([start.replace(" files ", " files --undo ")]);
  });

  it("plays the lines of tmpfiles.d again, with the capabilities that their owners and modes need", () => {
    expect(valuesOf("ExecStartPost")).toEqual([`-+/usr/bin/systemd-tmpfiles --create --prefix=${PLACE}`]);
  });

  it("has no mounts of its own, which nobody else would see", () => {
    const hiding =
      /^(Private(Tmp|Devices|Mounts|Network)|Protect(System|Home|Kernel\w+|ControlGroups|Clock|Hostname|Proc)|\w+Paths|Root\w+|DynamicUser|ProcSubset)=/;
    expect(directives.filter((line) => hiding.test(line))).toEqual([]);
  });

  it("may mount, and see in which namespace a writer is", () => {
    expect(valuesOf("CapabilityBoundingSet")).toEqual(["CAP_SYS_ADMIN CAP_SYS_PTRACE"]);
    expect(valuesOf("SystemCallFilter")).toEqual(["@system-service @mount"]);
  });

  it("starts again after a fault, but not where that is of no use", () => {
    expect(valuesOf("Restart")).toEqual(["on-failure"]);
    const useless = new Set(Object.values(ERRORS).flatMap(({ exitCode }) => (exitCode === 1 ? [] : [exitCode])));
    expect(valuesOf("RestartPreventExitStatus")).toEqual([[...useless].sort().join(" ")]);
  });
});
