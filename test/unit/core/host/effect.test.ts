import { describe, expect, it } from "vitest";
import { type Effect, followEffect, INITIAL_EFFECT } from "../../../../src/core/host/effect.ts";
import { BYTES_PER_MIB } from "../../../../src/core/units.ts";

const looks = (count: number, currentMib: number, rssMib: number, from: Effect = INITIAL_EFFECT): Effect => {
  let effect = from;
  for (let look = 0; look < count; look += 1) {
    const size = { currentBytes: currentMib * BYTES_PER_MIB, maximumBytes: 4096 * BYTES_PER_MIB };
    effect = followEffect(effect, size, rssMib * BYTES_PER_MIB);
  }
  return effect;
};

describe("the effect of a balloon on its host", () => {
  it("is missing when the process goes on holding what the guest gave", () => {
    expect(looks(10, 1024, 4200).isMissing).toBe(true);
  });

  it("is not judged on a few looks, because the process lags behind", () => {
    expect(looks(9, 1024, 4200).isMissing).toBe(false);
    expect(looks(9, 1024, 4200, looks(1, 1024, 1200, looks(9, 1024, 4200))).isMissing).toBe(false);
  });

  it.each([
    ["the process fell with the guest", 1024, 1200],
    ["the guest never touched what it gave", 1024, 300],
    ["the balloon is too small to tell", 3900, 4300],
  ])("is there when %s", (_, currentMib, rssMib) => {
    expect(looks(100, currentMib, rssMib)).toEqual(INITIAL_EFFECT);
  });

  it("is there up to half of what the guest gave, beside what an emulator needs, and is missing above that", () => {
    const keptMib = 1024 + 256 + (4096 - 1024) / 2;
    expect(looks(1, 1024, keptMib)).toEqual(INITIAL_EFFECT);
    expect(looks(1, 1024, keptMib + 1).looksWithout).toBe(1);
  });

  it("is judged from a balloon of 256 MiB on", () => {
    expect(looks(1, 4096 - 256, 9000).looksWithout).toBe(1);
    expect(looks(1, 4096 - 255, 9000)).toEqual(INITIAL_EFFECT);
  });

  it("is no news again and again while it is missing", () => {
    const missing = looks(10, 1024, 4200);
    expect(looks(1, 1024, 4200, missing)).toBe(missing);
  });

  it("is back once the process falls", () => {
    expect(looks(1, 1024, 1200, looks(10, 1024, 4200))).toEqual(INITIAL_EFFECT);
  });
});
