import type { GuestStatus, StepRecord } from "../../src/core/control.ts";
import { INITIAL_GUEST_STATE, step } from "../../src/core/guest/step.ts";
import { DEFAULT_TUNABLES } from "../../src/core/tunables.ts";
import { observationOf } from "./observations.ts";

type Readings = Parameters<typeof observationOf>[0];

/** A step of a guest as the journal records it. */
export function stepRecord(guest: string, readings: Readings = {}): Omit<StepRecord, "seq" | "atMs"> {
  const observation = observationOf({ guest, ...readings });
  const { decision } = step(INITIAL_GUEST_STATE, observation, DEFAULT_TUNABLES, 0);
  return { kind: "step", observation, decision, tunables: DEFAULT_TUNABLES, applied: true, durationMs: 2 };
}

/** A guest as a daemon tells of it after such a step. */
export function guestStatus(guest: string, readings: Readings = {}): GuestStatus {
  const { observation, decision, tunables } = stepRecord(guest, readings);
  return { guest, state: "armed", paused: false, steps: 1, observation, decision, tunables, problem: null };
}
