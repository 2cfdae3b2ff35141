import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { vmGate } from "../rig/requirements.ts";
import { Evidence } from "./daemon/evidence.ts";
import { bootXen, explainRun } from "./rig.ts";

const START_MIB = 512;
const KIB_PER_MIB = 1024;

describe.skipIf(vmGate().skip)("a PV guest and its dom0, over xenstore", () => {
  let evidence: Evidence;

  beforeAll(async () => {
    const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
    const xenRun = await bootXen({
      name: "xenstore",
      type: "pv",
      memoryMib: START_MIB,
      maxMemoryMib: 2 * START_MIB,
      swapMib: 0,
      guestFolder: path("./xenstore"),
      guestFiles: { dist: path("../../../dist"), "lib.sh": path("./daemon/lib.sh") },
    });
    if (xenRun.exitCode !== 0) throw new Error(await explainRun(xenRun));
    evidence = new Evidence(xenRun.outFolder);
  });

  /** What xenstore-ls showed dom0 when main.sh said `see NAME`, by the nodes' names. */
  const shown = (name: string): Readonly<Record<string, string>> => {
    const lines = evidence.text(`${name}-shown.txt`).matchAll(/^ *(\w+) = "(.*)"$/gm);
    return Object.fromEntries([...lines].map(([, node = "", value = ""]) => [node, value]));
  };
  /** The tunables in force when main.sh said `see NAME`. */
  const tunables = (name: string) => evidence.steps(`${name}-step.jsonl`)[0]?.tunables;
  const told = (code: string): number => evidence.text("on-log.jsonl").split(`"code":"${code}"`).length - 1;

  it("have nothing to do with each other unless the setting is on", () => {
    expect(shown("off")).toEqual({});
    expect(tunables("off")).toMatchObject({ selfballoon_downhysteresis: 8 });
  });

  it("see each other once it is: dom0 what the guest has, wants and why", () => {
    const { current_kb, target_kb, goal_kb, floor_kb, reason } = shown("on");
    for (const size of [current_kb, target_kb, goal_kb, floor_kb]) expect(size).toMatch(/^[1-9]\d{4,6}$/);
    expect(reason).toMatch(/^[a-z_]+$/);
  });

  it("agree on what the guest has, once its balloon rests", () => {
    const currentKb = Number(shown("rest")["current_kb"]);
    expect(currentKb).toBe(evidence.number("rest-current-kb.txt"));
    expect(Math.abs(evidence.xlListMib("rest") - currentKb / KIB_PER_MIB)).toBeLessThan(3);
    expect(shown("rest")).toMatchObject({ reason: "off" });
    expect(shown("rest")).not.toHaveProperty("target_kb");
  });

  it("steer: a wish that was there is taken at the start, and one that is written at once", () => {
    expect(tunables("on")).toMatchObject({ selfballoon_downhysteresis: 4 });
    expect(tunables("written")).toMatchObject({ selfballoon_uphysteresis: 3 });
  });

  it("say why a wish is refused, in xenstore and in the log, until it is withdrawn", () => {
    expect(shown("refused")).toHaveProperty("selfballoon_interval");
    expect(evidence.text("refused-because.txt")).toContain("must be a whole number from 1 to 4294967295, not");
    expect(tunables("refused")).toMatchObject({ selfballoon_interval: 1 });
    const lines = evidence
      .text("on-log.jsonl")
      .split("\n")
      .filter((line) => line.includes("selfballoon_interval must hold"));
    expect(lines).toEqual([expect.stringContaining('"code":"ERR_WISH_REFUSED"')]);
    expect(evidence.text("withdrawn-shown.txt")).not.toContain("refused");
  });

  it("have no say over what dom0 has not made readable", () => {
    expect(tunables("unreadable")).toMatchObject({ guard_headroom_mb: 64 });
    expect(tunables("readable")).toMatchObject({ guard_headroom_mb: 80 });
  });

  it("go on when xenstored is silent: the guest steps on, tells it once, and shows all again when it is back", () => {
    expect(evidence.number("silent-back.txt")).toBe(0);
    expect(told("ERR_XENSTORE")).toBe(1);
    expect(told("toolstack_back")).toBe(1);
    expect(shown("back")).toHaveProperty("current_kb");
  });

  it("leave nothing behind when the daemon ends", () => {
    expect(evidence.number("term-exit-code.txt")).toBe(0);
    expect(shown("ended")).toEqual({});
    expect(evidence.number("oom-kills.txt")).toBe(0);
  });
});
