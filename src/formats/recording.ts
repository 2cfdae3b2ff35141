import * as z from "zod";
import { selfballoonError } from "../core/errors.ts";
import type { Observation } from "../core/observation.ts";
import { CLAMPS, type Clamp, REASONS, type Reason } from "../core/reasons.ts";
import type { Exact, Header, RecordedEvent, Remembered } from "./exact.ts";
import { EVENT, EXACT, HEADER, REMEMBERED } from "./exact-recording.ts";
import { MAX_COUNT } from "./kernel-text.ts";
import { OBSERVATION, reading } from "./observation-schema.ts";
import type { RecordedStep } from "./recording-writer.ts";

/** The longest line of a recording, in characters. */
export const MAX_RECORDING_LINE_LENGTH = 64 * 1024;

/** One line of a recording: what was read of a guest, a write of tunables, or tunables brought back to their defaults. */
export type RecordingLine =
  | {
      readonly kind: "observation";
      readonly observation: Observation;
      /** What the daemon that recorded it did with it; absent where none did. */
      readonly step?: RecordedStep;
      /** All else that the decision depended on; absent where the recording does not replay exactly. */
      readonly exact?: Exact;
    }
  | { readonly kind: "header"; readonly header: Header }
  | { readonly kind: "remembered"; readonly remembered: Remembered }
  | { readonly kind: "event"; readonly event: RecordedEvent }
  | { readonly kind: "set"; readonly set: Readonly<Record<string, string>> }
  | { readonly kind: "reset"; readonly reset: readonly string[] };

const pages = reading(0).default(null);
const reasons = Object.keys(REASONS) as [Reason, ...Reason[]];
const clamps = Object.keys(CLAMPS) as [Clamp, ...Clamp[]];

/** The last moment that a JavaScript date can name, in ms. */
const LAST_MS = 8.64e15;

/** What a daemon did with an observation. One that is not understood, as of a later version, counts as none. */
const STEP = z.object({
  step: z
    .object({
      atMs: z.number().min(0).max(LAST_MS),
      gap: z.boolean().default(false),
      moves: z.int().min(0).max(MAX_COUNT),
      goalPages: pages,
      floorPages: pages,
      targetPages: pages,
      balloonTargetPages: pages,
      frontswapTargetPages: pages,
      reason: z.enum(reasons),
      clamps: z.array(z.enum(clamps)).max(clamps.length),
    })
    .optional()
    .catch(undefined),
});

const SET_PROBLEM = "must be an object whose values are strings";

const RESET_PROBLEM = "must be a list of names";

const RESET = z.object({ reset: z.array(z.string(RESET_PROBLEM), RESET_PROBLEM) });

const SET = z.object({ set: z.record(z.string(), z.string(SET_PROBLEM), SET_PROBLEM) });

/**
 * Read one line of a recording: `{"t":…,"guest":…,"pageBytes":…,…}`, `{"set":{NAME:"VALUE"}}`
 * or `{"reset":[NAME]}`. A line with one of these is never an observation.
 * @throws ERR_RECORDING_LINE with `lineNumber`, if it is neither or longer than 64 KiB.
 */
export function parseRecordingLine(text: string, lineNumber: number): RecordingLine {
  const refuse = (problem: string): Error => selfballoonError("ERR_RECORDING_LINE", { line: lineNumber, problem });
  if (text.length > MAX_RECORDING_LINE_LENGTH) throw refuse("it is longer than 64 KiB");
  const value = parseJson(text);
  if (value === undefined) throw refuse("it is not JSON");
  const read = <Data>(schema: z.ZodType<Data>): Data => {
    const { data, error } = schema.safeParse(value);
    if (error) throw refuse(describe(error));
    return data;
  };
  const has = (name: string): boolean => typeof value === "object" && value !== null && Object.hasOwn(value, name);
  if (has("set")) return { kind: "set", ...read(SET) };
  if (has("reset")) return { kind: "reset", ...read(RESET) };
  if (has("recording")) return { kind: "header", header: read(HEADER) };
  if (has("remembered")) return { kind: "remembered", ...read(REMEMBERED) };
  if (has("event")) return { kind: "event", ...read(EVENT) };
  const observation = read(OBSERVATION);
  const step = stepOf(value, observation);
  const exact = has("exact") ? read(EXACT).exact : null;
  return {
    kind: "observation",
    observation,
    ...(step === null ? {} : { step }),
    ...(exact === null ? {} : { exact }),
  };
}

function stepOf(value: unknown, { t, guest }: Observation): RecordedStep | null {
  const step = STEP.safeParse(value).data?.step;
  if (step === undefined) return null;
  const { atMs, gap, moves, ...decision } = step;
  return { atMs, gap, moves, decision: { t, guest, headroomPages: null, ...decision } };
}

/** The value, or undefined if the text is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The first problem, with the field that has it; deeper names come from the recording and are not repeated. */
function describe(error: z.ZodError): string {
  const [issue] = error.issues;
  const field = issue?.path[0];
  return [...(field === undefined ? [] : [String(field)]), issue?.message].join(" ");
}
