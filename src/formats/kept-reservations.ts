import * as z from "zod";
import { type KeptReservation, MAX_RESERVATIONS, RESERVATION_ID } from "../core/host/reservation.ts";

const positive = z.int().min(1);

const FILE: z.ZodType<{ readonly reservations: readonly KeptReservation[] }> = z.object({
  reservations: z
    .array(
      z.object({
        id: z.string().regex(RESERVATION_ID),
        guest: z.string().min(1).max(256).nullable(),
        bytes: positive,
        expiresAtMs: positive,
      }),
    )
    .max(MAX_RESERVATIONS),
});

/** What a file of reservations holds. */
export function formatKeptReservations(reservations: readonly KeptReservation[]): string {
  return `${JSON.stringify({ reservations })}\n`;
}

/** @throws where the text is anything else. */
export function parseKeptReservations(text: string): readonly KeptReservation[] {
  return FILE.parse(JSON.parse(text)).reservations;
}
