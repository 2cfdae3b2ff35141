import { describe, expect, it } from "vitest";
import { ALL_MANAGED, type Hand, handOf, withHand } from "../../../../src/core/controls/hands.ts";

describe("whose hand is on a guest", () => {
  it("is ours where nothing was said", () => {
    expect(handOf(ALL_MANAGED, "a")).toBe("managed");
  });

  it.each<Hand>(["paused", "released"])("is what was said of it last: %s", (hand) => {
    const some = withHand(ALL_MANAGED, ["a", "b"], hand);
    expect([handOf(some, "a"), handOf(some, "b"), handOf(some, "c")]).toEqual([hand, hand, "managed"]);
    const again = withHand(some, ["a"], "managed");
    expect([handOf(again, "a"), handOf(again, "b")]).toEqual(["managed", hand]);
    expect(withHand(again, ["b"], "managed")).toEqual(ALL_MANAGED);
  });

  it("is for all what was said of all, also for those that come later, until something is said of single ones", () => {
    const all = withHand(withHand(ALL_MANAGED, ["a"], "released"), null, "paused");
    expect([handOf(all, "a"), handOf(all, "later")]).toEqual(["paused", "paused"]);
    const one = withHand(all, ["a"], "managed");
    expect([handOf(one, "a"), handOf(one, "later")]).toEqual(["managed", "paused"]);
    expect(withHand(one, null, "managed")).toEqual(ALL_MANAGED);
  });
});
