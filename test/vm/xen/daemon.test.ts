import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StepRecord } from "../../../src/core/journal-record.ts";
import { vmGate } from "../rig/requirements.ts";
import { Evidence, handedOverKib, type ReplayedLine } from "./daemon/evidence.ts";
import { bootXen, explainRun } from "./rig.ts";

const MIB_KIB = 1024;
const PAGES_PER_MIB = 256;
const START_MIB = 512;
/** The floor of a guest whose highest page frame is at 1024 MiB, without the kernel's reserve: 99 + (1024 - 99) / 32. */
const MIN_FLOOR_MIB = 127;
const HOG_MIB = 200;
const TOOLSTACK_MIB = 300;

/** Boots a guest that plays `daemon/SCENARIO/main.sh` with the built daemon. */
async function play(scenario: "whole" | "idle", type: "pv" | "pvh", maxMemoryMib: number): Promise<Evidence> {
  const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  const xenRun = await bootXen({
    name: `daemon-${scenario}`,
    type,
    memoryMib: START_MIB,
    maxMemoryMib,
    swapMib: 0,
    guestFolder: path(`./daemon/${scenario}`),
    guestFiles: { dist: path("../../../dist"), "lib.sh": path("./daemon/lib.sh") },
  });
  if (xenRun.exitCode !== 0) throw new Error(await explainRun(xenRun));
  return new Evidence(xenRun.outFolder);
}

describe.skipIf(vmGate().skip)("the daemon in a PV guest", () => {
  let evidence: Evidence;
  let replayed: readonly ReplayedLine[];
  let steps: readonly StepRecord[];

  beforeAll(async () => {
    evidence = await play("whole", "pv", 2 * START_MIB);
    replayed = await evidence.replayed();
    steps = evidence.steps("steps.jsonl");
  });

  afterAll(() => {
    console.log(describeFigures(evidence, steps));
  });

  it("is told by doctor that it can run, and with which loops", () => {
    const doctor = evidence.text("doctor.txt");
    expect(doctor).toContain("xen: this is a Xen guest (PV) with a balloon.");
    expect(doctor).toContain("selfballooning=1, frontswap_selfshrinking=1, selfballoon_reserved_mb=44");
    expect(doctor).not.toContain("fail");
  });

  it("writes page for page what replay computes from the recording, on the way down, up, and after a set", () => {
    const expected = targetsOf(replayed);
    expect(expected.length).toBeGreaterThan(10);
    expect(sliceFrom(evidence.writtenTargetsKib(), expected)).toEqual(expected);
  });

  it("goes down by an eighth of the distance to the goal at each step while the guest idles", () => {
    expectEighths(replayed);
  });

  it("takes a set through the command line in the next step", () => {
    const at = replayed.findIndex((line) => line.kind === "set" && "selfballoon_downhysteresis" in line.values);
    const next = replayed.slice(at + 1).filter((line) => line.kind === "step");
    expect(next.length).toBeGreaterThan(1);
    for (const step of next) expectLaw(step, { reservedMib: 40, downhysteresis: 2 });
    expect(evidence.text("set.txt").split("\n")).toEqual([
      "selfballoon_reserved_mb=40",
      "selfballoon_downhysteresis=2",
    ]);
  });

  it("comes to rest where the law says: at the floor, for dom0 to see", () => {
    const atFloor = steps.filter(({ decision }) => decision.reason === "at_floor").map(numbersOf);
    const { floorPages, targetPages, goalPages } = atFloor[0] ?? {};
    expect(targetPages).toBe(floorPages);
    expect(goalPages).toBeLessThan(Number(floorPages));
    expect(floorPages).toBeGreaterThan(MIN_FLOOR_MIB * PAGES_PER_MIB);
    const currentKib = evidence.number("floor-current-kb.txt");
    expect(atFloor.map(({ balloonTargetPages }) => balloonTargetPages * 4)).toContain(currentKib);
    expectNearMib(evidence.xlListMib("floor"), currentKib / MIB_KIB);
  });

  it("leaves the toolstack's own target in xenstore alone", () => {
    expect(evidence.number("floor-xenstore-target-kb.txt")).toBe(START_MIB * MIB_KIB);
  });

  it("gives a load that commits memory all of it at the next step", () => {
    const before = steps.findIndex(({ decision }) => decision.reason === "at_floor");
    const load = steps.find((_, index) => index > before && committedRiseMib(steps, index) > 0.9 * HOG_MIB);
    if (load === undefined) throw new Error("no step saw the load");
    expect(load).toMatchObject({ applied: true, decision: { reason: "raise", clamps: [] } });
    expect(load.decision.targetPages).toBe(load.decision.goalPages);
    const memTotalKib = evidence.samplesIn("load").map((sample) => sample.memTotalKib);
    expect(Math.max(...memTotalKib)).toBeGreaterThanOrEqual(numbersOf(load).targetPages * 4);
    expectNearMib(evidence.xlListMib("load"), evidence.number("load-current-kb.txt") / MIB_KIB);
    expect(evidence.text("log.jsonl")).not.toContain("ceiling_learned");
  });

  it("lets that load finish with its memory intact", () => {
    expect(evidence.number("hog-exit-code.txt")).toBe(0);
    expect(evidence.text("hog.txt")).toContain(" 0 corrupt pages");
  });

  it.each([
    ["when it is told to end", "term"],
    ["by the release command after kill -9", "kill"],
  ])("gives all memory back %s", (_, phase) => {
    expect(evidence.number(`${phase}-before-current-kb.txt`)).toBeLessThan((START_MIB - 16) * MIB_KIB);
    expect(evidence.number(`${phase}-after-current-kb.txt`)).toBeGreaterThanOrEqual(START_MIB * MIB_KIB);
    expectNearMib(evidence.xlListMib(`${phase}-after`), START_MIB);
    expect(evidence.number(phase === "term" ? "term-exit-code.txt" : "release-exit-code.txt")).toBe(0);
  });

  it("reports that the toolstack moved the target, and goes on below it but never above", () => {
    expect(evidence.text("bounded-log.jsonl")).toContain(`to ${TOOLSTACK_MIB} MiB; that is the most from now on`);
    const afterNotice = evidence.samplesIn("bounded").map(({ targetKib }) => targetKib);
    expect(Math.max(...afterNotice)).toBe(TOOLSTACK_MIB * MIB_KIB);
    expect(Math.min(...afterNotice)).toBeLessThan((TOOLSTACK_MIB - 16) * MIB_KIB);
    expectNearMib(evidence.xlListMib("bounded"), TOOLSTACK_MIB);
  });

  it("refuses to run in dom0, in the driver's words", () => {
    expect(evidence.text("dom0-run.txt")).toContain("Xen selfballooning driver disabled for domain0");
    expect(evidence.text("dom0-run.txt")).toContain("exit code 4");
    expect(evidence.number("dom0-target-kb.txt")).toBe(START_MIB * MIB_KIB);
  });

  it("makes nothing run out of memory", () => {
    expectNoOom(evidence);
  });
});

