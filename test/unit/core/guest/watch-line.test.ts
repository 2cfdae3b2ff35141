import { describe, expect, it } from "vitest";
import { INITIAL_GUEST_STATE, step } from "../../../../src/core/guest/step.ts";
import { watchLinePages } from "../../../../src/core/guest/watch-line.ts";
import type { CompleteObservation } from "../../../../src/core/observation.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

const MIB = 256;

/** A guest of 1 GiB of which the balloon holds a part; a tenth of the rest is cache. */
const lowered = observationOf({
  totalramPages: 600 * MIB,
  totalreservePages: 0,
  maxPfn: 1024 * MIB,
  balloonCurrentPages: 600 * MIB,
  availablePages: 400 * MIB,
  freePages: 340 * MIB,
  refaultPages: 0,
});

const before = step(INITIAL_GUEST_STATE, lowered, DEFAULT_TUNABLES, 0).state;

function lineAfter(observation: CompleteObservation, targetPages: number | null = null): number | null {
  const { state, decision } = step(before, observation, DEFAULT_TUNABLES, 1);
  const asked = { targetPages: targetPages ?? decision.targetPages };
  return watchLinePages(state, observation, asked, DEFAULT_TUNABLES);
}

describe("the line of the watch", () => {
  it("is the cache that is kept, and three quarters of the headroom", () => {
    const cached = observationOf({ ...lowered, freePages: 300 * MIB });
    expect(lineAfter(cached)).toBeCloseTo(40 * MIB + 48 * MIB, -2);
  });

  it("is three quarters of the headroom where nothing is known of the cache", () => {
    expect(lineAfter(observationOf({ ...lowered, freePages: null }))).toBe(48 * MIB);
  });

  it("is nowhere while the guest gets all that it may have", () => {
    expect(lineAfter(lowered, 1024 * MIB)).toBeNull();
  });
});

describe("a step that the watch asked for", () => {
  it("gives back the headroom, whatever the law wants", () => {
    const risen = observationOf({ ...lowered, availablePages: 100 * MIB, freePages: 40 * MIB, committedPages: 0 });
    const { decision } = step(before, risen, DEFAULT_TUNABLES, 100);
    const inUsePages = risen.totalramPages - risen.availablePages;
    expect(decision.targetPages).toBeGreaterThanOrEqual(inUsePages + 64 * MIB);
    expect(decision.targetPages).toBeGreaterThan(risen.totalramPages);
  });
});
