import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import type { StepRecord } from "../../../src/core/journal-record.ts";
import { runTool } from "../rig/process.ts";
import { vmGate } from "../rig/requirements.ts";
import { PATIENCE_MS } from "../rig/wait.ts";
import { Evidence } from "./daemon/evidence.ts";
import { bootXen, explainRun } from "./rig.ts";

const MIB_KIB = 1024;
const PAGE_KIB = 4;
const START_MIB = 384;
/** A PVH guest's own target is 388 KiB less than dom0's. */
const SET_MIB = { pv: START_MIB, pvh: START_MIB - 1 } as const;

describe.skipIf(vmGate().skip).each(["pv", "pvh"] as const)(
  "the daemon in a %s guest that is suspended and resumed, then saved and restored",
  (type) => {
    let evidence: Evidence;
    let recording: string;

    beforeAll(async () => {
      const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
      const xenRun = await bootXen({
        name: "save",
        type,
        memoryMib: START_MIB,
        maxMemoryMib: START_MIB,
        swapMib: 0,
        guestFolder: path("./save"),
        guestFiles: { dist: path("../../../dist"), "lib.sh": path("./daemon/lib.sh") },
      });
      if (xenRun.exitCode !== 0) throw new Error(await explainRun(xenRun));
      evidence = new Evidence(xenRun.outFolder);
      recording = join(xenRun.outFolder, "recording.jsonl");
    });

    it("is played by the toolstack as it was meant", () => {
      expect(evidence.text("suspend.txt")).toMatch(/^xl save: exit code 0$[\s\S]*^domain 1$/m);
      expect(evidence.text("save.txt")).toMatch(
        /^xl save: exit code 0$[\s\S]*^xl restore: exit code 0$[\s\S]*^domain 2$/m,
      );
    });

    it.each(["before", "resumed", "restored"])("steps on with the right sizes (%s)", (name) => {
      const currentMib = ["current-kb", "current-kb-after"].map(
        (when) => evidence.number(`${name}-${when}.txt`) / MIB_KIB,
      );
      expect(Math.min(...currentMib)).toBeLessThanOrEqual(START_MIB - 64);
      expect(evidence.xlListMib(name)).toBeGreaterThan(Math.min(...currentMib) - 3);
      expect(evidence.xlListMib(name)).toBeLessThan(Math.max(...currentMib) + 3);
      expect(sizes(evidence, name)).toEqual(sizes(evidence, "before"));
      expect(Math.abs(sizes(evidence, name).maximumMib - START_MIB)).toBeLessThan(1);
    });

    it("reports that the restore set dom0's target again, and goes down from there", () => {
      const moved = evidence
        .text("log.jsonl")
        .split("\n")
        .filter((line) => line.includes("target_moved"));
      expect(moved).toEqual([expect.stringContaining(`to ${SET_MIB[type]} MiB`)]);
    });

    it("meets no fault", () => {
      expect(evidence.text("log.jsonl")).not.toMatch(/"level":"error"|unreadable|implausible|contradictory/);
    });

    it("gives a load its memory, which stays intact", () => {
      expect(evidence.number("hog-exit-code.txt")).toBe(0);
      expect(evidence.text("hog.txt")).toContain(" 0 corrupt pages");
      expect(evidence.number("oom-kills.txt")).toBe(0);
    });

    it("leaves a recording that replays exactly", async () => {
      const program = fileURLToPath(new URL("../../../dist/selfballoon.mjs", import.meta.url));
      const options = { deadlineMs: PATIENCE_MS };
      await runTool(process.execPath, [program, "replay", "--check", recording], options);
    });

    it("gives all memory back when it is told to end", () => {
      expect(evidence.number("term-exit-code.txt")).toBe(0);
      expect(evidence.number("term-after-current-kb.txt")).toBeGreaterThan((START_MIB - 1) * MIB_KIB);
      expect(Math.abs(evidence.xlListMib("term-after") - START_MIB)).toBeLessThan(3);
    });
  },
);

/** What the guest's kernel took at boot, and what the guest may have, as the daemon's last step saw it. */
function sizes(evidence: Evidence, name: string): { readonly offsetKib: number; readonly maximumMib: number } {
  const { observation } = evidence.steps(`${name}-step.json`)[0] as StepRecord;
  const { balloonCurrentPages, balloonMaxPages, totalramPages } = observation;
  if (balloonCurrentPages === null || balloonMaxPages === null || totalramPages === null)
    throw new Error(`a size is missing: ${JSON.stringify(observation)}`);
  return {
    offsetKib: (balloonCurrentPages - totalramPages) * PAGE_KIB,
    maximumMib: (balloonMaxPages * PAGE_KIB) / MIB_KIB,
  };
}
