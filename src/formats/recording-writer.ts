import type { Decision } from "../core/decision.ts";
import type { StepRecord } from "../core/journal-record.ts";
import { type Observation, OPTIONAL_READINGS } from "../core/observation.ts";
import type { ExactFields } from "./exact.ts";

// Apart from the reader, so that a daemon that only records need not load the reader's schema library.

/** What a write of one tunable is answered. */
type SetAnswer = "ok" | "EINVAL" | "EPERM";

/** What every observation's line has, in this order; the optional readings follow. */
const REQUIRED_FIELDS = [
  "t",
  "guest",
  "pageBytes",
  "totalramPages",
  "committedPages",
  "totalreservePages",
  "frontswapPages",
  "maxPfn",
  "balloonCurrentPages",
] as const satisfies readonly (keyof Observation)[];

/** What a step's line says of its decision: the observation has said when and of whom. */
export const STEP_DECISION_FIELDS = [
  "goalPages",
  "floorPages",
  "targetPages",
  "balloonTargetPages",
  "frontswapTargetPages",
  "reason",
  "clamps",
] as const satisfies readonly (keyof Decision)[];

const DECISION_FIELDS = ["t", "guest", ...STEP_DECISION_FIELDS] as const satisfies readonly (keyof Decision)[];

/** What a daemon did with an observation that it recorded. */
export interface RecordedStep {
  /** Wall clock, in ms since 1970. */
  readonly atMs: number;
  /** True if nothing is known of the time before: a guest's first line, or the first one after a silence. */
  readonly gap: boolean;
  readonly decision: Decision;
  /** Targets that were handed to the balloon since the guest's line before, this one's included. */
  readonly moves: number;
}

/**
 * An observation as one line of a recording, without its newline. Optional readings that are null are left out; the
 * others are written even when null.
 */
export function formatObservation(observation: Observation): string {
  const present = OPTIONAL_READINGS.filter((name) => observation[name] !== null);
  return JSON.stringify(observation, [...REQUIRED_FIELDS, ...present]);
}

/** An observation and what was decided on it, as one line of a recording, without its newline. */
export function formatStep(observation: Observation, { atMs, gap, decision, moves }: RecordedStep): string {
  const said = JSON.stringify({ atMs, ...(gap ? { gap } : {}), moves });
  const decided = JSON.stringify(decision, [...STEP_DECISION_FIELDS]);
  return `${formatObservation(observation).slice(0, -1)},"step":${said.slice(0, -1)},${decided.slice(1)}}`;
}

/** A step as one line of an exact recording, without its newline; `env` is what its inputs differ in from the line before. */
export function formatExactStep(record: StepRecord, env: object | null): string {
  const { turn, nowMs, cause, machinePages, rssBytes, unballoonedBytes, applied, observation, decision, atMs } = record;
  const exact: ExactFields = { turn, nowMs, cause, machinePages, rssBytes, unballoonedBytes, applied };
  const line = formatStep(observation, { atMs, gap: false, decision, moves: Number(applied) });
  return `${line.slice(0, -1)},"exact":${JSON.stringify({ ...exact, ...(env === null ? {} : { env }) })}}`;
}

/** A write of tunables, by name, as one line of a recording, without its newline. */
export function formatSet(values: Readonly<Record<string, string>>): string {
  return JSON.stringify({ set: values });
}

/** Tunables brought back to their defaults, as one line of a recording, without its newline. */
export function formatReset(names: readonly string[]): string {
  return JSON.stringify({ reset: names });
}

/** What a replay prints for an observation, without the newline. */
export function formatDecision(decision: Decision): string {
  return JSON.stringify(decision, [...DECISION_FIELDS]);
}

/** What a replay prints for a write of tunables, without the newline. */
export function formatSetAnswer(answers: Readonly<Record<string, SetAnswer>>): string {
  return JSON.stringify({ set: answers });
}
