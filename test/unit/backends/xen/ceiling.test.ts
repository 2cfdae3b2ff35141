import { describe, expect, it } from "vitest";
import type { XenBalloonReading } from "../../../../src/backends/xen/balloon.ts";
import {
  type Ceiling,
  ceilingKib,
  initialCeiling,
  noteWrite,
  observeCeiling,
} from "../../../../src/backends/xen/ceiling.ts";

const MIB = 1024;
const MAXIMUM_KIB = 1024 * MIB;
const reading = (targetMib: number, currentMib: number, retryCount = 1): XenBalloonReading => ({
  targetKib: targetMib * MIB,
  currentKib: currentMib * MIB,
  sumKib: MAXIMUM_KIB,
  retryCount,
});

/** Take in readings one after the other; `wantMib` is then written, as the daemon does at each step. */
function watch(start: Ceiling, readings: readonly XenBalloonReading[], wantMib: number | null = null) {
  let ceiling = start;
  const told: string[] = [];
  for (const one of readings) {
    const seen = observeCeiling(ceiling, one);
    const noted =
      wantMib === null ? { ceiling: seen.ceiling, notices: [] } : noteWrite(seen.ceiling, one, wantMib * MIB);
    ceiling = noted.ceiling;
    told.push(...[...seen.notices, ...noted.notices].map(({ code }) => code));
  }
  return { ceiling, told, maxMib: ceilingKib(ceiling, MAXIMUM_KIB) / MIB };
}

/** A guest at 512 MiB whose target we have just written. */
function written(targetMib: number): Ceiling {
  return noteWrite(initialCeiling(reading(512, 512)), reading(512, 512), targetMib * MIB).ceiling;
}

const times = (count: number, one: XenBalloonReading) => Array.from({ length: count }, () => one);

describe("the ceiling of a Xen guest", () => {
  it("is what the guest was built for until something else is known", () => {
    expect(watch(initialCeiling(reading(512, 512)), [reading(512, 512)])).toMatchObject({ told: [], maxMib: 1024 });
  });

  it("is the toolstack's target when that moves without us", () => {
    const seen = watch(written(400), [reading(400, 400), reading(300, 390), reading(300, 300)]);
    expect(seen).toMatchObject({ told: ["target_moved"], maxMib: 300 });
  });

  it("rises again with the toolstack's target", () => {
    const seen = watch(initialCeiling(reading(512, 512)), [reading(300, 300), reading(700, 700)]);
    expect(seen).toMatchObject({ told: ["target_moved", "target_moved"], maxMib: 700 });
  });

  it("does not take our own writes for the toolstack's", () => {
    expect(watch(written(400), [reading(400, 400)])).toMatchObject({ told: [], maxMib: 1024 });
  });

  it("is learned where the balloon stands still below a target from write to write", () => {
    const seen = watch(written(640), times(4, reading(640, 513)), 640);
    expect(seen).toMatchObject({ told: ["ceiling_learned"], maxMib: 513 });
  });

  it("is not learned while the balloon still moves", () => {
    const moving = [520, 540, 560, 580, 600].map((currentMib) => reading(640, currentMib));
    expect(watch(written(640), moving, 640)).toMatchObject({ told: [], maxMib: 1024 });
  });

  it("is not learned from readings of one step, between which a moving balloon may show no progress", () => {
    expect(watch(written(640), times(10, reading(640, 520)))).toMatchObject({ told: [], maxMib: 1024 });
  });

  it("is not learned from a guest that can't be made smaller", () => {
    expect(watch(written(200), times(10, reading(200, 325)), 200)).toMatchObject({ told: [], maxMib: 1024 });
  });

  it("is tried again a while after it was learned, because the host may only have been short", () => {
    const learned = watch(written(640), times(4, reading(640, 513)), 640).ceiling;
    expect(watch(learned, times(12, reading(640, 513)))).toMatchObject({ told: [], maxMib: 1024 });
  });
});