describe.skipIf(vmGate().skip)("the daemon in a PVH guest", () => {
  let evidence: Evidence;
  let replayed: readonly ReplayedLine[];

  beforeAll(async () => {
    evidence = await play("idle", "pvh", START_MIB);
    replayed = await evidence.replayed();
  });

  it("goes down the law's curve while the guest idles, page for page as replay computes it", () => {
    const expected = targetsOf(replayed);
    expect(sliceFrom(evidence.writtenTargetsKib(), expected)).toEqual(expected);
    expectEighths(replayed);
  });

  it("is seen by dom0 to have given memory back", () => {
    expect(evidence.xlListMib("idle")).toBeLessThan(START_MIB - 64);
  });

  it("gives all memory back when it is told to end", () => {
    expect(evidence.number("term-exit-code.txt")).toBe(0);
    expectNearMib(evidence.xlListMib("term-after"), START_MIB);
  });

  it("makes nothing run out of memory", () => {
    expectNoOom(evidence);
  });
});

/** Each target that a replayed recording hands to the balloon, in KiB, once. */
function targetsOf(replayed: readonly ReplayedLine[]): readonly number[] {
  const targets = replayed
    .map((line) => (line.kind === "step" ? handedOverKib(line.observation, line.decision) : null))
    .filter((targetKib) => targetKib !== null);
  return targets.filter((targetKib, index) => targetKib !== targets[index - 1]);
}

/** As much of `written` as `expected` is long, from where `expected` begins. */
function sliceFrom(written: readonly number[], expected: readonly number[]): readonly number[] {
  const start = written.indexOf(expected[0] ?? Number.NaN);
  return start < 0 ? [] : written.slice(start, start + expected.length);
}

type ReplayedStep = Extract<ReplayedLine, { kind: "step" }>;

