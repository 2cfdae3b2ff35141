import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PageShrinker } from "../../../src/swap/shrinker.ts";
import { FakeSwap, type Fate } from "../../support/fake-swap.ts";

const fate = fc.constantFrom<Fate>("freed", "kept", "freed while swap.high is low");
const someProcess = fc.record({
  count: fc.nat({ max: 1500 }),
  fate,
  device: fc.nat({ max: 2 }),
  hasGroup: fc.boolean(),
  isOpen: fc.boolean(),
});

const machine = fc.record({
  processes: fc.array(someProcess, { maxLength: 6 }),
  sharedPages: fc.nat({ max: 500 }),
  availablePages: fc.nat({ max: 40_000 }),
  lotPages: fc.integer({ min: 1, max: 64 }),
  readMs: fc.double({ min: 0.001, max: 5, noNaN: true }),
  /** What else happens while it pauses: swap grows, processes end. */
  events: fc.array(fc.constantFrom<"nothing" | "grow" | "end">("nothing", "grow", "end"), { maxLength: 20 }),
});

const LIMITS = { headroomPages: 16_384, cpuPercent: 5, deadlineMs: 4500 };
const GROWTH_PAGES = 200;
const MAX_PAUSE_MS = 500;
const MAX_BATCH_MS = 8 * 5 + 20;

type Plan = typeof machine extends fc.Arbitrary<infer T> ? T : never;

function build(plan: Plan): FakeSwap {
  const swap = new FakeSwap();
  for (const [at, { count, ...more }] of plan.processes.entries()) swap.addProcess(at + 1, count, more);
  const { sharedPages, availablePages, lotPages, readMs } = plan;
  Object.assign(swap, { sharedPages, availablePages, lotPages, readMs });
  const events = [...plan.events];
  swap.onSleep = () => {
    const event = events.shift();
    if (event === "grow") swap.grow(GROWTH_PAGES);
    if (event === "end") swap.processes.delete(1);
  };
  return swap;
}

describe("the partial swapoff, whatever the machine does", () => {
  it("keeps to its limits, tells the truth, and ends", async () => {
    await fc.assert(
      fc.asyncProperty(machine, fc.nat({ max: 5000 }), async (plan, targetPages) => {
        const swap = build(plan);
        const shrinker = new PageShrinker(swap, swap.time);
        const available: number[] = [];
        swap.onTouch = () => available.push(swap.availablePages);
        for (let run = 0; run < 5; run += 1) await runAndJudge(swap, shrinker, plan, targetPages);
        expect(available.filter((pages) => pages < LIMITS.headroomPages)).toEqual([]);
        expect(new Set(swap.touched).size, "a page was read twice").toBe(swap.touched.length);
      }),
      { numRuns: 150 },
    );
  });
});

async function runAndJudge(swap: FakeSwap, shrinker: PageShrinker, plan: Plan, targetPages: number): Promise<void> {
  const touchedBefore = swap.touched.length;
  const startMs = swap.time.nowMs();
  const { storedPages } = swap.view()();
  const outcome = await shrinker.shrink(targetPages, 4096, LIMITS, new AbortController().signal);
  const touchedPages = swap.touched.length - touchedBefore;
  const maxFreed = Math.max(0, storedPages - targetPages) + plan.lotPages + GROWTH_PAGES * plan.events.length;
  expect(outcome).toMatchObject({ touchedPages, leftPages: swap.view()().storedPages });
  expect(outcome.freedPages).toBeLessThanOrEqual(Math.min(maxFreed, touchedPages + plan.lotPages));
  if (outcome.end === "reached") expect(outcome.leftPages).toBeLessThanOrEqual(targetPages);
  expect(swap.time.nowMs() - startMs).toBeLessThanOrEqual(LIMITS.deadlineMs + MAX_PAUSE_MS + MAX_BATCH_MS);
}
