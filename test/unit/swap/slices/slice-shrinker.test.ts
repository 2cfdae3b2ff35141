import { describe, expect, it } from "vitest";
import { selfballoonError } from "../../../../src/core/errors.ts";
import type { ShrinkLimits, ShrinkOutcome } from "../../../../src/core/swap-shrinker.ts";
import { SliceShrinker } from "../../../../src/swap/slices/slice-shrinker.ts";
import { FakeSlices } from "../../../support/fake-slices.ts";

const LIMITS: ShrinkLimits = { headroomPages: 16_384, cpuPercent: 100, deadlineMs: 60_000 };
const BY_PAGES = { end: "unreachable", freedPages: 7 } as ShrinkOutcome;

function rig(held: readonly number[], change: (slices: FakeSlices) => void = () => {}) {
  const slices = new FakeSlices(...held);
  change(slices);
  const byPages: number[] = [];
  const pageByPage = {
    shrink: async (targetPages: number) => {
      byPages.push(targetPages);
      return BY_PAGES;
    },
  };
  const shrinker = new SliceShrinker(slices, pageByPage, slices.time);
  const controller = new AbortController();
  const shrink = (targetPages: number, limits: Partial<ShrinkLimits> = {}) =>
    shrinker.shrink(targetPages, 4096, { ...LIMITS, ...limits }, controller.signal);
  return { slices, shrink, byPages, controller };
}

const SIXTEEN = Array.from({ length: 16 }, () => 1000);

describe("the partial swapoff by slices", () => {
  it("takes one slice off where that is enough", async () => {
    const { slices, shrink } = rig(SIXTEEN);
    const outcome = await shrink(15_200);
    expect(outcome).toMatchObject({ startPages: 16_000, leftPages: 15_000, freedPages: 1000, end: "reached" });
    expect(slices.taken).toHaveLength(1);
  });

  it("takes several off where one is not enough, one at a time", async () => {
    const { slices, shrink } = rig(SIXTEEN);
    expect(await shrink(12_500)).toMatchObject({ leftPages: 12_000, freedPages: 4000, end: "reached" });
    expect(new Set(slices.taken).size).toBe(4);
    expect(slices.maxAbsent).toBe(1);
  });

  it("takes none off if no more than the target is stored", async () => {
    const { slices, shrink } = rig(SIXTEEN);
    expect(await shrink(16_000)).toMatchObject({ freedPages: 0, end: "reached" });
    expect(slices.taken).toEqual([]);
  });

  it("leaves what lies elsewhere to the next run, which goes page by page", async () => {
    const { shrink, byPages } = rig([100, 100], (slices) => {
      slices.otherPages = 5000;
    });
    expect(await shrink(0)).toMatchObject({ leftPages: 5000, end: "slices_empty" });
    expect(byPages).toEqual([]);
    expect(await shrink(0)).toBe(BY_PAGES);
    expect(byPages).toEqual([0]);
  });

  it("is page by page where there are no slices", async () => {
    const { shrink } = rig([]);
    expect(await shrink(0)).toBe(BY_PAGES);
  });

  it("tells a swapoff that failed, and is page by page from then on", async () => {
    const { slices, shrink } = rig(SIXTEEN, (slices) => {
      slices.failure = "Operation not permitted";
    });
    await expect(shrink(0)).rejects.toMatchObject({
      code: "ERR_TOOL",
      message: "swapoff /dev/zram15 must succeed: Operation not permitted",
    });
    expect(await shrink(0)).toBe(BY_PAGES);
    expect(slices.taken).toHaveLength(1);
  });

  it("takes no slice off while another can't be put back", async () => {
    const { slices, shrink } = rig(SIXTEEN, (slices) => {
      slices.putBackError = selfballoonError("ERR_TOOL", { command: "swapon /dev/zram3", problem: "no such device" });
    });
    await expect(shrink(0)).rejects.toMatchObject({ code: "ERR_TOOL" });
    expect(slices.taken).toEqual([]);
  });
});

describe("its limits", () => {
  it("are 5 % of a processor, from one run to the next", async () => {
    const { slices, shrink } = rig(SIXTEEN, (slices) => {
      slices.pageMs = 0.2;
    });
    let offMs = 0;
    for (let run = 0; run < 10; run += 1) offMs += (await shrink(0, { cpuPercent: 5, deadlineMs: 4500 })).cpuMs;
    expect(offMs).toBeGreaterThan(2000);
    expect(offMs / slices.time.nowMs()).toBeLessThan(0.055);
  });

  it("are the time of the step, the pauses included", async () => {
    const { slices, shrink } = rig(SIXTEEN, (slices) => {
      slices.pageMs = 0.2;
    });
    expect(await shrink(0, { cpuPercent: 5, deadlineMs: 4500 })).toMatchObject({ end: "deadline" });
    expect(slices.time.nowMs()).toBeLessThan(4500 + 50 + 500);
  });

  it("are the headroom: no slice is taken off that does not fit beside it", async () => {
    const { slices, shrink } = rig(SIXTEEN, (slices) => {
      slices.availablePages = 16_384 + 2500;
    });
    expect(await shrink(0)).toMatchObject({ freedPages: 2000, end: "headroom" });
    expect(Math.min(...slices.roomLeft)).toBeGreaterThanOrEqual(LIMITS.headroomPages);
  });

  it("are the headroom while a slice is off, too: what came back until then stays back", async () => {
    const { slices, shrink } = rig([10_000, 10_000], (slices) => {
      slices.onAbsence = () => {
        slices.availablePages = 100;
      };
    });
    const { freedPages, end } = await shrink(0);
    expect(end).toBe("headroom");
    expect(freedPages).toBe(5000);
    expect(slices.taken).toHaveLength(1);
  });

  it("are pressure: it stops when swap grows while a slice is off", async () => {
    const { shrink } = rig([20_000, 20_000], (slices) => {
      let looks = 0;
      slices.onAbsence = () => {
        looks += 1;
        if (looks === 2) slices.otherPages += 500;
      };
    });
    const { freedPages, end } = await shrink(0);
    expect(end).toBe("pressure");
    expect(freedPages).toBe(10_000);
  });

  it("are pressure: no slice is taken off while tasks wait for memory", async () => {
    const { slices, shrink } = rig(SIXTEEN, (slices) => {
      slices.pageMs = 0.2;
      slices.onSleep = (durationMs) => {
        slices.stalledMs += durationMs / 2;
      };
    });
    expect(await shrink(0, { cpuPercent: 5 })).toMatchObject({ freedPages: 1000, end: "pressure" });
    expect(slices.taken).toHaveLength(1);
  });

  it("are the caller's: it is cancelled in the middle of a slice, between two processes", async () => {
    const { slices, shrink, controller } = rig([10_000, 10_000], (slices) => {
      slices.processPages = 300;
      slices.onAbsence = () => controller.abort();
    });
    expect(await shrink(0)).toMatchObject({ end: "cancelled", freedPages: 5000 + (5000 % 300) });
    expect(slices.taken).toHaveLength(1);
  });
});
