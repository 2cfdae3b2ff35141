import { describe, expect, it } from "vitest";
import type { Misbehaviour } from "../../../src/sim/misbehaviour.ts";
import { loadOf } from "../../support/sim.ts";
import { runSimulated } from "../../support/simulated-run.ts";

const MIB = 256;

/** A guest that uses 300 of its 1024 MiB. */
const guest = (misbehaviour: Misbehaviour) => ({
  maximumMib: 1024,
  swapMib: 1024,
  loads: [loadOf(() => ({ anon: 300 }))],
  misbehaviours: [misbehaviour],
});

describe("a guest whose balloon is slow", () => {
  it("gets where it should, and is not taken for stuck", async () => {
    const { score, steps } = await runSimulated(guest({ kind: "slow", fromSeconds: 0 }), 300);
    expect(steps.map(({ decision }) => decision.reason)).not.toContain("stuck");
    expect(steps.at(-1)?.observation.balloonCurrentPages).toBeLessThan(600 * MIB);
    expect(score.oomKills).toBe(0);
  });
});

describe("a guest whose figures stand still while its balloon moves", () => {
  const frozen = guest({ kind: "frozen", fromSeconds: 22 });

  it("is parked after a few steps: nobody can tell what more it could give", async () => {
    const { score, steps } = await runSimulated(frozen, 300);
    expect(steps.at(-1)?.decision.reason).toBe("stuck");
    expect(steps.at(-1)?.observation.balloonCurrentPages).toBeGreaterThan(450 * MIB);
    expect(score.oomKills).toBe(0);
  });

  it("is robbed of all that it has without that safety, and its programs are killed", async () => {
    const { score } = await runSimulated(frozen, 300, { without: "stuck" });
    expect(score.oomKills).toBeGreaterThan(0);
  });
});

describe("a guest that reboots", () => {
  it("comes up, and gives back again what it does not need", async () => {
    const { score, steps } = await runSimulated(guest({ kind: "rebooting", fromSeconds: 152 }), 400);
    expect(score).toMatchObject({ reboots: 1, oomKills: 0 });
    expect(steps.at(-1)?.observation.balloonCurrentPages).toBeLessThan(600 * MIB);
  });
});

describe("a guest that is gone for two minutes", () => {
  it("is found again, and given back what it lost in the meantime", async () => {
    const gone = guest({ kind: "vanishing", fromSeconds: 102, untilSeconds: 222 });
    const { score, steps, told } = await runSimulated(gone, 400);
    expect(score.oomKills).toBe(0);
    expect(told.filter(({ kind }) => kind === "fault").length).toBeLessThanOrEqual(3);
    const times = steps.map(({ observation }) => observation.t);
    expect(times.filter((t) => t > 102 && t < 222)).toEqual([]);
    expect(times.at(-1)).toBeGreaterThan(390);
  });
});
