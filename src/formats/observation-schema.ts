import * as z from "zod";
import type { Observation } from "../core/observation.ts";
import { MAX_COUNT } from "./kernel-text.ts";
import { PAGE_SIZES_BYTES } from "./page-size.ts";

/** A reading that every line has, though it may be null. */
export function reading(min: number): z.ZodNullable<z.ZodInt> {
  const problem = `must be a whole number from ${min} to ${MAX_COUNT}, or null`;
  return z.int(problem).min(min, problem).max(MAX_COUNT, problem).nullable();
}

const required = reading(0);
const optional = required.default(null);
const GUEST_PROBLEM = "must be a name of 1 to 256 characters";

/** An observation. Fields that are not known here are left out, so that the recordings of later versions can be read. */
export const OBSERVATION: z.ZodType<Observation> = z.object(
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
