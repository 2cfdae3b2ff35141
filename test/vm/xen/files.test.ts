import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { vmGate } from "../rig/requirements.ts";
import { bootXen, explainRun } from "./rig.ts";

const START_MIB = 512;
const NOT_CONNECTED = /(not connected)[\s\S]*exit code 1/;

describe.skipIf(vmGate().skip)("the driver's files in a PV guest", () => {
  let folder: string;
  const evidence = (name: string): string => readFileSync(join(folder, `${name}.txt`), "utf8").trim();

  beforeAll(async () => {
    const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
    const xenRun = await bootXen({
      name: "files",
      type: "pv",
      memoryMib: START_MIB,
      maxMemoryMib: 2 * START_MIB,
      swapMib: 0,
      guestFolder: path("./files"),
      guestFiles: { dist: path("../../../dist"), "lib.sh": path("./daemon/lib.sh") },
    });
    if (xenRun.exitCode !== 0) throw new Error(await explainRun(xenRun));
    folder = xenRun.outFolder;
  });

  it("are at the driver's place, beside the balloon's own", () => {
    const before = evidence("ls-before").split("\n");
    expect(evidence("ls-during").split("\n").sort()).toEqual([...before, "selfballoon"].sort());
    expect(evidence("ls-files").match(/-rw-r--r-- .* root +root +4096 /g)).toHaveLength(9);
  });

  it("run an old user's script unchanged", () => {
    const said = evidence("old-user");
    for (const line of [
      "selfballooning=1",
      "selfballoon_interval=2",
      "selfballoon_downhysteresis=4",
      "selfballoon_reserved_mb=32",
    ])
      expect(said).toContain(`${line}\n`);
    expect(said).toMatch(/^frontswap_hysteresis=10\n[\s\S]*exit code 0$/);
    expect(evidence("get")).toMatch(/selfballoon_downhysteresis +4 /);
  });

  it("are read by nobody, and written by nobody not", () => {
    expect(evidence("nobody-reads")).toBe("2\nexit code 0");
    expect(evidence("nobody-writes")).toMatch(/Permission denied[\s\S]*exit code 1$/);
    expect(evidence("nobody-writes-666")).toMatch(/Operation not permitted[\s\S]*exit code 1$/);
    expect(evidence("refused")).toMatch(/Invalid argument[\s\S]*exit code 1$/);
    expect(evidence("after-refusals")).toBe("2\nexit code 0");
  });

  it("do not stand between the daemon and its balloon", () => {
    expect(Number(evidence("shrunk-kb"))).toBeLessThan(Number(evidence("start-kb")));
    // Xen lets a guest have 1 MiB more than it was started with.
    for (const name of ["released-kb", "end-kb"])
      expect(Number(evidence(name))).toBeGreaterThanOrEqual(Number(evidence("start-kb")));
  });

  it("give whole values under load, and the daemon steps on", () => {
    for (const reader of [1, 2, 3]) expect(evidence(`reader-${reader}`)).toBe(Array(100).fill("4").join("\n"));
    expect(Number(evidence("steps-under-load"))).toBeGreaterThanOrEqual(3);
  });

  it("fail without the daemon, and work with the next one", () => {
    expect(evidence("dead-daemon")).toMatch(NOT_CONNECTED);
    expect(evidence("new-daemon")).toBe("1\nexit code 0");
  });

  it("fail without their own process, until what it left is removed", () => {
    expect(evidence("dead-files")).toMatch(NOT_CONNECTED);
    expect(evidence("undo")).toMatch(/exit code 0$/);
    expect(evidence("ls-undone")).toBe(evidence("ls-before"));
  });

  it("are unmounted when they are stopped", () => {
    expect(evidence("stopped")).toBe("exit code 0");
    expect([evidence("ls-stopped"), evidence("mounts-left")]).toEqual([evidence("ls-before"), "0"]);
  });
});
