import { describe, expect, it } from "vitest";
import { armsAfterRun, armsOnWrite } from "../../../../src/core/guest/arming.ts";
import { DEFAULT_TUNABLES, type Tunables } from "../../../../src/core/tunables.ts";

const loops = (selfballooning: number, frontswap_selfshrinking: number): Tunables => ({
  ...DEFAULT_TUNABLES,
  selfballooning,
  frontswap_selfshrinking,
});

describe("the worker", () => {
  it.each([
    [1, 1, true, true],
    [1, 0, false, true],
    [0, 1, true, true],
    [0, 1, false, false],
    [0, 0, true, false],
  ])("with selfballooning %d, self-shrinking %d, compressed swap %s re-arms: %s", (balloon, shrink, swap, arms) => {
    expect(armsAfterRun(loops(balloon, shrink), swap)).toBe(arms);
  });

  it("is armed by turning selfballooning on, and by nothing else that is written to it", () => {
    expect(armsOnWrite("selfballooning", loops(0, 0), loops(1, 0))).toBe(true);
    expect(armsOnWrite("selfballooning", loops(1, 0), loops(1, 0))).toBe(false);
    expect(armsOnWrite("selfballooning", loops(1, 0), loops(0, 0))).toBe(false);
  });

  it("is armed by turning self-shrinking on only while selfballooning is off", () => {
    expect(armsOnWrite("frontswap_selfshrinking", loops(0, 0), loops(0, 1))).toBe(true);
    expect(armsOnWrite("frontswap_selfshrinking", loops(1, 0), loops(1, 1))).toBe(false);
  });

  it("is not armed by other tunables", () => {
    const before = { ...loops(0, 0), guard: 0 };
    expect(armsOnWrite("guard", before, { ...before, guard: 1 })).toBe(false);
  });
});
