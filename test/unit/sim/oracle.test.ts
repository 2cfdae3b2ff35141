import { describe, expect, it } from "vitest";
import { createSimHost } from "../../../src/sim/host.ts";
import { minGibMinutes } from "../../../src/sim/oracle.ts";
import type { Scenario } from "../../../src/sim/scenarios.ts";
import { loadOf, mib } from "../../support/sim.ts";

const OPTIONS = { seed: 1, minutes: 4, hostMb: null };

function scenarioOf(anon: (seconds: number) => number): Scenario {
  const loads = [loadOf((seconds) => ({ anon: anon(seconds) }))];
  const guests = () => [{ name: "g", maximumMib: 1024, swapMib: 1024, loads }];
  return { summary: "", hostShare: 1, isShared: false, cpu: "emulated", guests };
}

describe("the least that must be held", () => {
  it("is what programs and the kernel want, at each moment", () => {
    const flat = minGibMinutes(
      scenarioOf(() => 300),
      OPTIONS,
    );
    const half = minGibMinutes(
      scenarioOf((seconds) => (seconds < 120 ? 300 : 100)),
      OPTIONS,
    );
    expect(flat).toBeGreaterThan((4 * 300) / 1024);
    expect(flat).toBeLessThan((4 * 520) / 1024);
    expect(flat - half).toBeCloseTo((2 * 200) / 1024, 1);
  });

  it("is all of it where programs are short without any balloon", () => {
    expect(
      minGibMinutes(
        scenarioOf(() => 2500),
        OPTIONS,
      ),
    ).toBeCloseTo(4, 1);
  });
});

describe("what a guest will want", () => {
  it("is the most until then", () => {
    const { guests } = scenarioOf((seconds) => (seconds > 10 && seconds < 10.2 ? 400 : 100));
    const host = createSimHost({ guests: guests(1) });
    host.advance(9900);
    expect(host.wantedSoonPages("g", 200) - host.wantedPages("g")).toBe(mib(300));
    expect(host.wantedSoonPages("g", 50)).toBe(host.wantedPages("g"));
  });
});
