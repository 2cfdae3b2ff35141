import * as z from "zod";
import { MAX_GUESTS_SET, type NamedSettings } from "../core/controls/guest-settings.ts";

/** As many as a guest may have, with room for those of other versions. */
const MAX_SETTINGS = 64;

const named = z
  .record(z.string().max(64), z.union([z.number(), z.boolean(), z.string().max(64)]))
  .refine((settings) => Object.keys(settings).length <= MAX_SETTINGS);

// Whether a setting is known and in range is judged by the rules of every other way in.
const FILE: z.ZodType<{ readonly guests: Readonly<Record<string, NamedSettings>> }> = z.object({
  guests: z.record(z.string().min(1).max(256), named).refine((guests) => Object.keys(guests).length <= MAX_GUESTS_SET),
});

/** What a file of guests' settings holds. */
export function formatKeptGuestSettings(guests: Readonly<Record<string, NamedSettings>>): string {
  return `${JSON.stringify({ guests })}\n`;
}

/** @throws where the text is anything else. */
export function parseKeptGuestSettings(text: string): Readonly<Record<string, NamedSettings>> {
  return FILE.parse(JSON.parse(text)).guests;
}
