import { describe, expect, it } from "vitest";
import { driverLines } from "../../../src/compose/driver-lines.ts";
import { createSettings } from "../../../src/core/settings.ts";

const BALLOONING = "Initializing Xen selfballooning driver";
const SHRINKING = "Initializing frontswap selfshrinking driver";

describe("what the driver said at its start", () => {
  it.each([
    [1, 1, true, [BALLOONING, SHRINKING]],
    [1, 0, true, [BALLOONING]],
    [0, 1, true, [SHRINKING]],
    [0, 0, true, []],
    [1, 1, false, [BALLOONING]],
  ])(
    "with selfballooning %i, self-shrinking %i, compressed swap %s is %j",
    (selfballooning, shrinking, hasCompressedSwap, lines) => {
      const defaults = { selfballooning, frontswap_selfshrinking: shrinking };
      expect(
        driverLines(
          { traits: { place: "guest", isReal: true, hasBalloons: true, isHere: true } },
          createSettings({ defaults, hasCompressedSwap }),
        ),
      ).toEqual(lines);
    },
  );

  it("is said in Xen guests alone", () => {
    expect(
      driverLines(
        { traits: { place: "host", isReal: true, hasBalloons: true, isHere: true } },
        createSettings({ hasCompressedSwap: true }),
      ),
    ).toEqual([]);
  });
});
