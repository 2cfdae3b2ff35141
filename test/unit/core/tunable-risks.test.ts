import { describe, expect, it } from "vitest";
import { riskOf } from "../../../src/core/tunable-risks.ts";
import { TUNABLES } from "../../../src/core/tunables.ts";

describe("the risk of a value", () => {
  it.each(TUNABLES)("of $name is not told at its default", (row) => {
    expect(riskOf(row.name, row.default)).toBeNull();
  });

  it.each(TUNABLES.filter(({ max }) => max > 1000))("of $name is told at the greatest one", ({ name, max }) => {
    expect(riskOf(name, max)).toMatch(/^(Then|That) .+\.$/);
  });

  it("is that of a guest that runs short, where the guard is off", () => {
    expect(riskOf("guard", 0)).toContain("nothing keeps a guest from running short");
  });

  it.each([
    ["selfballoon_interval", 3600, 3601],
    ["guard_watch_ms", 2000, 2001],
    ["guard_headroom_mb", 16, 15],
  ] as const)("of %s begins beyond %i", (name, usual, risky) => {
    expect(riskOf(name, usual)).toBeNull();
    expect(riskOf(name, risky)).not.toBeNull();
  });
});
