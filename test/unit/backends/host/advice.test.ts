import { describe, expect, it } from "vitest";
import { examineGuest } from "../../../../src/backends/host/advice.ts";
import type { GuestFacts, Remedies } from "../../../../src/backends/host/guest-facts.ts";
import { HINDRANCES } from "../../../../src/backends/host/hindrances.ts";
import { BYTES_PER_MIB } from "../../../../src/core/units.ts";

const names = ["balloon", "deflateOnOom", "freePageReporting", "agentPort", "unballooned", ...Object.keys(HINDRANCES)];
const remedies = Object.fromEntries(names.map((name) => [name, `mend ${name}`])) as Remedies;

function facts(unballoonedMib: number): GuestFacts {
  const bytes = 1024 * BYTES_PER_MIB;
  return {
    ...{ guest: "web", hasBalloon: true, deflatesOnOom: true, reportsFreePages: true, hasAgentPort: true },
    ...{ agent: { answers: false, isFound: true }, statistics: "given", hindrances: [] },
    reading: {
      ...{ isByAgent: true, problem: null, isLeftAlone: false, swapBytes: bytes, maximumBytes: bytes },
      unballoonedBytes: unballoonedMib * BYTES_PER_MIB,
    },
  };
}

describe("what doctor says of memory that a balloon does not count", () => {
  it("is how much it is, and how some of it is taken", () => {
    const [, told] = examineGuest(facts(300), remedies);
    expect(told).toMatchObject({ level: "info", guest: "web", remedy: "mend unballooned" });
    expect(told?.what).toMatch(/^web has 300 MiB that its balloon does not count/);
  });

  it("is nothing where there is none", () => {
    expect(examineGuest(facts(0), remedies)).toHaveLength(1);
  });
});
