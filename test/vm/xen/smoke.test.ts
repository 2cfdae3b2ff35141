import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { vmGate } from "../rig/requirements.ts";
import { bootXen, explainRun, type XenRun } from "./rig.ts";

const MIB_KIB = 1024;
const START_MIB = 512;
const SHRUNK_MIB = 256;

describe.skipIf(vmGate().skip).each(["pv", "pvh"] as const)("a %s guest on the Xen rig", (type) => {
  let xenRun: XenRun;
  const evidence = (file: string) => readFileSync(join(xenRun.outFolder, file), "utf8").trim();
  const evidenceNumber = (file: string) => Number(evidence(file));

  beforeAll(async () => {
    xenRun = await bootXen({
      name: "smoke",
      type,
      memoryMib: START_MIB,
      maxMemoryMib: 2 * START_MIB,
      swapMib: 0,
      guestFolder: fileURLToPath(new URL("./smoke", import.meta.url)),
      guestFiles: { "lib.sh": fileURLToPath(new URL("./daemon/lib.sh", import.meta.url)) },
    });
    if (xenRun.exitCode !== 0) throw new Error(await explainRun(xenRun));
  });

  it("runs as the type that was asked for", () => {
    expect(evidence("guest-type.txt")).toBe(type.toUpperCase());
  });

  it("has a balloon that starts at the memory it was given", () => {
    expectNearMib(evidenceNumber("start-target-kb.txt") / MIB_KIB, START_MIB);
    expectNearMib(xlListMib(evidence("start-xl-list.txt")), START_MIB);
  });

  it("shrinks to 256 MiB when that is written, and dom0 sees it", () => {
    expect(evidenceNumber("shrunk-current-kb.txt")).toBe(SHRUNK_MIB * MIB_KIB);
    expectNearMib(xlListMib(evidence("shrunk-xl-list.txt")), SHRUNK_MIB);
  });

  it("has less memory in the eyes of its own kernel by exactly what the balloon took", () => {
    const taken = (what: string) => evidenceNumber(`start-${what}-kb.txt`) - evidenceNumber(`shrunk-${what}-kb.txt`);
    expect(taken("memtotal")).toBe(taken("current"));
  });

  it("comes back to where it was", () => {
    expect(evidence("restored-memtotal-kb.txt")).toBe(evidence("start-memtotal-kb.txt"));
    expect(xlListMib(evidence("restored-xl-list.txt"))).toBe(xlListMib(evidence("start-xl-list.txt")));
  });

  it("reaches dom0 and xenstore, and gets a command's exit code back", () => {
    expect(evidenceNumber("static-max-kb.txt")).toBe(2 * START_MIB * MIB_KIB);
    expect(evidenceNumber("xenstore-target-kb.txt")).toBe(START_MIB * MIB_KIB);
    expect(evidence("relay-exit-code.txt")).toBe("7");
  });

  it("runs Node and the memory hog", () => {
    expect(JSON.parse(evidence("node.json"))).toEqual({ version: process.version, hypervisor: "xen" });
    expect(evidence("hog.txt")).toContain("0 corrupt pages");
    expect(evidence("hog-exit-code.txt")).toBe("0");
  });
});

/** The Mem column, MiB, of `xl list guest`. */
function xlListMib(listing: string): number {
  return Number(/^guest\s+\d+\s+(\d+)/m.exec(listing)?.[1]);
}

/** A PVH guest is half a MiB smaller than asked for, and xl rounds down. */
function expectNearMib(actualMib: number, expectedMib: number): void {
  expect(actualMib).toBeGreaterThan(expectedMib - 2);
  expect(actualMib).toBeLessThan(expectedMib + 2);
}
