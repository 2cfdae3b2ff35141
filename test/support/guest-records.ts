import type { GuestStatus } from "../../src/core/control.ts";
import { INITIAL_GUEST_STATE, step } from "../../src/core/guest/step.ts";
import type { FaultRecord, StepRecord } from "../../src/core/journal-record.ts";
import { DEFAULT_TUNABLES } from "../../src/core/tunables.ts";
import { observationOf } from "./observations.ts";

type Readings = Parameters<typeof observationOf>[0];

/** A step of a guest as the journal records it. */
export function stepRecord(guest: string, readings: Readings = {}): Omit<StepRecord, "seq" | "atMs"> {
  const observation = observationOf({ guest, ...readings });
  const { decision } = step(INITIAL_GUEST_STATE, observation, DEFAULT_TUNABLES, 0);
  const { balloonTargetPages: wantedPages } = decision;
  return {
    ...{ kind: "step", turn: 1, nowMs: 0, cause: "interval", observation, decision, tunables: DEFAULT_TUNABLES },
    ...{ wantedPages, terms: null, isPaused: false, machinePages: observation.balloonMaxPages },
    ...{ rssBytes: null, unballoonedBytes: 0, applied: true, durationMs: 2 },
  };
}

/** A guest as a daemon tells of it after such a step. */
export function guestStatus(guest: string, readings: Readings = {}): GuestStatus {
  const { observation, decision, wantedPages, tunables } = stepRecord(guest, readings);
  const stands = {
    state: "armed",
    paused: false,
    released: false,
    dryRun: false,
    steps: 1,
    setAtRunTime: [],
    problem: null,
  } as const;
  return { guest, ...stands, observation, decision, wantedPages, tunables };
}

/** A fault of a guest as the journal records it. */
export function faultRecord(guest: string, problem: string): Omit<FaultRecord, "seq" | "atMs"> {
  return {
    kind: "fault",
    guest,
    code: "ERR_DEADLINE",
    details: {},
    problem,
    isRepeated: false,
    turn: null,
    nowMs: null,
  };
}
