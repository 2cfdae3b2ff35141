import * as z from "zod";
import { RESERVATION_ID, RESERVATION_TIMES } from "../core/host/reservation.ts";
import { mib, WIRE_VERSION } from "./wire.ts";

// What a host is asked for on its subject, and what it answers. Both sides are untrusted.

const { maxWaitMs, maxLifeMs } = RESERVATION_TIMES;

/** Longer sentences of a refusal are cut. */
export const MAX_REFUSAL = 2000;

const MAX_BYTES = 16_384;

const reservationId = z.string().regex(RESERVATION_ID);

const question = z.discriminatedUnion("do", [
  /** Keep so much free, under that name. */
  z.strictObject({
    v: z.literal(WIRE_VERSION),
    do: z.literal("reserve"),
    id: reservationId,
    mib: mib.min(1),
    guest: z.string().min(1).max(256).nullable(),
    waitMs: z.int().min(0).max(maxWaitMs),
    lifeMs: z.int().min(1).max(maxLifeMs),
  }),
  /** Keep it no more, met or not. */
  z.strictObject({ v: z.literal(WIRE_VERSION), do: z.literal("withdraw"), id: reservationId }),
  /** Say whether it is kept. */
  z.strictObject({ v: z.literal(WIRE_VERSION), do: z.literal("look"), id: reservationId }),
]);

const answer = z.discriminatedUnion("is", [
  z.object({ is: z.literal("kept"), untilMs: z.number().min(0).max(1e14) }),
  z.object({ is: z.literal("not_kept") }),
  z.object({
    is: z.literal("refused"),
    problem: z.string().max(MAX_REFUSAL),
    freeMib: mib.nullable(),
    couldMib: mib.nullable(),
  }),
]);

export type HostQuestion = z.output<typeof question>;
export type HostAnswer = z.output<typeof answer>;

/** As it travels. */
export function packed(message: HostQuestion | HostAnswer): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(message));
}

/** What a host is asked for; null if it is nothing that it knows. */
export function questionIn(bytes: Uint8Array): HostQuestion | null {
  return read(question, bytes);
}

/** What a host answered; null if it is no answer. */
export function answerIn(bytes: Uint8Array): HostAnswer | null {
  return read(answer, bytes);
}

/** What is in a message that fits `schema`; null if it is too long, no JSON, or does not. */
export function read<T>(schema: z.ZodType<T>, bytes: Uint8Array): T | null {
  if (bytes.length > MAX_BYTES) return null;
  try {
    return schema.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data ?? null;
  } catch {
    return null;
  }
}
