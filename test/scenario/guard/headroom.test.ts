import { describe, expect, it } from "vitest";
import { loadOf } from "../../support/sim.ts";
import { runSimulated, type SimulatedRun } from "../../support/simulated-run.ts";

/** Each minute a kernel takes 200 MiB at 400 MiB/s, and frees them half a minute later. */
function bursts(seconds: number): number {
  const since = (seconds + 59.9) % 60;
  return since < 30 ? Math.min(200, since * 400) : 0;
}

const guest = {
  maximumMib: 1024,
  swapMib: 1024,
  loads: [loadOf((seconds) => ({ anon: 20, kernel: bursts(seconds) }))],
};

/** What was kept available at the end, in MiB. */
const headroomMib = ({ steps }: SimulatedRun): number => (steps.at(-1)?.decision.headroomPages ?? 0) / 256;

describe("a kernel that takes 200 MiB at 400 MiB/s again and again", () => {
  it("has half as much left available once its balloon was seen to answer within 100 ms, and is not short", async () => {
    const quick = await runSimulated(guest, 900);
    const slow = await runSimulated({ ...guest, misbehaviours: [{ kind: "slow", fromSeconds: 0 }] }, 900);
    expect(headroomMib(slow)).toBeGreaterThan(125);
    expect(headroomMib(quick)).toBeLessThan(80);
    for (const { score } of [quick, slow]) expect(score).toMatchObject({ oomKills: 0, shortageSeconds: 0 });
  });

  it("has as much left without swap as where its balloon is slow", async () => {
    const run = await runSimulated({ ...guest, swapMib: 0 }, 900);
    expect(headroomMib(run)).toBeGreaterThan(125);
    expect(run.score.oomKills).toBe(0);
  });
});
