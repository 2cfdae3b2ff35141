import * as z from "zod";
import { selfballoonError } from "../core/errors.ts";
import type { Observation } from "../core/observation.ts";
import { CLAMPS, type Clamp, REASONS, type Reason } from "../core/reasons.ts";
import { MAX_COUNT } from "./kernel-text.ts";
import { PAGE_SIZES_BYTES } from "./page-size.ts";
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
    }
  | { readonly kind: "set"; readonly set: Readonly<Record<string, string>> }
  | { readonly kind: "reset"; readonly reset: readonly string[] };

/** A reading that every line has, though it may be null. */
function reading(least: number): z.ZodNullable<z.ZodInt> {
  const problem = `must be a whole number from ${least} to ${MAX_COUNT}, or null`;
  return z.int(problem).min(least, problem).max(MAX_COUNT, problem).nullable();
}

const required = reading(0);
const optional = required.default(null);
const GUEST_PROBLEM = "must be a name of 1 to 256 characters";

/** An observation. Fields that are not known here are left out, so that the recordings of later versions can be read. */
const OBSERVATION: z.ZodType<Observation> = z.object(
  {
    t: z.number("must be a number of seconds"),
    guest: z.string(GUEST_PROBLEM).min(1, GUEST_PROBLEM).max(256, GUEST_PROBLEM),
    pageBytes: z.literal(PAGE_SIZES_BYTES, `must be one of ${PAGE_SIZES_BYTES.join(", ")}`),
    totalramPages: required,
    committedPages: reading(-MAX_COUNT),
    totalreservePages: required,
    frontswapPages: required,
    maxPfn: required,
    balloonCurrentPages: required,
    balloonMaxPages: optional,
    availablePages: optional,
    freePages: optional,
    swapTotalPages: optional,
    psiSomeTotalUs: optional,
    psiFullTotalUs: optional,
    refaultPages: optional,
    swapInPages: optional,
    swapOutPages: optional,
    oomKills: optional,
    allocStalls: optional,
  },
  "it is not a JSON object",
);

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
  if (typeof value === "object" && value !== null && Object.hasOwn(value, "set")) {
    const { data, error } = SET.safeParse(value);
    if (error) throw refuse(describe(error));
    return { kind: "set", set: data.set };
  }
  if (typeof value === "object" && value !== null && Object.hasOwn(value, "reset")) {
    const { data, error } = RESET.safeParse(value);
    if (error) throw refuse(describe(error));
    return { kind: "reset", reset: data.reset };
  }
  const { data, error } = OBSERVATION.safeParse(value);
  if (error) throw refuse(describe(error));
  const step = stepOf(value, data);
  return { kind: "observation", observation: data, ...(step === null ? {} : { step }) };
}

function stepOf(value: unknown, { t, guest }: Observation): RecordedStep | null {
  const step = STEP.safeParse(value).data?.step;
  if (step === undefined) return null;
  const { atMs, gap, moves, ...decision } = step;
  return { atMs, gap, moves, decision: { t, guest, ...decision } };
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
