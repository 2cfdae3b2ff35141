import { describe, expect, it } from "vitest";
import { guard, NO_SAFETY } from "../../../../src/core/guard/guard.ts";
import { SAFETY_NAMES, type Safety } from "../../../../src/core/guard/names.ts";
import { SAFETIES } from "../../../../src/core/guard/safeties.ts";
import { type GuardState, INITIAL_GUARD_STATE } from "../../../../src/core/guard/state.ts";
import type { CompleteObservation } from "../../../../src/core/observation.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

const MIB = 256;
const NOW_MS = 1000;

interface Asked {
  readonly before?: Partial<GuardState>;
  readonly readings?: Partial<CompleteObservation>;
  readonly targetMib?: number;
  readonly maximumMib?: number;
  readonly without?: ReadonlySet<Safety>;
}

/** A guest that has 600 MiB, of which 400 are available; the law wants 300. */
function guarded({ before = {}, readings = {}, targetMib = 300, maximumMib = 1024, without = NO_SAFETY }: Asked) {
  const observation = observationOf({ totalramPages: 600 * MIB, availablePages: 400 * MIB, ...readings });
  const wanted = { targetPages: targetMib * MIB, maximumPages: maximumMib * MIB };
  return guard({ ...INITIAL_GUARD_STATE, ...before }, observation, wanted, DEFAULT_TUNABLES, NOW_MS, without);
}

const short = { availablePages: 10 * MIB };

describe("the guard", () => {
  it("leaves a target alone that nothing speaks against", () => {
    expect(guarded({})).toMatchObject({ targetPages: 300 * MIB, safety: null, headroomPages: 64 * MIB });
  });

  it("names the safety that asked for the most", () => {
    expect(guarded({ targetMib: 100 })).toMatchObject({ targetPages: 264 * MIB, safety: "in_use" });
    expect(guarded({ targetMib: 100, readings: short })).toMatchObject({
      targetPages: 1024 * MIB,
      safety: "emergency",
    });
  });

  it("names the first of those that ask for the same", () => {
    const recurrence = { untilMs: NOW_MS + 1, count: 1 };
    const parked = recurrence;
    const before = {
      emergency: { ...INITIAL_GUARD_STATE.emergency, recurrence },
      progress: { ...INITIAL_GUARD_STATE.progress, parked },
    };
    expect(guarded({ before })).toMatchObject({ targetPages: 600 * MIB, safety: "back_off" });
    expect(guarded({ before, without: new Set(["back_off"] as const) })).toMatchObject({ safety: "stuck" });
  });

  it("does not name a safety that asks for just what the law wants", () => {
    expect(guarded({ targetMib: 264 })).toMatchObject({ targetPages: 264 * MIB, safety: null });
  });

  it("remembers a fall that it asks for, to see whether the guest follows", () => {
    expect(guarded({}).state.progress.askedPages).toBe(300 * MIB);
    expect(guarded({ targetMib: 600 }).state.progress.askedPages).toBeNull();
    expect(guarded({ targetMib: 700 }).state.progress.askedPages).toBeNull();
  });

  it("remembers what it saw", () => {
    const readings = { committedPages: 4711 };
    expect(guarded({ readings }).state).toMatchObject({ last: readings, lastMs: NOW_MS });
    expect(guarded({ readings: short }).state.emergency).toMatchObject({ isOn: true, beganMs: NOW_MS });
  });

  it.each(SAFETY_NAMES)("says in a sentence what %s is good for", (name) => {
    expect(SAFETIES[name].sentence).toMatch(/^[A-Z].*\.$/);
  });
});

describe("a maximum that was set below what the guest has", () => {
  it("is gone down to where enough is available", () => {
    expect(guarded({ targetMib: 100, maximumMib: 400 })).toMatchObject({ targetPages: 264 * MIB, safety: "in_use" });
    expect(guarded({ targetMib: 100, maximumMib: 600, readings: short })).toMatchObject({
      targetPages: 600 * MIB,
      safety: "in_use",
    });
  });

  it("is not gone down to below what is in use, and half the headroom stays beside it", () => {
    const readings = { availablePages: 100 * MIB };
    expect(guarded({ targetMib: 100, maximumMib: 400, readings })).toMatchObject({
      targetPages: (500 + 32) * MIB,
      safety: "in_use",
    });
  });

  it("makes no guest larger than it is", () => {
    expect(guarded({ targetMib: 100, maximumMib: 400, readings: short })).toMatchObject({ targetPages: 600 * MIB });
  });
});
