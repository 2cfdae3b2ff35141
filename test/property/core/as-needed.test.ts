import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asNeeded } from "../../../src/core/guest/as-needed.ts";
import { balloonStep, maximumTarget } from "../../../src/core/guest/law.ts";
import { askedOf } from "../../../src/core/host/asked.ts";
import { NO_PRESSURE } from "../../../src/core/host/pressure.ts";
import { isComplete } from "../../../src/core/observation.ts";
import { DEFAULT_TUNABLES } from "../../../src/core/tunables.ts";
import { observationOf } from "../../support/observations.ts";

const MAXIMUM_PAGES = 262_144;
const pages = fc.nat(MAXIMUM_PAGES);

const guest = fc
  .record({ totalramPages: fc.integer({ min: 1, max: MAXIMUM_PAGES }), committedPages: pages, free: fc.option(pages) })
  .chain(({ totalramPages, committedPages, free }) =>
    fc.option(fc.nat(totalramPages)).map((availablePages) =>
      observationOf({
        ...{ totalramPages, committedPages, availablePages, freePages: free, balloonCurrentPages: totalramPages },
        balloonMaxPages: MAXIMUM_PAGES,
      }),
    ),
  );

const pressure = fc.record({
  need: fc.constantFrom(0, 0.1, 1 / 3, 0.5, 0.7, 1),
  isEmergency: fc.boolean(),
  askedShares: fc
    .double({ min: 0, max: 1, noNaN: true })
    .map((share) => ({ best_effort: 0, normal: share, protected: 0 })),
  surplusSinceMs: fc.constantFrom(null, 0, 50_000),
});

describe("a guest of a host that takes as needed, whatever it says and whatever the host needs", () => {
  it("keeps what it has without need, gives no more than its part, and never goes below law and floor", () => {
    fc.assert(
      fc.property(guest, pressure, (observation, change) => {
        if (!isComplete(observation)) throw new Error("a reading is missing");
        const law = balloonStep(observation, DEFAULT_TUNABLES);
        const host = { ...NO_PRESSURE, ...change, take: "as_needed" as const };
        const asked = askedOf(host, "normal", observation, DEFAULT_TUNABLES, 60_000);
        const { targetPages, goalPages, floorPages } = asNeeded(law, observation, asked);
        const { totalramPages } = observation;
        expect(targetPages).toBeGreaterThanOrEqual(Math.min(totalramPages, Math.max(law.goalPages, law.floorPages)));
        expect(targetPages).toBeLessThanOrEqual(maximumTarget(observation));
        expect(Math.max(goalPages, floorPages)).toBeGreaterThanOrEqual(targetPages);
        if (change.isEmergency) return;
        if (change.need === 0)
          expect(targetPages).toBeGreaterThanOrEqual(Math.min(totalramPages, maximumTarget(observation)));
        const partPages = Math.ceil(totalramPages * change.askedShares.normal);
        expect(targetPages).toBeGreaterThanOrEqual(Math.min(totalramPages - partPages, maximumTarget(observation)));
      }),
    );
  });
});
