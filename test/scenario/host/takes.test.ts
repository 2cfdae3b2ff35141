import { describe, expect, it } from "vitest";
import { GUEST_MIB, playCrowdedHost } from "../../support/crowded-host.ts";
import { loadOf } from "../../support/sim.ts";

/** Two guests idle, two read 500 MiB of files again and again. */
const loads = () => [
  ...[1, 2].map(() => loadOf(() => ({ anon: 100 }))),
  ...[1, 2].map(() => loadOf(() => ({ anon: 150, cache: 500 }), { touchSeconds: 20 })),
];

describe("four guests of a host that has plenty", () => {
  it.each([
    ["always", 2500, true],
    ["as_needed", 4 * GUEST_MIB, false],
  ] as const)("keep with take = %s at most %d MiB; cache is read again: %s", async (take, mostMib, isReadAgain) => {
    const { hasMib, scores } = await playCrowdedHost({ loads: loads(), otherMib: () => 0, take, seconds: 600 });
    expect(hasMib.reduce((sum, mib) => sum + mib, 0)).toBeLessThanOrEqual(mostMib);
    expect(hasMib[2]).toBeGreaterThan(650);
    expect(scores.some(({ refaultPages }) => refaultPages > 0)).toBe(isReadAgain);
    expect(scores.map(({ oomKills }) => oomKills)).toEqual([0, 0, 0, 0]);
  });
});

describe("a reservation among four guests that hold everything", () => {
  it.each([100, 400, 800, 1600])(
    "of %d MiB is met within three seconds, and nothing that they use is taken",
    async (mib) => {
      const { metMs, hasMib, scores } = await playCrowdedHost({
        ...{ loads: loads(), otherMib: () => 0, take: "as_needed", seconds: 30 },
        ...{ budgetMib: 4 * GUEST_MIB, reserveMib: mib },
      });
      expect(metMs).toBeLessThanOrEqual(3000);
      expect(hasMib.reduce((sum, has) => sum + has, 0)).toBeLessThanOrEqual(4 * GUEST_MIB - mib);
      for (const has of hasMib) expect(has).toBeGreaterThan(150);
      expect(scores.map(({ oomKills }) => oomKills)).toEqual([0, 0, 0, 0]);
    },
  );
});
