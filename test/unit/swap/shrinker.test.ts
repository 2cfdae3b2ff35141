import { describe, expect, it } from "vitest";
import type { ShrinkLimits } from "../../../src/core/swap-shrinker.ts";
import { PageShrinker } from "../../../src/swap/shrinker.ts";
import { FakeSwap } from "../../support/fake-swap.ts";

const LIMITS: ShrinkLimits = { headroomPages: 16_384, cpuPercent: 5, deadlineMs: 60_000 };

function rig(change: (swap: FakeSwap) => void) {
  const swap = new FakeSwap();
  change(swap);
  const shrinker = new PageShrinker(swap, swap.time);
  const controller = new AbortController();
  const shrink = (targetPages: number, limits: Partial<ShrinkLimits> = {}) =>
    shrinker.shrink(targetPages, 4096, { ...LIMITS, ...limits }, controller.signal);
  return { swap, shrink, controller };
}

describe("the partial swapoff", () => {
  it("brings back as many pages as the target says, and no more", async () => {
    const { swap, shrink } = rig((swap) => swap.addProcess(1, 10_000));
    expect(await shrink(9500)).toMatchObject({ startPages: 10_000, leftPages: 9500, freedPages: 500, end: "reached" });
    expect(swap.touched).toHaveLength(500);
  });

  it("touches nothing if no more than the target is stored", async () => {
    const { swap, shrink } = rig((swap) => swap.addProcess(1, 100));
    expect(await shrink(100)).toMatchObject({ freedPages: 0, touchedPages: 0, end: "reached" });
    expect(swap.touched).toEqual([]);
  });

  it("begins with the process that has most in swap, and goes on where it ended", async () => {
    const { swap, shrink } = rig((swap) => {
      swap.addProcess(1, 100);
      swap.addProcess(2, 3000);
      swap.addProcess(3, 200);
    });
    await shrink(2000);
    await shrink(0);
    const pids = swap.touched.map((address) => Math.floor(address / 4096 / 1_000_000));
    expect(pids.filter((pid, at) => pid !== pids[at - 1])).toEqual([2, 3, 1]);
    expect(new Set(swap.touched).size).toBe(3300);
  });

  it("overshoots by no more than one of the kernel's lots where pages are freed in lots", async () => {
    const { shrink } = rig((swap) => {
      swap.lotPages = 64;
      swap.addProcess(1, 10_000);
    });
    const { leftPages, end } = await shrink(9500);
    expect(end).toBe("reached");
    expect(leftPages).toBeGreaterThan(9500 - 64);
  });

  it("tells what belongs to nobody, such as shared memory, as left", async () => {
    const { shrink } = rig((swap) => {
      swap.addProcess(1, 100);
      swap.sharedPages = 300;
    });
    expect(await shrink(0)).toMatchObject({ freedPages: 100, leftPages: 300, end: "unreachable" });
  });

  it("skips processes that end or deny access, and counts them", async () => {
    const { swap, shrink } = rig((swap) => {
      swap.addProcess(1, 500, { isOpen: false });
      swap.addProcess(2, 400);
      swap.addProcess(3, 300);
    });
    swap.onTouch = () => swap.processes.get(3)?.pages.clear();
    expect(await shrink(0)).toMatchObject({ freedPages: 400, skippedProcesses: 1, end: "unreachable" });
  });
});

