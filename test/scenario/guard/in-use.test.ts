import { describe, expect, it } from "vitest";
import { loadOf } from "../../support/sim.ts";
import { runSimulated } from "../../support/simulated-run.ts";

/** Memory of the kernel's own, which committed memory does not count: sockets, page tables, a driver's buffers. */
const guest = { maximumMib: 1024, loads: [loadOf((seconds) => ({ anon: 20, kernel: Math.min(500, seconds * 50) }))] };

describe("a guest whose kernel uses 500 MiB that committed memory does not count", () => {
  it("keeps them, and the headroom beside them", async () => {
    const { score, steps } = await runSimulated(guest, 300);
    expect(score.oomKills).toBe(0);
    expect(steps.at(-1)?.observation.availablePages).toBeGreaterThan(60 * 256);
  });

  it("is left with nothing available without that safety", async () => {
    const { steps } = await runSimulated(guest, 300, { tunables: { guard_emergency_mb: 1 }, without: "in_use" });
    const min = Math.min(...steps.map(({ observation }) => observation.availablePages ?? Number.NaN));
    expect(min).toBeLessThan(32 * 256);
  });
});
