import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ShrinkOutcome } from "../../../src/core/swap-shrinker.ts";
import { SliceShrinker } from "../../../src/swap/slices/slice-shrinker.ts";
import { FakeSlices } from "../../support/fake-slices.ts";

const LIMITS = { headroomPages: 16_384, cpuPercent: 5, deadlineMs: 4500 };

/** A look and the wait for a swapoff that was killed, and a pause. */
const MAX_LATE_MS = 50 + 100 + 500;

const machine = fc.record({
  held: fc.array(fc.nat({ max: 4000 }), { maxLength: 20 }),
  otherPages: fc.nat({ max: 500 }),
  availablePages: fc.nat({ max: 60_000 }),
  pageMs: fc.double({ min: 0.001, max: 2, noNaN: true }),
  processPages: fc.integer({ min: 1, max: 1000 }),
  /** What else happens while a slice is off: swap grows, something else takes memory. */
  events: fc.array(fc.constantFrom<"nothing" | "grow" | "take">("nothing", "grow", "take"), { maxLength: 40 }),
});

type Plan = typeof machine extends fc.Arbitrary<infer T> ? T : never;

function build({ held, events, ...settings }: Plan): FakeSlices {
  const slices = Object.assign(new FakeSlices(...held), settings);
  const left = [...events];
  slices.onAbsence = () => {
    const event = left.shift();
    if (event === "grow") slices.otherPages += 200;
    if (event === "take") slices.availablePages -= 5000;
  };
  return slices;
}

describe("the partial swapoff by slices, whatever the machine does", () => {
  it("keeps to its limits, tells the truth, and ends", async () => {
    const nothing = { shrink: async () => ({ end: "unreachable" }) as ShrinkOutcome };
    await fc.assert(
      fc.asyncProperty(machine, fc.nat({ max: 40_000 }), async (plan, targetPages) => {
        const slices = build(plan);
        const shrinker = new SliceShrinker(slices, nothing, slices.time);
        for (let run = 0; run < 4; run += 1) {
          const startMs = slices.time.nowMs();
          const before = [...slices.held.values()].reduce((sum, pages) => sum + pages, 0);
          const outcome = await shrinker.shrink(targetPages, 4096, LIMITS, new AbortController().signal);
          if (before === 0) continue;
          const after = [...slices.held.values()].reduce((sum, pages) => sum + pages, 0);
          expect(outcome).toMatchObject({ freedPages: before - after, leftPages: slices.view()().storedPages });
          if (outcome.end === "reached") expect(outcome.leftPages).toBeLessThanOrEqual(targetPages);
          expect(slices.time.nowMs() - startMs).toBeLessThanOrEqual(LIMITS.deadlineMs + MAX_LATE_MS);
        }
        expect(slices.maxAbsent).toBeLessThanOrEqual(1);
        expect(slices.roomLeft.filter((pages) => pages < LIMITS.headroomPages)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