describe("detecting by effect", () => {
  it("stops after a small batch where pages stay stored although they were brought back", async () => {
    const { swap, shrink } = rig((swap) => swap.addProcess(1, 10_000, { fate: "kept" }));
    expect(await shrink(0)).toMatchObject({ freedPages: 0, touchedPages: 256, end: "no_effect" });
    expect(swap.touched).toHaveLength(256);
  });

  it("lowers memory.swap.high where that helps, from then on", async () => {
    const { swap, shrink } = rig((swap) =>
      swap.addProcess(1, 10_000, { fate: "freed while swap.high is low", hasGroup: true }),
    );
    expect(await shrink(9000)).toMatchObject({ freedPages: 1000, touchedPages: 1256, end: "reached" });
    expect(await shrink(8000)).toMatchObject({ freedPages: 1000, touchedPages: 1000, end: "reached" });
    expect(swap.loweredTimes).toBeGreaterThan(0);
  });

  it("stops if that does not help either", async () => {
    const { shrink } = rig((swap) => swap.addProcess(1, 10_000, { fate: "kept", hasGroup: true }));
    expect(await shrink(0)).toMatchObject({ freedPages: 0, touchedPages: 512, end: "no_effect" });
  });

  it("never lowers the limit where reading alone does", async () => {
    const { swap, shrink } = rig((swap) => swap.addProcess(1, 2000, { hasGroup: true }));
    await shrink(0);
    expect(swap.loweredTimes).toBe(0);
  });

  it("goes on with another process in the next run, so that one without effect holds up nothing", async () => {
    const { shrink } = rig((swap) => {
      swap.addProcess(1, 5000, { fate: "kept" });
      swap.addProcess(2, 1000);
    });
    expect(await shrink(5000)).toMatchObject({ end: "no_effect" });
    expect(await shrink(5000)).toMatchObject({ end: "resting" });
    expect(await shrink(5000)).toMatchObject({ freedPages: 1000, end: "reached" });
  });

  it("tells swap devices apart: pages on a disk are left there, those in zram come back", async () => {
    const { swap, shrink } = rig((swap) => {
      swap.addProcess(1, 2000, { fate: "kept", device: 0 });
      swap.addProcess(1, 1500, { device: 1 });
    });
    expect(await shrink(2000)).toMatchObject({ end: "no_effect" });
    await shrink(2000);
    expect(await shrink(2000)).toMatchObject({ freedPages: 1500, end: "reached" });
    expect(swap.touched).toHaveLength(256 + 1500);
  });

  it("rests ever longer while nothing becomes free", async () => {
    const { shrink } = rig((swap) => {
      swap.sharedPages = 1000;
    });
    const ends: string[] = [];
    for (let run = 0; run < 200; run += 1) ends.push((await shrink(0)).end);
    const tried = ends.flatMap((end, at) => (end === "resting" ? [] : [at]));
    expect(tried).toEqual([0, 2, 5, 10, 19, 36, 69, 134, 199]);
  });
});

describe("its limits", () => {
  it("are at most 5 % of a processor", async () => {
    const { swap, shrink } = rig((swap) => swap.addProcess(1, 20_000));
    const { cpuMs } = await shrink(0);
    expect(cpuMs).toBeGreaterThan(100);
    expect(cpuMs / (cpuMs + swap.sleptMs)).toBeLessThan(0.052);
  });

  it("are the time of the step", async () => {
    const { swap, shrink } = rig((swap) => swap.addProcess(1, 50_000));
    expect(await shrink(0, { deadlineMs: 4500 })).toMatchObject({ end: "deadline" });
    expect(swap.time.nowMs()).toBeLessThan(4500 + 500);
  });

  it("are short blocks, even where a page takes as long as a disk does", async () => {
    const { swap, shrink } = rig((swap) => {
      swap.readMs = 10;
      swap.addProcess(1, 1000);
    });
    let lastSleepAtMs = 0;
    let longestMs = 0;
    swap.onSleep = (durationMs) => {
      longestMs = Math.max(longestMs, swap.time.nowMs() - durationMs - lastSleepAtMs);
      lastSleepAtMs = swap.time.nowMs();
    };
    await shrink(0);
    expect(longestMs).toBeLessThanOrEqual(100);
  });

  it("are the headroom: what is available never falls below it", async () => {
    const { swap, shrink } = rig((swap) => {
      swap.availablePages = 20_000;
      swap.addProcess(1, 10_000);
    });
    expect(await shrink(0)).toMatchObject({ end: "headroom" });
    expect(swap.availablePages).toBeGreaterThanOrEqual(LIMITS.headroomPages);
    expect(swap.availablePages).toBeLessThan(LIMITS.headroomPages + 2 * 256);
  });

  it("are pressure: when swap grows it stops", async () => {
    const { swap, shrink } = rig((swap) => swap.addProcess(1, 10_000));
    let naps = 0;
    swap.onSleep = () => {
      naps += 1;
      if (naps === 3) swap.grow(500);
    };
    expect(await shrink(0)).toMatchObject({ end: "pressure" });
    expect(naps).toBe(3);
  });

  it("are pressure: when tasks wait for memory it stops, its own waiting not counted", async () => {
    const { swap, shrink } = rig((swap) => swap.addProcess(1, 10_000));
    let isShort = false;
    swap.onTouch = () => {
      swap.stalledMs += swap.readMs;
    };
    swap.onSleep = (durationMs) => {
      isShort ||= swap.touched.length > 5000;
      if (isShort) swap.stalledMs += durationMs / 2;
    };
    expect(await shrink(0)).toMatchObject({ end: "pressure" });
    expect(swap.touched.length).toBeGreaterThan(5000);
    expect(swap.touched.length).toBeLessThan(5000 + 5 * 256);
  });

  it("are the caller's: it stops between two batches when it is cancelled", async () => {
    const { swap, shrink, controller } = rig((swap) => swap.addProcess(1, 10_000));
    swap.onSleep = () => controller.abort();
    expect(await shrink(0)).toMatchObject({ end: "cancelled" });
    expect(swap.touched.length).toBeLessThan(1000);
  });
});
