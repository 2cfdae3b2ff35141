import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_TUNABLES } from "../../../src/core/tunables.ts";
import { describeOutcome } from "../qemu/storm/figures.ts";
import { watchLineMib } from "../qemu/storm/line.ts";
import { judge, type Outcome } from "../qemu/storm/outcome.ts";
import { buildWatcher, parseWatched } from "../qemu/storm/watcher.ts";
import { vmGate } from "../rig/requirements.ts";
import { Evidence } from "./daemon/evidence.ts";
import { bootXen, explainRun } from "./rig.ts";

const MEMORY_MIB = 512;
const PAGES_PER_MIB = 256;

describe.skipIf(vmGate().skip)("a storm in a PV guest with swap that looks after itself", () => {
  let evidence: Evidence;
  let burst: Outcome;
  let forks: Outcome;

  beforeAll(async () => {
    const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
    const xenRun = await bootXen({
      name: "storm",
      type: "pv",
      memoryMib: MEMORY_MIB,
      maxMemoryMib: MEMORY_MIB,
      swapMib: MEMORY_MIB,
      guestFolder: path("./storm"),
      guestFiles: { dist: path("../../../dist"), "lib.sh": path("./daemon/lib.sh"), watcher: await buildWatcher() },
    });
    if (xenRun.exitCode !== 0) throw new Error(await explainRun(xenRun));
    evidence = new Evidence(xenRun.outFolder);
    burst = outcomeOf(evidence, "burst");
    forks = outcomeOf(evidence, "forks");
  });

  afterAll(() => {
    console.log([burst, forks].map(describeOutcome).join("\n"));
  });

  it("finds it small: its idle memory was given back", () => {
    expect(burst.ramMib).toBeLessThan(MEMORY_MIB / 2);
  });

  it("serves every load, with its memory intact", () => {
    for (const outcome of [burst, forks]) expect(outcome, describeOutcome(outcome)).toMatchObject({ served: true });
  });

  it("kills nothing", () => {
    expect(evidence.number("oom-kills.txt")).toBe(0);
  });

  it("is answered by the watch, long before the next step", () => {
    expect(burst.reactionMs).not.toBeNull();
    expect(burst.reactionMs).toBeLessThan(2000);
  });
});

function outcomeOf(evidence: Evidence, load: "burst" | "forks"): Outcome {
  const before = evidence.steps("steps-before.jsonl");
  const wholePages = before[0]?.observation.totalramPages ?? Number.NaN;
  return judge({ way: "guard", round: 0, load }, parseWatched(evidence.text(`${load}.txt`)), {
    watchMib: watchLineMib(before, "driver"),
    shortMib: DEFAULT_TUNABLES.guard_emergency_mb,
    wholeMib: wholePages / PAGES_PER_MIB,
  });
}
