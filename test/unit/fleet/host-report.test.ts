import { describe, expect, it } from "vitest";
import type { HostStanding } from "../../../src/core/host/standing.ts";
import { stateOf } from "../../../src/fleet/host-report.ts";
import { MAX_WARNINGS } from "../../../src/fleet/wire.ts";

const GIB = 1_073_741_824;
const STANDING: HostStanding = {
  capacityBytes: 8 * GIB,
  reserveBytes: GIB,
  hadBytes: 5 * GIB,
  promisedBytes: 5 * GIB,
  reservedBytes: 0,
  reservedFor: [],
  freeBytes: 2 * GIB,
  maximaBytes: 12 * GIB,
  minBytes: GIB,
  overcommit: 1.5,
  overcommitLimit: 1.25,
  take: "as_needed",
  need: 0.25,
  isEmergency: false,
  warnings: [{ code: "overcommitted", details: { ratio: 1.5, limit: 1.25, capacityMib: 8192 } }],
};

function stateWith(standing: HostStanding | null) {
  const identity = { host: "h1", labels: {}, version: "1.2.3" };
  return stateOf(identity, { describe: () => "a test", host: () => standing }, null, [], { at: 0, dropped: 0 });
}

describe("what a host tells its fleet of itself", () => {
  it("holds how much it needs its memory, and its warnings as sentences", () => {
    const { health, freeMb } = stateWith(STANDING);
    expect(health).toEqual({ need: 0.25, isEmergency: false, warnings: [expect.stringContaining("1.5")] });
    expect(freeMb).toBe(2048);
  });

  it("says nothing of that where no budget is shared, and names no more warnings than there is room for", () => {
    expect(stateWith(null)).not.toHaveProperty("health");
    const warnings = Array.from({ length: MAX_WARNINGS + 1 }, () => STANDING.warnings).flat();
    expect(stateWith({ ...STANDING, warnings }).health?.warnings).toHaveLength(MAX_WARNINGS);
  });
});
