import { describe, expect, it } from "vitest";
import { allocatable } from "../../../../src/core/guard/allocatable.ts";
import { NO_SAFETY } from "../../../../src/core/guard/guard.ts";
import { guardInput } from "../../../../src/core/guard/input.ts";
import { INITIAL_GUARD_STATE } from "../../../../src/core/guard/state.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

const MIB = 256;

describe("RAM for a program that asks for 256 MiB at once", () => {
  const least = (swapTotalPages: number | null) => {
    const wanted = { targetPages: 0, maximumPages: 262_144 };
    const observation = observationOf({ swapTotalPages });
    const input = guardInput(INITIAL_GUARD_STATE, observation, wanted, DEFAULT_TUNABLES, 1000, NO_SAFETY);
    return allocatable.minTargetPages(null, input);
  };

  it("is kept as far as swap has no room for it", () => {
    expect(least(0)).toBe(256 * MIB);
    expect(least(100 * MIB)).toBe(156 * MIB);
  });

  it("is not kept where nobody knows of swap", () => {
    expect(least(null)).toBe(0);
  });
});
