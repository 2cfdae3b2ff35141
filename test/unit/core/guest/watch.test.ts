import { describe, expect, it } from "vitest";
import type { WatchSample } from "../../../../src/core/backend.ts";
import { type ControllerState, foundState } from "../../../../src/core/guest/state.ts";
import { look } from "../../../../src/core/guest/watch.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

/** A guest that was stepped, with less than it may have. */
const stepped: ControllerState = {
  ...foundState("driver", 0),
  last: { observation: observationOf({ balloonMaxPages: 262_144 }), targetPages: 200_000 },
};

const sample = (availablePages: number | null, totalramPages: number | null = 250_000): WatchSample => ({
  availablePages,
  totalramPages,
});

describe("a look of the watch", () => {
  it("finds memory short once, and again only when it gets worse", () => {
    let state = stepped;
    const short = [100_000, 1000, 1000, 900].map((availablePages) => {
      const looked = look(state, sample(availablePages), DEFAULT_TUNABLES, true);
      state = looked.state;
      return looked.isShort;
    });
    expect(short).toEqual([false, true, false, true]);
  });

  it("takes a rise in, and tells of it only if it is the fastest so far", () => {
    let state = stepped;
    const rises = [200_000, 190_000, 195_000, 180_000].map((availablePages) => {
      const looked = look(state, sample(availablePages), DEFAULT_TUNABLES, true);
      state = looked.state;
      return looked.risePages;
    });
    expect(rises).toEqual([null, 10_000, null, expect.any(Number)]);
    expect(state.step.guard.risePages).toBe(rises[3]);
  });

  it.each([
    ["it was not stepped yet", foundState("driver", 0)],
    ["it was given everything", { ...stepped, freshness: { ...stepped.freshness, isOpen: true } }],
    ["it has all that it may have", { ...stepped, last: stepped.last && { ...stepped.last, targetPages: 262_144 } }],
  ])("is never short when %s", (_, state) => {
    expect(look(state, sample(0), DEFAULT_TUNABLES, true).isShort).toBe(false);
  });

  it("is never short where the emergency is left out, or what is available is not known", () => {
    expect(look(stepped, sample(0), DEFAULT_TUNABLES, false).isShort).toBe(false);
    expect(look(stepped, sample(null), DEFAULT_TUNABLES, true)).toEqual({
      state: stepped,
      risePages: null,
      isShort: false,
    });
  });
});
