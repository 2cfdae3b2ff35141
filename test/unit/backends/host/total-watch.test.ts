import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TotalWatch } from "../../../../src/backends/host/total-watch.ts";

const MIB = 1_048_576;
const MAXIMUM_MIB = 8192;
const KERNEL_MIB = 300;

describe("whether a guest's total follows its balloon", () => {
  const size = (currentMib: number, unballoonedMib = 0) => ({
    currentBytes: currentMib * MIB,
    maximumBytes: MAXIMUM_MIB * MIB,
    unballoonedBytes: unballoonedMib * MIB,
  });

  /** Let the balloon go through `sizesMib`, and the guest say `totalMib` of each, once a step. */
  function watched(sizesMib: readonly number[], totalMib: (index: number) => number): TotalWatch {
    const watch = new TotalWatch();
    for (const [index, currentMib] of sizesMib.entries()) watch.take(totalMib(index) * MIB, size(currentMib), index);
    return watch;
  }

  it.each([true, false])("is what is expected (%s) as long as the balloon stands still", (expected) => {
    const watch = watched([8192, 8192, 8190, 8192], () => MAXIMUM_MIB - KERNEL_MIB);
    expect(watch.isConstant(expected)).toBe(expected);
  });

  it.each([
    ["down", [8192, 8100, 8000, 7900]],
    ["up", [4000, 4100, 4200, 4300]],
    ["down in steps of 2 MiB", [8192, 8190, 8188, 8186]],
  ])("is seen where it stands still while the balloon goes %s", (_, sizesMib) => {
    expect(watched(sizesMib, () => MAXIMUM_MIB - KERNEL_MIB).isConstant(false)).toBe(true);
  });

  it("is seen where it follows, though that was not expected", () => {
    const sizesMib = [8192, 8100, 8000, 7900];
    expect(watched(sizesMib, (index) => (sizesMib[index] ?? 0) - KERNEL_MIB).isConstant(true)).toBe(false);
  });

  it("is never taken for constant because statistics lag behind", () => {
    const step = fc.integer({ min: 64, max: MAXIMUM_MIB });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), fc.array(fc.boolean(), { maxLength: 20 }), (sizesMib, isNew) => {
        const watch = new TotalWatch();
        let told = { stamp: 0, totalMib: MAXIMUM_MIB - KERNEL_MIB };
        let beforeMib = MAXIMUM_MIB;
        watch.take(told.totalMib * MIB, size(beforeMib), told.stamp);
        for (const [index, currentMib] of sizesMib.entries()) {
          // What is new was told after the balloon was last looked at, and before it reached where it is.
          if (isNew[index] ?? true) told = { stamp: told.stamp + 1, totalMib: beforeMib - KERNEL_MIB };
          watch.take(told.totalMib * MIB, size(currentMib), told.stamp);
          beforeMib = currentMib;
        }
        expect(watch.isConstant(false)).toBe(false);
      }),
    );
  });

  it("is never taken for constant because a slow agent told it when the balloon had moved on", () => {
    const anySize = fc.integer({ min: 64, max: MAXIMUM_MIB });
    fc.assert(
      fc.property(fc.array(anySize, { minLength: 2, maxLength: 20 }), fc.func(fc.boolean()), (sizesMib, isLate) => {
        const watch = new TotalWatch();
        for (const [index, currentMib] of sizesMib.entries()) {
          const toldAtMib = isLate(index) ? (sizesMib[index + 1] ?? currentMib) : currentMib;
          watch.take((toldAtMib - KERNEL_MIB) * MIB, size(currentMib), null);
        }
        expect(watch.isConstant(false)).toBe(false);
      }),
    );
  });

  it("is seen of an agent, too, a look later", () => {
    const watch = new TotalWatch();
    for (const currentMib of [8192, 8100, 8000, 7900, 7900]) watch.take(7892 * MIB, size(currentMib), null);
    expect(watch.isConstant(false)).toBe(true);
  });

  it("is not judged over memory that is plugged and put online later", () => {
    const watch = new TotalWatch();
    watch.take(3700 * MIB, size(4000), null);
    watch.take(3700 * MIB, size(4000, 1024), null);
    watch.take(4724 * MIB, size(3900, 1024), null);
    expect([watch.isConstant(true), watch.isConstant(false)]).toEqual([true, false]);
  });
});