/** The first steps down, until something else happens. */
function idleStretch(replayed: readonly ReplayedLine[]): readonly ReplayedStep[] {
  const recorded = replayed.slice(replayed.findIndex(({ kind }) => kind === "step"));
  const end = recorded.findIndex((line) => line.kind === "set" || line.decision.reason !== "lower");
  return recorded.slice(0, end < 0 ? recorded.length : end).filter((line) => line.kind === "step");
}

/** An idle guest's first steps: an eighth of the distance down, with a tenth of the RAM at the start held in reserve. */
function expectEighths(replayed: readonly ReplayedLine[]): void {
  const [first] = replayed;
  const reservedMib = first?.kind === "set" ? Number(first.values["selfballoon_reserved_mb"]) : Number.NaN;
  const stretch = idleStretch(replayed);
  expect(stretch.length).toBeGreaterThanOrEqual(5);
  for (const step of stretch) expectLaw(step, { reservedMib, downhysteresis: 8 });
}

/** The law of the specification's section 3, on its own: the core's code is not asked. No bound applies. */
function expectLaw(
  { observation, decision }: ReplayedStep,
  { reservedMib, downhysteresis }: { readonly reservedMib: number; readonly downhysteresis: number },
): void {
  const { totalramPages: has, committedPages: committed, totalreservePages: reserve } = observation;
  if (has === null || committed === null || reserve === null) throw new Error("a reading is missing");
  const goal = committed + reserve + reservedMib * PAGES_PER_MIB + (observation.frontswapPages ?? 0);
  const target = has > goal ? has - Math.floor((has - goal) / downhysteresis) : goal;
  expect(decision).toMatchObject({ goalPages: goal, targetPages: target, clamps: [] });
}

function committedRiseMib(steps: readonly StepRecord[], index: number): number {
  const committed = (at: number): number => steps[at]?.observation.committedPages ?? Number.NaN;
  return (committed(index) - committed(index - 1)) / PAGES_PER_MIB;
}

/** The numbers of a decision that set a target. */
function numbersOf({
  decision,
}: StepRecord): Record<"floorPages" | "targetPages" | "goalPages" | "balloonTargetPages", number> {
  const { floorPages, targetPages, goalPages, balloonTargetPages } = decision;
  if (floorPages === null || targetPages === null || goalPages === null || balloonTargetPages === null) {
    throw new Error(`this decision set no target: ${JSON.stringify(decision)}`);
  }
  return { floorPages, targetPages, goalPages, balloonTargetPages };
}

function expectNearMib(actualMib: number, expectedMib: number): void {
  expect(actualMib).toBeGreaterThan(expectedMib - 3);
  expect(actualMib).toBeLessThan(expectedMib + 3);
}

function expectNoOom(evidence: Evidence): void {
  expect(evidence.number("oom-kills.txt")).toBe(0);
  expect(evidence.text("dmesg.txt")).not.toMatch(/out of memory|oom-kill|allocation failure/i);
}

/** What the daemon cost. The processor is an emulated one, 20 to 25 times slower than the machine's. */
function describeFigures(evidence: Evidence, steps: readonly StepRecord[]): string {
  const [bare = {}, begin = {}, end = {}] = ["bare", "daemon-begin", "daemon-end"].map((name) =>
    evidence.figures(name),
  );
  const mib = (figures: Readonly<Record<string, number>>, name: string): string =>
    ((figures[name] ?? Number.NaN) / MIB_KIB).toFixed(1);
  const cpuMs = ((end["cpuTicks"] ?? Number.NaN) - (begin["cpuTicks"] ?? Number.NaN)) * 10;
  const overS = (end["uptimeS"] ?? Number.NaN) - (begin["uptimeS"] ?? Number.NaN);
  const spokeS = evidence.number("run-spoke-s.txt") - evidence.number("run-began-s.txt");
  const curve = steps.map(({ observation }) => Math.round((observation.totalramPages ?? Number.NaN) / PAGES_PER_MIB));
  return [
    "figures of the daemon in the emulated PV guest:",
    `  RSS ${mib(end, "VmRSSKib")} MiB (anonymous ${mib(end, "RssAnonKib")}), at its highest ${mib(end, "VmHWMKib")}`,
    `  RSS of a bare Node process ${mib(bare, "VmRSSKib")} MiB (anonymous ${mib(bare, "RssAnonKib")})`,
    `  CPU ${cpuMs} ms in ${overS.toFixed(1)} s of one step a second, so ${((cpuMs / overS) * 60).toFixed(0)} ms a minute`,
    `  from \`run\` to its first line ${spokeS.toFixed(2)} s`,
    `  RAM at each step, MiB: ${curve.join(" ")}`,
  ].join("\n");
}
